import { failure, type Failure } from '../../domain/failure.ts'
import type { Outcome } from '../../domain/provider.ts'
import { retryAfterMs } from '../../domain/retry-after.ts'
import type { TopicWish } from '../../domain/push/topics.ts'
import { field, readJson } from '../http-answers.ts'
import type { HttpAnswer } from '../http-call.ts'
import { readFcmError } from './answer.ts'
import { readAnswer, type ReadingParts } from './outcomes.ts'

/** What one call came to: an outcome for each device, or one thing for all of them. */
export type TopicReading =
  | { readonly kind: 'each'; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'all'; readonly failure: Failure }
  /** The access token was not taken; another one may be. */
  | { readonly kind: 'unauthenticated' }
  /** Something in it is wrong, and the answer does not say of which device. */
  | { readonly kind: 'malformed' }

export const DONE: Outcome = { kind: 'accepted', providerMessageId: null, status: 'sent' }

/** FCM's limit of topics: exponential backoff, from a minute on. Source: FCM, "Topic messaging on server", batch limits. */
const RATE_MS = 60_000
const HELD_MS = 300_000
const SERVER_MS = 10_000

/**
 * Pure: the answer of the Instance ID API, an object for each token in order, with `error` where it failed.
 * Source: developers.google.com/instance-id/reference/server, "Manage relationship maps for multiple app instances".
 */
export function readBatchAnswer(answer: HttpAnswer, count: number, parts: ReadingParts): TopicReading {
  const { status } = answer
  if (status === 200) {
    const results = field(readJson(answer.body), 'results')
    if (!Array.isArray(results) || results.length !== count)
      return { kind: 'all', failure: server('bad_answer', 'HTTP 200') }
    return { kind: 'each', outcomes: results.map((result: unknown) => outcomeOf(field(result, 'error'))) }
  }
  if (status === 401) return { kind: 'unauthenticated' }
  if (status === 400) return { kind: 'malformed' }
  return { kind: 'all', failure: failureOf(answer, parts) }
}

function failureOf({ status, headers }: HttpAnswer, parts: ReadingParts): Failure {
  const code = `HTTP ${status}`
  if (status === 429) return throttled(retryAfterMs(headers['retry-after'], parts.now()), code)
  if (status === 403) return failure('blocked', 'permission_denied', { code, waitMs: HELD_MS })
  if (status === 404) return failure('blocked', 'project_not_found', { code, waitMs: HELD_MS })
  return server('unavailable', code, retryAfterMs(headers['retry-after'], parts.now()))
}

function throttled(toldMs: number | null, code: string): Failure {
  return failure('throttled', 'topic_rate', { code, waitMs: Math.max(RATE_MS, toldMs ?? 0) })
}

function server(reason: string, code: string, toldMs: number | null = null): Failure {
  return failure('transient', reason, { code, waitMs: toldMs === null ? null : Math.max(SERVER_MS, toldMs) })
}

/** Each of its words, of one token. What it does not explain may pass. */
function outcomeOf(word: unknown): Outcome {
  if (word === undefined) return DONE
  const code = typeof word === 'string' ? word.slice(0, 100) : 'unknown'
  return { kind: 'refused', failure: failureOfWord(code) }
}

function failureOfWord(code: string): Failure {
  switch (code) {
    case 'NOT_FOUND':
    case 'UNREGISTERED':
      return failure('recipient-gone', 'unregistered', { code })
    case 'INVALID_ARGUMENT':
      return failure('permanent', 'invalid_token', { code })
    case 'TOO_MANY_TOPICS':
      return failure('permanent', 'too_many_topics', { code })
    case 'PERMISSION_DENIED':
      return failure('permanent', 'sender_mismatch', { code })
    case 'RESOURCE_EXHAUSTED':
      return throttled(null, code)
    default:
      return server('internal', code)
  }
}

/** What is so already, in Google's words for every API: a 409 may also be of two calls at once, a 404 of a place that there is not. */
const ALREADY: Readonly<Record<TopicWish, { readonly httpStatus: number; readonly status: string }>> = {
  subscribe: { httpStatus: 409, status: 'ALREADY_EXISTS' },
  unsubscribe: { httpStatus: 404, status: 'NOT_FOUND' },
}

/** Pure: the answer of FCM's own API about one device. It says 409 of what is subscribed already, and 404 of what never was. */
export function readOneAnswer(
  wish: TopicWish,
  answer: HttpAnswer,
  kind: 'token' | 'fid',
  parts: ReadingParts,
): TopicReading {
  const { status, headers } = answer
  const body = answer.body.toString()
  const isAlready = status === ALREADY[wish].httpStatus && readFcmError(status, body).status === ALREADY[wish].status
  if (isAlready) return { kind: 'each', outcomes: [DONE] }
  const read = readAnswer({ kind: 'answer', status, headers, body }, { kind, value: '' }, parts)
  switch (read.kind) {
    case 'accepted':
      return { kind: 'each', outcomes: [DONE] }
    case 'unauthenticated':
      return { kind: 'unauthenticated' }
    case 'ambiguous':
      return { kind: 'malformed' }
    case 'refused':
      return { kind: 'each', outcomes: [{ kind: 'refused', failure: slower(read.failure) }] }
  }
}

/** Topics have a limit of their own, which no message has to wait for. */
function slower(refusal: Failure): Failure {
  if (refusal.class !== 'throttled') return refusal
  return throttled(refusal.waitMs, refusal.code ?? 'HTTP 429')
}
