import type { Failure } from '../domain/failure.ts'
import type { Outcome } from '../domain/provider.ts'
import { MOST_CRASHES, nextStep, repeatWait } from '../domain/retry.ts'
import type { Status } from '../domain/status.ts'
import type { ChunkRow } from '../store/push/push-work.ts'

/** What follows for a target. */
export type TargetVerdict =
  | {
      readonly kind: 'end'
      readonly status: Status
      readonly reason: string | null
      readonly id: string | null
      readonly uncertain: boolean
    }
  | {
      readonly kind: 'again'
      readonly waitMs: number
      readonly counted: boolean
      readonly uncertain: boolean
      readonly crashed: boolean
    }

/** What one outcome makes of its target. `chance` is 0..1; `pauseMs`: how long the lane still waits. */
export function decideTarget(
  row: ChunkRow,
  outcome: Outcome,
  age: { readonly ageMs: number; readonly remainingMs: number },
  chance: number,
  pauseMs: number,
): TargetVerdict {
  if (outcome.kind === 'accepted') {
    return { kind: 'end', status: outcome.status, reason: null, id: outcome.providerMessageId, uncertain: false }
  }
  const { failure: failed } = outcome
  const step = nextStep(failed, { ...age, attemptsCounted: row.attemptsCounted + (failed.counted ? 1 : 0) }, chance)
  switch (step.kind) {
    case 'retry':
      return {
        kind: 'again',
        waitMs: Math.max(step.waitMs, pauseMs),
        counted: failed.counted,
        uncertain: false,
        crashed: false,
      }
    case 'end': {
      const status = row.uncertainAttempts > 0 && failed.address === 'keep' ? 'uncertain' : step.status
      return { kind: 'end', status, reason: step.reason, id: null, uncertain: false }
    }
    case 'doubt':
      return afterDoubt(row, failed, chance, pauseMs)
  }
}

function afterDoubt(row: ChunkRow, failed: Failure, chance: number, pauseMs: number): TargetVerdict {
  const crashed = failed.reason === 'node_lost'
  if (crashed && row.crashes + 1 >= MOST_CRASHES)
    return { kind: 'end', status: 'failed', reason: 'poison', id: null, uncertain: true }
  // Push services can't be asked after a message: to reconcile is to repeat.
  if (row.onUncertain === 'fail')
    return { kind: 'end', status: 'uncertain', reason: failed.reason, id: null, uncertain: true }
  const waitMs = repeatWait(row.attemptsCounted + 1, chance)
  if (waitMs === null) return { kind: 'end', status: 'uncertain', reason: 'exhausted', id: null, uncertain: true }
  return {
    kind: 'again',
    waitMs: Math.max(waitMs, failed.waitMs ?? 0, pauseMs),
    counted: true,
    uncertain: true,
    crashed,
  }
}
