import type { Verdict } from './checker.ts'

/** One way to break the service, and what must be true of it afterwards. */
export interface Experiment {
  /** `C1` */
  readonly id: string
  /** What is done to it, in a few words. */
  readonly title: string
  /** What its line must show, in words. */
  readonly goal: string
  /** How often the whole of it is run, each time by another seed, unless somebody asks for another number. */
  readonly rounds: number
  /** Why it can't be run on this machine; null: it can. */
  readonly missing?: () => string | null
  /** Throws only for what is no answer to its question: a part that does not start. */
  run(context: Context): Promise<Result>
}

export interface Context {
  /** Empty, and its own. */
  readonly directory: string
  /** The same seed draws the same schedule. */
  readonly seed: string
  /** Smaller counts and shorter times: among the tests. */
  readonly small: boolean
}

export interface Result extends Verdict {
  /** From the blow to the moment when all was well again, in milliseconds; null: nothing was to recover. */
  readonly worstRecoveryMs: number | null
  /** What else was measured, as it is to be read: `answers 503 p99 0.2 s`. */
  readonly figures: readonly string[]
}

/** The one line of an experiment. */
export function toLine(id: string, result: Result, seed: string): string {
  const { worstRecoveryMs, figures } = result
  const recovery = worstRecoveryMs === null ? [] : [`worst recovery ${(worstRecoveryMs / 1_000).toFixed(1)} s`]
  return [`${id}: ${countsOf(result).join(' ')}`, ...recovery, ...figures, `seed ${seed}`].join(', ')
}

function countsOf(verdict: Verdict): string[] {
  const { attempted, acknowledged, ok, lost, duplicated, unexpected, recovered, uncertain } = verdict
  const counts = { attempted, acknowledged, ok, lost, duplicated, unexpected, recovered, uncertain }
  return Object.entries(counts).map(([word, count]) => `${word} ${count}`)
}
