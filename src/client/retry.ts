import { codeOf } from './errors.ts'

/** What came of one attempt. */
export type Attempt =
  | {
      readonly kind: 'answered'
      readonly response: Response
      /** All of it; null where it is none in JSON, and was not read. */
      readonly text: string | null
    }
  /** Nobody answered, or the answer broke off. */
  | { readonly kind: 'fault'; readonly cause: unknown }

/**
 * Waits before a repetition, in ms: drawn from 0 to 250, then to 500, 1,000 … at most to 5,000 ("full jitter", so that callers that
 * failed together don't come back together).
 */
const BACKOFF = { first: 250, most: 5_000 }

/** A Retry-After that is longer is not waited for, in seconds: the window of the rate limit is a minute. */
const LONGEST_RETRY_AFTER = 60

/** The service says that it has done nothing. */
const NOTHING_DONE = ['rate_limited', 'queue_full', 'overloaded', 'upgrading', 'shutting_down']

/** Something may have been done; or another call is just doing it. */
const MAYBE_DONE = ['idempotency_in_progress', 'database_unavailable', 'outcome_unknown', 'storage_full']

/** What a proxy says of its own accord: bad gateway, unavailable, gateway timeout (RFC 9110, 15.6). */
const OF_PROXIES = [502, 503, 504]

/**
 * How long to wait before the same call again, in ms; null: it is not repeated. What could have been done already is repeated only where
 * that does no harm: a GET, or a call with an Idempotency-Key. `attempt` counts from 0.
 */
export function whenAgain(met: Attempt, request: Request, attempt: number, chance: () => number): number | null {
  const harmless = request.method === 'GET' || request.headers.has('idempotency-key')
  if (met.kind === 'fault') return harmless ? waitBefore(0, attempt, chance) : null
  if (!helps(met, harmless)) return null
  const retryAfter = Number(met.response.headers.get('retry-after') ?? 0) || 0
  return retryAfter <= LONGEST_RETRY_AFTER ? waitBefore(retryAfter, attempt, chance) : null
}

/** In ms; `retryAfter` in seconds. */
export function waitBefore(retryAfter: number, attempt: number, chance: () => number): number {
  return retryAfter * 1_000 + chance() * Math.min(BACKOFF.most, BACKOFF.first * 2 ** attempt)
}

function helps({ response, text }: Extract<Attempt, { kind: 'answered' }>, harmless: boolean): boolean {
  if (response.ok) return false
  const code = codeOf(parsed(text))
  if (code === null) return response.status === 429 || (harmless && OF_PROXIES.includes(response.status))
  return NOTHING_DONE.includes(code) || (harmless && MAYBE_DONE.includes(code))
}

/** Null: it is no JSON. */
export function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
