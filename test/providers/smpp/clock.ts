/** A clock that goes on only when it is told to, with its timers. */
export interface TestClock {
  readonly monotonic: () => number
  readonly after: (ms: number, run: () => void) => () => void
  /** Runs what is due within these milliseconds, in order. */
  readonly pass: (ms: number) => void
}

export function createClock(): TestClock {
  let now = 1_000_000
  let timers: readonly { readonly at: number; readonly run: () => void }[] = []
  return {
    monotonic: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run }
      timers = [...timers, timer]
      return () => void (timers = timers.filter((other) => other !== timer))
    },
    pass(ms) {
      const end = now + ms
      for (;;) {
        const next = timers.toSorted((a, b) => a.at - b.at).find(({ at }) => at <= end)
        if (next === undefined) break
        timers = timers.filter((other) => other !== next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = end
    },
  }
}
