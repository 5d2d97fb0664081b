import { setMaxListeners } from 'node:events'
import type { Failure } from '../domain/failure.ts'
import type { Gate, Outcome } from '../domain/provider.ts'
import { notSent } from './http2-faults.ts'
import type { PaceLine } from './pace.ts'

export interface FanOut<Item> {
  readonly items: readonly Item[]
  /** Submitted at once; asked for anew before each item. */
  readonly window: () => number
  readonly pace: PaceLine
  readonly signal: AbortSignal
  /** Asked before each item is begun. */
  readonly gate: Gate
  /** Rejects only for a bug. */
  readonly submit: (item: Item) => Promise<Outcome>
  readonly onOutcome: (index: number, outcome: Outcome) => void
}

/** While the pace makes an item wait: the gate may close long before its turn. */
const LOOK_MS = 1_000

/**
 * Submits every item, `window` at once, as the pace allows. Each index gets one outcome. What is not begun when the signal ends it,
 * the pace is paused, or an outcome says that the lane must wait, is `not_sent`; when the gate closes, it gets the gate's failure.
 * Rejects with the first bug, once nothing is open.
 */
export async function fanOut<Item>(work: FanOut<Item>): Promise<void> {
  const { items, window, pace, signal } = work
  let [next, open] = [0, 0]
  let stopped: Failure | null = null
  const bugs: Error[] = []
  let timer: NodeJS.Timeout | null = null
  let finish: () => void = () => undefined

  function pump(): void {
    stopped ??= reasonToStop(work)
    for (let item = items[next]; item !== undefined && open < window() && stopped === null; item = items[next]) {
      const waitMs = pace.take()
      if (waitMs > 0) {
        timer ??= setTimeout(onTimer, Math.min(waitMs, LOOK_MS))
        return
      }
      void begin(next, item)
      next += 1
    }
    for (; stopped !== null && next < items.length; next += 1) tell(next, { kind: 'refused', failure: stopped })
    if (open === 0 && next >= items.length) finish()
  }
  function onTimer(): void {
    timer = null
    pump()
  }
  async function begin(index: number, item: Item): Promise<void> {
    open += 1
    try {
      const outcome = await work.submit(item)
      if (outcome.kind === 'refused' && outcome.failure.pause === 'lane') stopped ??= notSent(outcome.failure.waitMs)
      tell(index, outcome)
    } catch (error) {
      fail(error)
    } finally {
      open -= 1
      pump()
    }
  }
  function tell(index: number, outcome: Outcome): void {
    try {
      work.onOutcome(index, outcome)
    } catch (error) {
      fail(error)
    }
  }
  function fail(error: unknown): void {
    bugs.push(error instanceof Error ? error : new Error('a submission failed', { cause: error }))
    stopped ??= notSent(null)
  }
  const finished = new Promise<void>((resolve) => (finish = resolve))
  // A lane's signal may stop many of these at once; Node warns of a leak from the eleventh on.
  setMaxListeners(0, signal)
  signal.addEventListener('abort', pump)
  pump()
  await finished
  if (timer !== null) clearTimeout(timer)
  signal.removeEventListener('abort', pump)
  const [bug] = bugs
  if (bug !== undefined) throw bug
}

function reasonToStop({ signal, pace, gate }: Pick<FanOut<unknown>, 'signal' | 'pace' | 'gate'>): Failure | null {
  if (signal.aborted) return notSent(null)
  const pausedMs = pace.pausedMs()
  return pausedMs > 0 ? notSent(pausedMs) : gate()
}
