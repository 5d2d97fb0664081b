import { setImmediate as nextTurn } from 'node:timers/promises'

/** What a caller's window holds once a call is counted. */
export interface Counted {
  /** Calls with this one; more than there are where it was refused without being counted. */
  readonly total: number
  readonly msBeforeNext: number
}

interface Waiting {
  readonly resolve: (counted: Counted) => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes a counter of single calls from one of several: while a caller's calls are counted his next ones gather, and are counted together. So a
 * busy caller costs a statement for many calls, and none of them waits in the database for another. Each has its own place in the count, in the
 * order in which they came; where counting fails it fails for those who were counted together.
 */
export function gatherCalls(
  count: (caller: string, calls: number) => Promise<Counted>,
): (caller: string) => Promise<Counted> {
  const lines = new Map<string, Waiting[]>()

  async function run(caller: string, line: Waiting[]): Promise<void> {
    while (line.length > 0) {
      await countAll(caller, line.splice(0))
      // Calls that have come, and are read from their sockets in this turn of the event loop, are counted with those that waited.
      if (line.length > 0) await nextTurn()
    }
    lines.delete(caller)
  }

  async function countAll(caller: string, batch: readonly Waiting[]): Promise<void> {
    try {
      const { total, msBeforeNext } = await count(caller, batch.length)
      const before = total - batch.length
      batch.forEach(({ resolve }, index) => resolve({ total: before + index + 1, msBeforeNext }))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return (caller) =>
    new Promise((resolve, reject) => {
      const line = lines.get(caller)
      if (line !== undefined) return void line.push({ resolve, reject })
      const first = [{ resolve, reject }]
      lines.set(caller, first)
      void run(caller, first)
    })
}
