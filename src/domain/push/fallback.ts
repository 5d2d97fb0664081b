import type { Status } from '../status.ts'
import type { StatusCounts } from '../tally.ts'

/** What keeps an SMS from standing in for a push: that one of its targets has come as far as this. */
export const CONFIRMATIONS = ['sent', 'received', 'opened'] as const

export type Confirmation = (typeof CONFIRMATIONS)[number]

export const FALLBACK_STATES = ['waiting', 'confirmed', 'went_out', 'cancelled', 'refused'] as const

export type FallbackState = (typeof FALLBACK_STATES)[number]

/** Where a push stands whose fallback is looked at. */
export interface FallbackFacts {
  readonly unless: Confirmation
  /** Its deadline has passed. */
  readonly over: boolean
  readonly targets: number
  /** Of those that have come to an end, or were reported on. */
  readonly counts: StatusCounts
}

export type FallbackDecision =
  | { readonly kind: 'confirmed' | 'wait' | 'cancelled' }
  | { readonly kind: 'send'; readonly reason: 'unconfirmed' | 'all_failed' }

/** What is captured stands for what would have been sent: a test goes the way that it would go in earnest. */
const CONFIRMED_BY: Readonly<Record<Confirmation, readonly Status[]>> = {
  sent: ['sent', 'captured', 'delivered', 'received', 'opened'],
  received: ['received', 'opened'],
  opened: ['opened'],
}

/** Of these nothing more can come. */
const DEAD: readonly Status[] = ['undelivered', 'failed', 'rejected', 'expired', 'suppressed']

export function decideFallback({ unless, over, targets, counts }: FallbackFacts): FallbackDecision {
  const count = (statuses: readonly Status[]): number =>
    statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0)
  if (count(CONFIRMED_BY[unless]) > 0) return { kind: 'confirmed' }
  const cancelled = count(['cancelled'])
  if (cancelled >= targets) return { kind: 'cancelled' }
  if (count(DEAD) + cancelled >= targets) return { kind: 'send', reason: 'all_failed' }
  return over ? { kind: 'send', reason: 'unconfirmed' } : { kind: 'wait' }
}
