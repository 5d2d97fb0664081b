import { monitorEventLoopDelay } from 'node:perf_hooks'

/** In seconds, of the last whole stretch of `stretchMs`. */
export interface Lag {
  readonly p99: number
  readonly most: number
}

export interface EventLoop {
  lag(): Lag
  close(): void
}

export interface EventLoopParts {
  readonly every: (ms: number, run: () => void) => () => void
  /** Told after each stretch. */
  readonly onLag: (lag: Lag) => void
}

/** How long a stretch is: several scrapes see the same one, and none of them ends it. */
const STRETCH_MS = 10_000

/**
 * How often the loop is asked whether it is on time, in milliseconds; this is also what a loop that is on time shows. Each time wakes the process
 * up: at 20 ms that took 2 ms of CPU a second (Node 20, on a busy machine), at 50 it takes 0.9.
 */
const RESOLUTION_MS = 50

/** Watches how late this process's turns come. */
export function watchEventLoop({ every, onLag }: EventLoopParts): EventLoop {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  let last: Lag = { p99: 0, most: 0 }
  delays.enable()
  const stop = every(STRETCH_MS, () => {
    last = { p99: late(delays.percentile(99)), most: late(delays.max) }
    delays.reset()
    onLag(last)
  })
  return {
    lag: () => last,
    close() {
      stop()
      delays.disable()
    },
  }
}

/** Nanoseconds between two turns that should be `RESOLUTION_MS` apart, as seconds beyond that. */
function late(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1e3 - RESOLUTION_MS * 1e3) / 1e6)
}
