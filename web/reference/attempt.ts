import type { Call } from './call.ts'
import { parsed } from './literals.ts'

/** What came of a call that the reader made. */
export type Attempt =
  | { readonly kind: 'none' }
  | { readonly kind: 'under way' }
  | { readonly kind: 'failed'; readonly why: string }
  | Answered

export interface Answered {
  readonly kind: 'answered'
  readonly status: number
  /** Until the head of the answer was there. */
  readonly tookMs: number
  readonly headers: readonly (readonly [string, string])[]
  /** JSON is indented; of a long one, the beginning. */
  readonly body: string
  /** More may come. */
  readonly isOpen: boolean
  /** There was more than is shown. */
  readonly isCut: boolean
  /** What was sent. */
  readonly sent: Call
}

/** More is not read: nobody would, and a page with it is slow. In characters. */
const LONGEST_BODY = 40_000

/** Makes the call and tells of it: again and again, where the answer comes in parts. `key`: empty for none. */
export async function attempt(
  call: Call,
  key: string,
  { fetch, now }: { readonly fetch: typeof globalThis.fetch; readonly now: () => number },
  signal: AbortSignal,
  tell: (attempt: Attempt) => void,
): Promise<void> {
  const started = now()
  tell({ kind: 'under way' })
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers: [...call.headers.map(([name, value]): [string, string] => [name, value]), ...authorization(key)],
      signal,
      ...(call.body === null ? {} : { body: call.body }),
    })
    const head = {
      kind: 'answered' as const,
      status: response.status,
      tookMs: Math.round(now() - started),
      headers: [...response.headers],
      sent: call,
    }
    await readBody(response, signal, (body, isOpen, isCut) => tell({ ...head, body, isOpen, isCut }))
  } catch (error) {
    tell(signal.aborted ? { kind: 'none' } : { kind: 'failed', why: whyOf(error) })
  }
}

function authorization(key: string): [string, string][] {
  return key.trim() === '' ? [] : [['authorization', `Bearer ${key.trim()}`]]
}

type TellBody = (body: string, isOpen: boolean, isCut: boolean) => void

async function readBody(response: Response, signal: AbortSignal, tell: TellBody): Promise<void> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      text += decoder.decode(value, { stream: !done })
      if (done || text.length > LONGEST_BODY) break
      tell(text, true, false)
    }
  } catch (error) {
    // The reader has seen enough of it.
    if (!signal.aborted) throw error
  }
  const isCut = text.length > LONGEST_BODY
  if (isCut) void reader?.cancel()
  tell(isCut ? text.slice(0, LONGEST_BODY) : pretty(text), false, isCut)
}

function pretty(text: string): string {
  const value = parsed(text)
  return value === undefined ? text : JSON.stringify(value, null, 2)
}

function whyOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  return `The call could not be made, or was not answered: ${said}.`
}
