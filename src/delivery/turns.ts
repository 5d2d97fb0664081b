/** Lets work in, a few at a time, in the order it came. */
export interface Turns {
  /** Runs `work` once it is its turn. */
  take<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>
}

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = []
  const running = new Set<Promise<unknown>>()
  let busy = 0

  return {
    async take(work) {
      if (busy >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
      else busy += 1
      const run = work()
      running.add(run)
      try {
        return await run
      } finally {
        running.delete(run)
        // The place goes to the next one, without ever being free.
        const next = waiting.shift()
        if (next === undefined) busy -= 1
        else next()
      }
    },
    async idle() {
      while (busy > 0) await Promise.allSettled(running.size === 0 ? [Promise.resolve()] : [...running])
    },
  }
}
