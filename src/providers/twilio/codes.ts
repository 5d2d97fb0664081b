import { type Failure, type FailureClass, failure } from '../../domain/failure.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

type Row = readonly [FailureClass, reason: string, more?: Partial<Failure>]

/** The account's first retry after a 429 in Twilio's own sample; it doubles from there. */
const FIRST_BACKOFF_MS = 100

/** The phone company had it and could not or would not hand it over. */
const UNDELIVERED = { status: 'undelivered' } as const

/** Twilio dropped it for the sending rate: worth a new send, more slowly, three times at most as each may be charged. */
const SLOWER = { waitsMs: [MINUTE, 5 * MINUTE, 15 * MINUTE], pause: 'lane' } as const

/**
 * Twilio's error codes for SMS, whether they come with the answer (4xx) or later as `ErrorCode`.
 * Source for each: https://www.twilio.com/docs/api/errors/<code>.
 */
const CODES: Readonly<Record<number, Row>> = {
  // Credentials and account: nothing can be sent until somebody acts.
  10001: ['blocked', 'account_suspended'],
  20003: ['blocked', 'bad_credentials'],
  20005: ['blocked', 'account_suspended'],
  20403: ['blocked', 'account_suspended'],
  20404: ['blocked', 'unknown_account'],
  30002: ['blocked', 'account_suspended'],
  70051: ['blocked', 'bad_credentials'],

  // Too fast. The message was not processed.
  14107: ['throttled', 'rate_exceeded', { waitsMs: [FIRST_BACKOFF_MS] }],
  20429: ['throttled', 'rate_exceeded', { waitsMs: [FIRST_BACKOFF_MS] }],
  // More than ten hours of messages wait at that sender.
  21611: ['throttled', 'queue_full', { waitsMs: [10 * MINUTE] }],
  // A rolling day.
  63038: ['throttled', 'daily_limit', { waitsMs: [HOUR] }],

  // The recipient.
  21211: ['permanent', 'invalid_number'],
  21214: ['permanent', 'invalid_number'],
  21408: ['permanent', 'country_blocked'],
  21608: ['permanent', 'unverified_number'],
  21610: ['permanent', 'opted_out'],
  // From here to there: another sender may reach it.
  21612: ['permanent', 'unroutable', { elsewhere: { waitMs: 0, butMarketing: false } }],
  21614: ['permanent', 'not_mobile'],
  21635: ['permanent', 'landline'],

  // The sender.
  21212: ['permanent', 'invalid_sender'],
  21603: ['permanent', 'invalid_sender'],
  21606: ['permanent', 'invalid_sender'],
  21659: ['permanent', 'invalid_sender'],
  21660: ['permanent', 'invalid_sender'],
  21703: ['permanent', 'invalid_sender'],
  21705: ['permanent', 'invalid_sender'],
  30032: ['blocked', 'unregistered_sender', { pause: 'sender' }],
  30034: ['blocked', 'unregistered_sender', { pause: 'sender' }],

  // The content.
  21602: ['permanent', 'empty_text'],
  21617: ['permanent', 'too_long'],

  21730: ['transient', 'maintenance'],

  // After Twilio took it.
  30001: ['transient', 'queue_overflow', SLOWER],
  30003: ['permanent', 'unreachable', UNDELIVERED],
  30004: ['permanent', 'blocked', UNDELIVERED],
  30005: ['permanent', 'unknown_number', UNDELIVERED],
  30006: ['permanent', 'landline', UNDELIVERED],
  30007: ['permanent', 'filtered', UNDELIVERED],
  30008: ['permanent', 'unknown', { ...UNDELIVERED, elsewhere: { waitMs: 5 * MINUTE, butMarketing: true } }],
  30022: ['transient', 'rate_exceeded', { ...UNDELIVERED, ...SLOWER }],
  30036: ['permanent', 'validity_expired', { status: 'expired' }],
  30410: ['permanent', 'carrier_timeout', UNDELIVERED],
  30450: ['permanent', 'fraud'],
  // Barred from 21:00 to 8:00 where the recipient is: three waits reach past those eleven hours.
  30610: ['transient', 'quiet_hours', { ...UNDELIVERED, waitsMs: [4 * HOUR, 4 * HOUR, 4 * HOUR] }],
}

/** The reason that each code becomes. */
export const REASON_OF_CODE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(CODES).map(([code, [, reason]]) => [code, reason]),
)

/** Each is a new message and a new charge, so that it is asked for (`retryUnreachable`). */
const UNREACHABLE_AGAIN: Row = ['transient', 'unreachable', { ...UNDELIVERED, waitsMs: [15 * MINUTE, 2 * HOUR] }]

/** What a code of Twilio's means to us; null for one that is not in the table. */
export function failureOfCode(code: number, retryUnreachable = false): Failure | null {
  const row = code === 30003 && retryUnreachable ? UNREACHABLE_AGAIN : CODES[code]
  return row === undefined ? null : failure(row[0], row[1], { ...row[2], code: String(code) })
}

/** What a refusal without a code of the table means, by its HTTP status. `code` is Twilio's, if there was one. */
export function failureOfStatus(status: number, code: number | null): Failure {
  const named = { code: code === null ? `HTTP ${status}` : String(code) }
  // It may have been processed before the answer was lost on its way.
  if (status >= 500 || status === 408) return failure('uncertain', 'provider_error', named)
  if (status === 429) return failure('throttled', 'rate_exceeded', { ...named, waitsMs: [FIRST_BACKOFF_MS] })
  if (status === 401 || status === 403) return failure('blocked', 'bad_credentials', named)
  if (status === 404) return failure('blocked', 'unknown_account', named)
  // A redirect or the like: whoever answers there is not the API.
  if (status < 400) return failure('blocked', 'unexpected_answer', named)
  return failure('permanent', 'refused', named)
}
