import { quantile } from './answers.ts'
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
  /** Too long for the whole: run only where it is asked for by name. */
  readonly apart?: true
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
  /** How many messages a round is to have; null: as many as the experiment says itself. */
  readonly messages: number | null
  /** Smaller counts and shorter times: among the tests. */
  readonly small: boolean
  /** The revision that is upgraded from; absent: the release before. */
  readonly old?: string
}

export interface Result extends Verdict {
  /** Of each blow: until all was well again, in milliseconds. */
  readonly recoveriesMs: readonly number[]
  /** What else was measured, as it is to be read: `answers 503 p99 0.2 s`. */
  readonly figures: readonly string[]
}

/** The one line of an experiment. */
export function toLine(id: string, result: Result, seed: string): string {
  const { recoveriesMs, figures } = result
  return [`${id}: ${countsOf(result).join(' ')}`, ...tellRecovery(recoveriesMs), ...figures, `seed ${seed}`].join(', ')
}

function tellRecovery(ms: readonly number[]): string[] {
  if (ms.length === 0) return []
  const at = (share: number): string => (quantile(ms, share) / 1_000).toFixed(1)
  return [`recovery p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)} s of ${ms.length}`]
}

function countsOf(verdict: Verdict): string[] {
  const { attempted, acknowledged, ok, lost, duplicated, unexpected, recovered, uncertain } = verdict
  const counts = { attempted, acknowledged, ok, lost, duplicated, unexpected, recovered, uncertain }
  return Object.entries(counts).map(([word, count]) => `${word} ${count}`)
}

/** Several parts of one experiment as one. */
export function addUp(results: readonly Result[], figures: readonly string[], faults: readonly string[]): Result {
  const sum = (count: (result: Result) => number): number => results.reduce((total, one) => total + count(one), 0)
  return {
    attempted: sum((one) => one.attempted),
    acknowledged: sum((one) => one.acknowledged),
    ok: sum((one) => one.ok),
    lost: sum((one) => one.lost),
    duplicated: sum((one) => one.duplicated),
    unexpected: sum((one) => one.unexpected),
    recovered: sum((one) => one.recovered),
    uncertain: sum((one) => one.uncertain),
    recoveriesMs: results.flatMap((one) => one.recoveriesMs),
    figures: [...results.flatMap((one) => one.figures), ...figures],
    faults: [...results.flatMap((one) => one.faults), ...faults],
  }
}
