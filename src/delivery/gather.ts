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

interface Flight<Row, Result> {
  readonly batch: readonly Waiting<Row, Result>[]
  readonly landing: Promise<Landed<Result>>
}

type Landed<Result> =
  | { readonly kind: 'committed'; readonly results: readonly Result[] }
  | { readonly kind: 'failed'; readonly error: unknown }

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
    let flight = takeOff()
    while (flight !== null) {
      const { batch, landing } = flight
      const landed = await landing
      if (landed.kind === 'failed') {
        await afterFailure(batch, landed.error)
        flight = takeOff()
      } else {
        // The next batch is on its way before anybody is told: the database works while the answers are written.
        flight = takeOff()
        tell(batch, landed.results)
      }
    }
    running = null
  }

  function takeOff(): Flight<Row, Result> | null {
    if (waiting.length === 0) return null
    const batch = waiting.slice(0, options.most)
    waiting = waiting.slice(options.most)
    return { batch, landing: land(batch) }
  }

  function land(batch: readonly Waiting<Row, Result>[]): Promise<Landed<Result>> {
    return options.commit(batch.map((waiter) => waiter.row)).then(
      (results) => ({ kind: 'committed', results }),
      (error: unknown) => ({ kind: 'failed', error }),
    )
  }

  async function afterFailure(
    batch: readonly Waiting<Row, Result>[],
    error: unknown,
    repeats = REPEATS,
  ): Promise<void> {
    if (error instanceof TidingsError) return rejectAll([...batch, ...waiting.splice(0)], error)
    const fault = readDbFault(error)
    if (fault.kind === 'refused' && batch.length > 1) return oneByOne(batch)
    if (fault.kind === 'conflict' && repeats > 0) {
      const landed = await land(batch)
      return landed.kind === 'committed' ? tell(batch, landed.results) : afterFailure(batch, landed.error, repeats - 1)
    }
    rejectAll(batch, toRefusal(fault, error) ?? error)
    // Those who wait would only learn the same, later.
    if (fault.kind === 'unknown' || fault.kind === 'unavailable') rejectAll(waiting.splice(0), unavailable(error))
  }

  /** One row must not keep the others out. */
  async function oneByOne(batch: readonly Waiting<Row, Result>[]): Promise<void> {
    for (const [index, waiter] of batch.entries()) {
      const landed = await land([waiter])
      if (landed.kind === 'committed') tell([waiter], landed.results)
      else if (concernsAll(landed.error)) return afterFailure(batch.slice(index), landed.error, 0)
      else await afterFailure([waiter], landed.error)
    }
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

/** The database is away: the others would only learn the same, one after the other. */
function concernsAll(error: unknown): boolean {
  if (error instanceof TidingsError) return true
  const { kind } = readDbFault(error)
  return kind === 'unknown' || kind === 'unavailable'
}

function tell<Row, Result>(batch: readonly Waiting<Row, Result>[], results: readonly Result[]): void {
  batch.forEach((waiter, index) => waiter.resolve(results[index] as Result))
}

function rejectAll<Row, Result>(batch: readonly Waiting<Row, Result>[], error: unknown): void {
  for (const waiter of batch) waiter.reject(error)
}
