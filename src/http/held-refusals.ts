import type { Logger } from 'pino'
import type { ErrorCode, TidingsError } from '../domain/errors.ts'
import { CONNECTIONS } from './limits.ts'

const TOO_MANY: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['overloaded', 'queue_full', 'storage_full'])

/** Whether it is told to those who ask for more than there is room for. A fault of the database itself has a cause. */
export function isOneOfMany({ code, cause }: TidingsError): boolean {
  return TOO_MANY.has(code) && cause === undefined
}

/** Refusals a second that cost next to nothing: as many are answered at once. */
const AT_ONCE = 200

/** The longest that one is held: a caller is told to come back after a second or more in any case. */
const MOST_MS = 1_000

/** More are not held: each takes memory until it is sent. */
const MOST_HELD = CONNECTIONS

/** Between two lines of the log that say how many there were. */
const TELL_MS = 1_000

export interface HeldRefusals {
  /** Runs `send`, now or within a second. `mayWait` false: it keeps a place that others need, and goes out now. */
  send(refusal: TidingsError, mayWait: boolean, send: () => void): void
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
    log.warn(
      { event: 'overload.refused', calls: untold },
      'there are too many calls or messages; some were told to come back',
    )
    untold = 0
  }

  return {
    send(refusal, mayWait, send) {
      if (!isOneOfMany(refusal)) return send()
      if (untold === 0) after(TELL_MS, tell)
      untold += 1
      if (!mayWait || isStopping() || held >= MOST_HELD) return send()
      const at = now()
      free = Math.min(Math.max(free, at - 1_000) + 1_000 / AT_ONCE, at + MOST_MS)
      if (free <= at) return send()
      held += 1
      after(Math.ceil(free - at), () => {
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
