import type { Logger } from 'pino'
import type { ErrorCode, TidingsError } from '../domain/errors.ts'

/** What is told to those who ask for more than there is room for. */
const HELD: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['overloaded', 'queue_full'])

/** Refusals a second that cost next to nothing: as many are answered at once. */
const AT_ONCE = 200

/** The longest that one is held: a caller is told to come back after a second or more in any case. */
const MOST_MS = 1_000

/** Held ones go out together, so that many of them need few timers. */
const STEP_MS = 20

/** More are not held: each takes memory until it is sent. As many as there may be connections. */
const MOST_HELD = 2_000

/** Between two lines of the log that say how many there were. */
const TELL_MS = 1_000

export interface HeldRefusals {
  /** Runs `send`, now or within a second. */
  send(refusal: TidingsError, send: () => void): void
}

interface Parts {
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly isStopping: () => boolean
  readonly log: Logger
}

/**
 * Refusals of too many calls, paced: who asks again as soon as it is refused, on a thousand connections, would else take the time from those
 * who are served. The first 200 in a second go out at once; behind them each waits for its turn, a second at most.
 */
export function createHeldRefusals({ now, isStopping, log }: Parts, after = later): HeldRefusals {
  let [free, held, untold] = [0, 0, 0]

  function tell(): void {
    log.warn({ event: 'overload.refused', calls: untold }, 'there are too many calls; some were told to come back')
    untold = 0
  }

  return {
    send({ code }, send) {
      if (!HELD.has(code)) return send()
      if (untold === 0) after(TELL_MS, tell)
      untold += 1
      if (isStopping() || held >= MOST_HELD) return send()
      const at = now()
      free = Math.min(Math.max(free, at - 1_000) + 1_000 / AT_ONCE, at + MOST_MS)
      if (free <= at) return send()
      held += 1
      after(Math.ceil((free - at) / STEP_MS) * STEP_MS, () => {
        held -= 1
        send()
      })
      return undefined
    },
  }
}

function later(ms: number, run: () => void): void {
  setTimeout(run, ms)
}
