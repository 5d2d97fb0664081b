import { type Failure, type FailureClass, failure } from '../../domain/failure.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

type Row = readonly [FailureClass, reason: string, more?: Partial<Failure>]

/** The account's limit is so many in a second. */
const NEXT_SECOND = { waitsMs: [SECOND] } as const

/**
 * `status` of each message in an answer; nothing but 0 was taken. Sources: https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms
 * and, for 13, 16, 19, 20 and 21, which that page no longer has, the same numbers at https://developer.vonage.com/en/api-errors/messages.
 */
const STATUSES: Readonly<Record<string, Row>> = {
  '1': ['throttled', 'rate_exceeded', NEXT_SECOND],
  '2': ['permanent', 'refused'],
  '3': ['permanent', 'refused'],
  '4': ['blocked', 'bad_credentials'],
  '5': ['transient', 'internal_error', { waitsMs: [30 * SECOND, 2 * MINUTE, 10 * MINUTE] }],
  '6': ['permanent', 'unroutable'],
  '7': ['permanent', 'blocked'],
  '8': ['blocked', 'account_suspended'],
  '9': ['blocked', 'out_of_credit'],
  '10': ['throttled', 'rate_exceeded', NEXT_SECOND],
  '11': ['blocked', 'not_enabled'],
  '12': ['permanent', 'too_long'],
  '13': ['transient', 'internal_error', { waitsMs: [30 * SECOND, 2 * MINUTE, 10 * MINUTE] }],
  '14': ['blocked', 'bad_credentials'],
  '15': ['permanent', 'invalid_sender'],
  '16': ['permanent', 'refused'],
  '19': ['blocked', 'not_enabled'],
  '20': ['permanent', 'refused'],
  '21': ['blocked', 'invalid_callback'],
  '22': ['permanent', 'refused'],
  '23': ['blocked', 'invalid_callback'],
  '29': ['permanent', 'unverified_number'],
  '32': ['blocked', 'bad_credentials'],
  '33': ['permanent', 'unknown_number'],
}

/**
 * `err-code` of a receipt that does not say delivered, and the reason it becomes.
 * Source: https://api.support.vonage.com/hc/en-us/articles/204014733.
 */
export const REASON_OF_ERR_CODE: Readonly<Record<string, string>> = {
  '1': 'unknown',
  '2': 'unreachable',
  '3': 'unknown_number',
  '4': 'blocked',
  '5': 'unroutable',
  '6': 'filtered',
  '7': 'unreachable',
  '8': 'network_error',
  '9': 'opted_out',
  '10': 'refused',
  '11': 'unroutable',
  '12': 'unroutable',
  '13': 'blocked',
  '14': 'blocked',
  '15': 'recipient_credit',
  '95': 'unknown',
  '99': 'unknown',
}

/** The reason that each `status` becomes. */
export const REASON_OF_STATUS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(STATUSES).map(([status, [, reason]]) => [status, reason]),
)

/** What a `status` other than 0 means; one that nobody wrote down is final. */
export function failureOfStatus(status: string): Failure {
  const [kind, reason, more] = rowOf(status) ?? ['permanent', 'refused']
  return failure(kind, reason, { ...more, code: status })
}

/**
 * Of a message that was taken in part: it is sent again as a whole, since Vonage takes no single parts, and seldom, since those that
 * were taken are charged each time.
 */
export function failureOfPartly(status: string): Failure {
  const why = failureOfStatus(status)
  if (why.class !== 'throttled' && why.class !== 'transient' && why.class !== 'blocked') return why
  return failure('transient', why.reason, { code: status, waitsMs: [10 * SECOND, MINUTE, 5 * MINUTE] })
}

/** Why a message that was taken did not arrive. */
export function failureOfErrCode(errCode: string | null, status: 'undelivered' | 'expired'): Failure {
  const named = { status, code: errCode }
  if (status === 'expired') return failure('permanent', 'validity_expired', named)
  const reason = errCode !== null && Object.hasOwn(REASON_OF_ERR_CODE, errCode) ? REASON_OF_ERR_CODE[errCode] : null
  return failure('permanent', reason ?? 'unknown', named)
}

/** An answer that says nothing of messages, by its HTTP status. */
export function failureOfHttp(status: number): Failure {
  const named = { code: `HTTP ${status}` }
  // It may have been processed before the answer was lost on its way.
  if (status >= 500 || status === 408) return failure('uncertain', 'provider_error', named)
  if (status === 429) return failure('throttled', 'rate_exceeded', { ...named, ...NEXT_SECOND })
  if (status === 401 || status === 403) return failure('blocked', 'bad_credentials', named)
  // Whoever answers there is not the API.
  if (status === 404 || (status >= 300 && status < 400)) return failure('blocked', 'unexpected_answer', named)
  if (status >= 400) return failure('permanent', 'refused', named)
  return failure('uncertain', 'unreadable_answer', named)
}

function rowOf(status: string): Row | null {
  return Object.hasOwn(STATUSES, status) ? (STATUSES[status] ?? null) : null
}
