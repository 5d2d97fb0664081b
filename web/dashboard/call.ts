import { messageOf } from './answers.ts'

/** The service answered, and said no. `message` is its own sentence. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What an answer of the service holds beside its data. */
export interface Answer {
  readonly success: true
  readonly data?: unknown
  readonly next?: string | null
  readonly [field: string]: unknown
}

/** One page of a list. */
export interface Listed<T> {
  readonly data: readonly T[]
  /** Where the next page begins; null: there is none. */
  readonly next: string | null
}

export interface CallOptions {
  /** JSON; null: none. */
  readonly body?: object | null
  readonly signal?: AbortSignal | null
  readonly timeoutMs?: number
}

/** One call of the API. Rejects with a `Refused`, or with what `fetch` throws. */
export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>

/** Long enough for a service that is busy, short enough for a person. */
const TIMEOUT_MS = 10_000

export function createCall(fetch: typeof globalThis.fetch): Call {
  return async (method, path, { body = null, signal = null, timeoutMs = TIMEOUT_MS } = {}) => {
    const limit = AbortSignal.timeout(timeoutMs)
    const response = await fetch(path, {
      method,
      signal: signal === null ? limit : AbortSignal.any([signal, limit]),
      ...(body === null ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json().catch(() => null)
    if (isAnswer(answer)) return answer
    throw new Refused(response.status, messageOf(answer) ?? `The service answered ${response.status}`)
  }
}

/** What follows the `?` of an address; null and empty ones are left out. */
export function queryOf(values: Readonly<Record<string, string | number | null>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== '')
  return new URLSearchParams(Object.fromEntries(given.map(([name, value]) => [name, String(value)]))).toString()
}

/** Why a call failed, for a person. */
export function whyOf(error: unknown): string {
  return error instanceof Refused ? error.message : 'The service does not answer.'
}

function isAnswer(answer: unknown): answer is Answer {
  return typeof answer === 'object' && answer !== null && 'success' in answer && answer.success === true
}
