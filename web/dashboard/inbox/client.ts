import { messageOf } from '../answers.ts'
import type { Item, Life, Thread } from './item.ts'

/** The inbox's part of the API, as the page uses it. Each call rejects with a `Refused`, or with what `fetch` throws. */
export interface InboxClient {
  threads(q: string, cursor: string | null, signal: AbortSignal): Promise<Page<Thread>>
  /** The messages of a thread, newest first. */
  messages(key: string, cursor: string | null, signal: AbortSignal): Promise<Page<Item>>
  play(id: string, life: Life): Promise<Item>
  /** Deletes a thread; null: everything. */
  remove(key: string | null): Promise<void>
}

export interface Page<T> {
  readonly data: readonly T[]
  readonly next: string | null
}

/** The service answered, and said no. `message` is its own sentence. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const THREADS_A_PAGE = 100
const MESSAGES_A_PAGE = 50

/** Long enough for a service that is busy, short enough for a person. */
const TIMEOUT_MS = 10_000

export function createInboxClient(fetch: typeof globalThis.fetch): InboxClient {
  async function call(method: string, path: string, body: object | null, signal: AbortSignal | null): Promise<Answer> {
    const limit = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch(path, {
      method,
      signal: signal === null ? limit : AbortSignal.any([signal, limit]),
      ...(body === null ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json().catch(() => null)
    if (isAnswer(answer)) return answer
    throw new Refused(response.status, messageOf(answer) ?? `The service answered ${response.status}`)
  }

  return {
    async threads(q, cursor, signal) {
      const { data, next } = await call(
        'GET',
        `/inbox/threads?${query({ q, cursor, limit: THREADS_A_PAGE })}`,
        null,
        signal,
      )
      return { data: (data ?? []) as readonly Thread[], next: next ?? null }
    },
    async messages(key, cursor, signal) {
      const { data, next } = await call(
        'GET',
        `/inbox?${query({ to: key, cursor, limit: MESSAGES_A_PAGE })}`,
        null,
        signal,
      )
      return { data: (data ?? []) as readonly Item[], next: next ?? null }
    },
    async play(id, life) {
      const { data } = await call('POST', `/inbox/${encodeURIComponent(id)}/play`, { life }, null)
      return data as Item
    },
    async remove(key) {
      await call('DELETE', `/inbox?${query({ to: key })}`, null, null)
    },
  }
}

interface Answer {
  readonly success: true
  readonly data?: unknown
  readonly next?: string | null
}

function isAnswer(answer: unknown): answer is Answer {
  return typeof answer === 'object' && answer !== null && 'success' in answer && answer.success === true
}

function query(values: Readonly<Record<string, string | number | null>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== '')
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
}
