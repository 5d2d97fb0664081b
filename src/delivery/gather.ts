import { TidingsError } from '../domain/errors.ts'
import { readDbFault, toRefusal, unavailable } from '../store/faults.ts'

export interface GatherOptions<Row, Result> {
  /** Rows at most in one batch. */
  readonly most: number
  /** Rows at most that wait for the next batch; beyond it callers are refused as `overloaded`. */
  readonly queue: number
  /**
   * Commits a batch, one result a row. A throw means that no row was written, unless the link broke; a TidingsError, that none can be
   * written now.
   */
  readonly commit: (rows: readonly Row[]) => Promise<readonly Result[]>
}

export interface Gatherer<Row, Result> {
  /** Resolves after COMMIT; rejects with a TidingsError, or with the bug that kept this row alone from being written. */
  add(row: Row): Promise<Result>
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>
}

interface Waiting<Row, Result> {
  readonly row: Row
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Repeats of a batch that another transaction was in the way of. */
const REPEATS = 3

/**
 * Gathers concurrent calls into batches: while one batch commits the next one collects, so a batch is as large as the load makes it and no
 * call waits for a timer.
 */
export function createGatherer<Row, Result>(options: GatherOptions<Row, Result>): Gatherer<Row, Result> {
  let waiting: Waiting<Row, Result>[] = []
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    // Those who call in the same turn of the event loop join the first batch.
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = waiting.slice(0, options.most)
      waiting = waiting.slice(options.most)
      await settle(batch)
    }
    running = null
  }

  async function settle(batch: readonly Waiting<Row, Result>[], repeats = REPEATS): Promise<void> {
    try {
      const results = await options.commit(batch.map((waiter) => waiter.row))
      batch.forEach((waiter, index) => waiter.resolve(results[index] as Result))
    } catch (error) {
      if (error instanceof TidingsError) return rejectAll([...batch, ...waiting.splice(0)], error)
      const fault = readDbFault(error)
      if (fault.kind === 'conflict' && repeats > 0) return settle(batch, repeats - 1)
      if (fault.kind === 'refused' && batch.length > 1) return oneByOne(batch)
      rejectAll(batch, toRefusal(fault, error) ?? error)
      // Those who wait would only learn the same, later.
      if (fault.kind === 'unknown' || fault.kind === 'unavailable') rejectAll(waiting.splice(0), unavailable(error))
    }
  }

  /** One row must not keep the others out. */
  async function oneByOne(batch: readonly Waiting<Row, Result>[]): Promise<void> {
    for (const waiter of batch) await settle([waiter])
  }

  return {
    add(row) {
      if (waiting.length >= options.queue) {
        return Promise.reject(
          new TidingsError('overloaded', 'Too many calls are waiting to be stored.', { retryAfterSeconds: 1 }),
        )
      }
      return new Promise((resolve, reject) => {
        waiting.push({ row, resolve, reject })
        running ??= run()
      })
    },
    async idle() {
      while (running !== null) await running
    },
  }
}

function rejectAll<Row, Result>(batch: readonly Waiting<Row, Result>[], error: unknown): void {
  for (const waiter of batch) waiter.reject(error)
}
