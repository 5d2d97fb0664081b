import { signal, type ReadonlySignal } from '@preact/signals'
import { messageOf } from '../answers.ts'

/** `asking`: not known yet · `needed`: somebody must sign in · `fine`: go on. */
export type SessionState = 'asking' | 'needed' | 'fine'

/** Who looks at the page, where the service asks for that. */
export interface Session {
  readonly state: ReadonlySignal<SessionState>
  /** Who signed in, in words; null: nobody had to. */
  readonly who: ReadonlySignal<string | null>
  /** Why a link did not sign anybody in. */
  readonly problem: ReadonlySignal<string | null>
  /** `fetch`, with an eye on answers that say that the session is over. */
  readonly fetch: typeof globalThis.fetch
  /** Uses up `link`, if there is one, and asks who is there. */
  begin(link: string | null): Promise<void>
  /** Null: signed in; else why not, a sentence. */
  signIn(key: string): Promise<string | null>
  signOut(): Promise<void>
}

/** The address that the terminal prints ends with this and the link. */
export const LINK_MARK = '#sign-in='

const AWAY = 'The service does not answer. Try again in a moment.'

/** `isRequired` is what the service wrote into the page; where it asks nobody there is nothing to wait for. */
export function createSession(fetch: typeof globalThis.fetch, isRequired: boolean): Session {
  const state = signal<SessionState>(isRequired ? 'asking' : 'fine')
  const who = signal<string | null>(null)
  const problem = signal<string | null>(null)

  async function call(method: string, body: object | null): Promise<string | null> {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch('/session', {
      method,
      ...(body === null ? {} : { headers, body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json().catch(() => null)
    if (!isSessionAnswer(answer)) return messageOf(answer) ?? AWAY
    const { required, signed_in: signedIn, name } = answer.data
    who.value = signedIn ? (name ?? 'a link from the terminal') : null
    state.value = signedIn || !required ? 'fine' : 'needed'
    return null
  }

  const calling = (method: string, body: object | null): Promise<string | null> => call(method, body).catch(() => AWAY)

  return {
    state,
    who,
    problem,
    async fetch(input, init) {
      const response = await fetch(input, init)
      if (response.status === 401) state.value = 'needed'
      return response
    },
    async begin(link) {
      if (link !== null) problem.value = await calling('POST', { link })
      if (link === null && !isRequired) return
      const failed = link !== null && problem.value === null ? null : await calling('GET', null)
      if (failed === null) return
      problem.value ??= failed
      state.value = 'needed'
    },
    async signIn(key) {
      problem.value = null
      return calling('POST', { key })
    },
    async signOut() {
      await calling('DELETE', null)
    },
  }
}

interface SessionAnswer {
  readonly data: { readonly required: boolean; readonly signed_in: boolean; readonly name: string | null }
}

function isSessionAnswer(answer: unknown): answer is SessionAnswer {
  return typeof answer === 'object' && answer !== null && 'success' in answer && answer.success === true
}
