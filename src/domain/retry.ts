import type { Failure, FailedStatus } from './failure.ts'

/** What is known of a message when one of its submissions failed. */
export interface Tried {
  /** Submissions that cost an attempt, this one included if it does. */
  readonly attemptsCounted: number
  readonly ageMs: number
  /** Until it expires. */
  readonly remainingMs: number
}

export type NextStep =
  | { readonly kind: 'retry'; readonly waitMs: number }
  | { readonly kind: 'end'; readonly status: FailedStatus; readonly reason: string }
  /** It may have been sent: the message's own `on_uncertain` decides. */
  | { readonly kind: 'doubt' }

/** After this many counted attempts a message is given up as `exhausted`. */
export const MOST_ATTEMPTS = 25

/** Nodes that died while submitting the same message before it is taken for the cause: `failed`, reason `poison`. */
export const MOST_CRASHES = 3

const MINUTE = 60_000

/** Waits before the second, third … attempt where neither the provider nor its code says: the last one repeats. */
const TRANSIENT_WAITS_MS = [10_000, 30_000, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 60 * MINUTE] as const

const THROTTLED_WAIT_MS = 1_000
const BLOCKED_WAIT_MS = MINUTE

/**
 * What follows a refused submission. `chance` is 0..1 and lengthens every wait by up to a fifth, so that what failed together does not
 * return together; a wait is never shorter than the provider asked for.
 */
export function nextStep(failure: Failure, tried: Tried, chance: number): NextStep {
  switch (failure.class) {
    case 'permanent':
    case 'recipient-gone':
      return end(failure)
    case 'uncertain':
      return { kind: 'doubt' }
    case 'throttled':
      return retry(failure, tried, scheduled(failure.waitsMs, tried) ?? THROTTLED_WAIT_MS, chance)
    case 'blocked':
      return retry(failure, tried, scheduled(failure.waitsMs, tried) ?? BLOCKED_WAIT_MS, chance)
    case 'transient':
      return afterTransient(failure, tried, chance)
  }
}

/**
 * Milliseconds before an uncertain submission is repeated: they grow as after transient failures, since each repeat may be one more copy.
 * Null: it was repeated often enough. `attemptsCounted` counts the uncertain one.
 */
export function repeatWait(attemptsCounted: number, chance: number): number | null {
  return attemptsCounted >= MOST_ATTEMPTS ? null : Math.round(ownWait(attemptsCounted) * (1 + chance / 5))
}

function afterTransient(failure: Failure, tried: Tried, chance: number): NextStep {
  if (!failure.counted) return retry(failure, tried, 0, chance)
  if (tried.attemptsCounted >= MOST_ATTEMPTS) return { kind: 'end', status: failure.status, reason: 'exhausted' }
  if (failure.waitsMs === null) return retry(failure, tried, ownWait(tried.attemptsCounted), chance)
  const wait = failure.waitsMs[tried.attemptsCounted - 1]
  return wait === undefined ? end(failure) : retry(failure, tried, wait, chance)
}

function retry(failure: Failure, tried: Tried, waitMs: number, chance: number): NextStep {
  const wait = Math.round(Math.max(failure.waitMs ?? 0, waitMs) * (1 + chance / 5))
  if (wait >= tried.remainingMs) return { kind: 'end', status: 'expired', reason: failure.reason }
  if (failure.maxAgeMs !== null && tried.ageMs + wait > failure.maxAgeMs) {
    return { kind: 'end', status: failure.status, reason: 'exhausted' }
  }
  return { kind: 'retry', waitMs: wait }
}

function end(failure: Failure): NextStep {
  return { kind: 'end', status: failure.status, reason: failure.reason }
}

/** Uncounted failures do not move along their schedule: the first wait repeats. */
function scheduled(waitsMs: readonly number[] | null, tried: Tried): number | null {
  return waitsMs?.[Math.min(Math.max(tried.attemptsCounted - 1, 0), waitsMs.length - 1)] ?? null
}

function ownWait(attemptsCounted: number): number {
  return TRANSIENT_WAITS_MS[Math.min(attemptsCounted, TRANSIENT_WAITS_MS.length) - 1] ?? TRANSIENT_WAITS_MS[0]
}
