import { type Failure, type FailureClass, failure } from '../../domain/failure.ts'
import type { Outcome } from '../../domain/provider.ts'
import { retryAfterMs } from '../../domain/retry-after.ts'
import { failureOfFault } from '../http-answers.ts'
import type { HttpAnswer, HttpFault } from '../http-call.ts'

/** What one submission came to, and what it says of the push service that was called. */
export interface Reading {
  readonly outcome: Outcome
  /**
   * `busy`: nobody is to call it for as long as it said. `limiting`: too many for this browser, or for all. `refusing`: it does not take our
   * signature. `silent`: it did not answer.
   */
  readonly service: 'fine' | 'busy' | 'limiting' | 'refusing' | 'silent'
}

interface Row {
  readonly class: FailureClass
  readonly reason: string
  readonly service?: Reading['service']
  readonly more?: Partial<Failure>
  /** Retry-After holds where there is one. */
  readonly told?: true
}

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS

/** A fault of our key, or of what we make of it, is looked at again every 5 minutes for a day; the address is never to blame. */
const HELD = { waitMs: 5 * MINUTE_MS, pause: 'recipient', maxAgeMs: DAY_MS } as const
const BUSY = { waitMs: MINUTE_MS, pause: 'recipient' } as const
/** Nothing left: it costs no attempt, and an address where nobody ever answers ends within a day. */
export const UNREACHED = { counted: false, waitMs: 10_000, maxAgeMs: DAY_MS }
/** What is not explained is tried three times more. */
const UNKNOWN = { waitsMs: [10_000, MINUTE_MS, 5 * MINUTE_MS] }

/**
 * Every way a push service refuses. Sources: RFC 8030 §5, §7.2, §7.3 and §8.4; RFC 8292 §4.2; for 400 and 401 Mozilla,
 * "Autopush: Error Codes". No service may stop the others, so that nothing here pauses the lane.
 */
const ROWS = {
  gone: { class: 'recipient-gone', reason: 'unregistered' },
  tooLarge: { class: 'permanent', reason: 'invalid_payload' },
  wrong: { class: 'permanent', reason: 'invalid_payload' },
  notTaken: { class: 'blocked', reason: 'vapid_refused', service: 'refusing', more: HELD },
  /** Of one push resource, as RFC 8030 §8.4 has it: another browser's may be taken. */
  tooMany: { class: 'throttled', reason: 'rate_exceeded', service: 'limiting', more: BUSY, told: true },
  internal: { class: 'transient', reason: 'internal', told: true },
  unavailable: { class: 'transient', reason: 'unavailable', service: 'busy', more: { waitMs: 10_000 }, told: true },
  gatewayTimeout: { class: 'uncertain', reason: 'gateway_timeout' },
  unknown: { class: 'transient', reason: 'unknown', more: UNKNOWN, told: true },
} as const satisfies Record<string, Row>

const BY_STATUS: Readonly<Record<number, keyof typeof ROWS>> = {
  400: 'wrong',
  401: 'notTaken',
  403: 'notTaken',
  404: 'gone',
  410: 'gone',
  413: 'tooLarge',
  429: 'tooMany',
  500: 'internal',
  502: 'unavailable',
  503: 'unavailable',
  504: 'gatewayTimeout',
}

/** A 400 that blames the signature. Sources: Mozilla's error 109, "UnauthorizedRegistration" of FCM's endpoint; Apple's words are not checked. */
const OF_SIGNATURE = /vapid|jwt|unauthorized|authorization|"errno":\s*109\b/i

const LONGEST_ID = 512

/** Pure. */
export function toReading(result: HttpAnswer | HttpFault, now: Date): Reading {
  return result.kind === 'answer' ? ofAnswer(result, now) : ofFault(result)
}

function ofAnswer(answer: HttpAnswer, now: Date): Reading {
  const { status, headers } = answer
  if (status >= 200 && status < 300) {
    const location = headers['location'] ?? null
    const providerMessageId = location !== null && location.length <= LONGEST_ID ? location : null
    return { outcome: { kind: 'accepted', providerMessageId, status: 'sent' }, service: 'fine' }
  }
  const row: Row = ROWS[rowFor(answer)]
  const made = failure(row.class, row.reason, { ...row.more, code: `HTTP ${status}` })
  const toldMs = row.told === true ? retryAfterMs(headers['retry-after'], now) : null
  const service = row.service ?? 'fine'
  return { outcome: refused(toldMs === null ? made : { ...made, waitMs: toldMs }), service }
}

function rowFor({ status, body }: HttpAnswer): keyof typeof ROWS {
  const row = BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'unknown')
  return row === 'wrong' && OF_SIGNATURE.test(body.toString()) ? 'notTaken' : row
}

function ofFault(fault: HttpFault): Reading {
  if (fault.forbidden === true) return { outcome: refused(failure('permanent', 'private_address')), service: 'fine' }
  const made = failureOfFault(fault)
  if (fault.reason === 'aborted') return { outcome: refused(made), service: 'fine' }
  return { outcome: refused(fault.written ? made : { ...made, ...UNREACHED }), service: 'silent' }
}

function refused(reason: Failure): Outcome {
  return { kind: 'refused', failure: reason }
}
