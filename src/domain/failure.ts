/**
 * Why a provider did not take a message, and what follows:
 * `permanent` give up · `recipient-gone` give up and retire the address · `transient` try later ·
 * `throttled` wait as told, costs no attempt, pauses the lane · `blocked` our credentials or account: hold the route ·
 * `uncertain` the request may have been processed.
 */
export type FailureClass = 'permanent' | 'recipient-gone' | 'transient' | 'throttled' | 'blocked' | 'uncertain'

/** One try by another provider of what one has refused, or could not deliver. */
export interface Elsewhere {
  /** Until then, in milliseconds: another charge, so that it may be seen meanwhile that there is no need for it. */
  readonly waitMs: number
  /** Marketing is not worth it. */
  readonly butMarketing: boolean
}

/** The status a message ends in when this failure is its last. */
export type FailedStatus = 'failed' | 'undelivered' | 'rejected' | 'expired' | 'suppressed' | 'cancelled' | 'uncertain'

export interface Failure {
  readonly class: FailureClass
  readonly status: FailedStatus
  /** Our word for it, snake_case, as shown in `reason`: `invalid_number`, `unregistered`, `timeout` … */
  readonly reason: string
  /** The provider's own code: `21211`, `UNREGISTERED`, `HTTP 503`; null where the link itself failed. */
  readonly code: string | null
  /** Whether this submission counts against the attempts allowed. */
  readonly counted: boolean
  /** What the provider told us to wait (Retry-After), in milliseconds, already clamped to 0..3,600,000. */
  readonly waitMs: number | null
  /** Waits before attempt 2, 3, … in milliseconds; when it is used up the message is given up. Null: the class's own schedule. */
  readonly waitsMs: readonly number[] | null
  /** No retry once the message is older than this, in milliseconds; null: only its expiry ends it. */
  readonly maxAgeMs: number | null
  /** What else must wait meanwhile: the whole lane, whatever goes out with this sender, this recipient alone, or nothing. */
  readonly pause: 'lane' | 'sender' | 'recipient' | 'none'
  /** Worth one try by another provider, if there is one; null: no more than the routes say. */
  readonly elsewhere: Elsewhere | null
  /** What becomes of the address: kept, retired, or marked as belonging to another project. */
  readonly address: 'keep' | 'retire' | 'mismatch'
  /** Since when the push service knows that it is gone; an address that was registered after that is kept. Absent: it does not say. */
  readonly goneSince?: Date
}

const BASE: Record<FailureClass, Omit<Failure, 'reason' | 'class'>> = {
  permanent: { ...plain('failed'), counted: true },
  'recipient-gone': { ...plain('failed'), counted: true, address: 'retire' },
  transient: { ...plain('failed'), counted: true },
  throttled: { ...plain('failed'), counted: false, pause: 'lane' },
  blocked: { ...plain('failed'), counted: false, pause: 'lane' },
  uncertain: { ...plain('uncertain'), counted: true },
}

/** A failure with its class's usual consequences; `more` overrides what a particular code needs. */
export function failure(failureClass: FailureClass, reason: string, more: Partial<Failure> = {}): Failure {
  return { ...BASE[failureClass], ...more, class: failureClass, reason }
}

function plain(status: FailedStatus): Omit<Failure, 'reason' | 'class'> {
  return {
    status,
    code: null,
    counted: true,
    waitMs: null,
    waitsMs: null,
    maxAgeMs: null,
    pause: 'none',
    elsewhere: null,
    address: 'keep',
  }
}
