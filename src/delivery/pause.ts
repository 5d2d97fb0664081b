import type { Logger } from 'pino'
import type { Failure } from '../domain/failure.ts'

/** A lane's waiting because its provider said so. */
export interface Pause {
  /** Milliseconds left; 0: it does not wait. */
  leftMs(): number
  /** A failure that concerns everybody in the lane; a shorter wait than the one under way changes nothing. */
  begin(failure: Failure): void
}

export interface PauseParts {
  readonly provider: string
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly after: (ms: number, run: () => void) => void
  readonly onEnd: () => void
}

/** What waits longer than this waits in the database, where other nodes find it: theirs may be a better way to the provider. */
export const LONG_PAUSE_MS = 5_000

/** Where neither the provider nor its code says how long. */
const UNTOLD_MS = 1_000

export function createPause({ provider, log, now, after, onEnd }: PauseParts): Pause {
  let until = 0
  let told = { reason: '', waitMs: 0 }
  return {
    leftMs: () => Math.max(0, until - now()),
    begin(failure) {
      const waitMs = Math.max(failure.waitMs ?? failure.waitsMs?.[0] ?? UNTOLD_MS, 1)
      if (now() + waitMs <= until) return
      const { reason, code } = failure
      // What hundreds of submissions in flight are told at once is one event.
      const known = until > now() && told.reason === reason && waitMs <= told.waitMs
      until = now() + waitMs
      after(waitMs, onEnd)
      if (known) return
      told = { reason, waitMs }
      const blocked = failure.class === 'blocked'
      const what = blocked ? 'a provider refuses our credentials or account' : 'a provider asked to wait'
      log[blocked ? 'error' : 'warn']({ event: 'lane.paused', provider, reason, code, wait_ms: waitMs }, what)
    },
  }
}
