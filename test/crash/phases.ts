import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/until.ts'
import { countWhys, quantile, readAnswers } from './answers.ts'
import type { Bench } from './bench.ts'
import type { Context } from './experiment.ts'
import { sendAll } from './loader.ts'
import { makePlan } from './plan.ts'

/** A time in which something was broken, under load. Times are milliseconds since 1970. */
export interface Phase {
  readonly name: string
  readonly from: number
  readonly to: number
  /** From its end to the next call that was acknowledged; null: none was within a minute. */
  readonly backMs: number | null
}

export interface Limits {
  /** Of the answers given in this time, in milliseconds: 99 in a hundred are no later. */
  readonly answerMs: number
  readonly backMs: number
}

/** Clients don't wait for each other. */
const CONNECTIONS = 1_024

const BACK_MS = 60_000

/** Calls at an even pace, whatever becomes of them; SMS that most providers take at once. */
export function loadSteadily(bench: Bench, context: Context, perSecond: number, overMs: number): Promise<void> {
  const { cluster, journal, chance } = bench
  const sms = Math.round((overMs / 1_000) * perSecond)
  const plan = makePlan({ sms, overMs, tokens: 0, seed: context.seed, chance: chance('plan') })
  const calls = plan.map((call, index) => ({ ...call, atMs: (index / sms) * overMs }))
  const urls = cluster.nodes.map((node) => node.url)
  const now = (): number => Date.now()
  return sendAll({ calls, urls, journal, senders: 1, chance: chance('loader'), now, connections: CONNECTIONS })
}

/** Breaks something for as long as `work` takes, waits for the first good answer, and then for `quietMs`. */
export async function runPhase(
  directory: string,
  name: string,
  quietMs: number,
  work: () => Promise<void>,
): Promise<Phase> {
  const from = Date.now()
  await work()
  const to = Date.now()
  const firstBack = (): number | undefined =>
    readAnswers(directory)
      .filter(({ kind, at, ms }) => kind === 'acknowledged' && at + ms >= to)
      .map(({ at, ms }) => at + ms - to)[0]
  const backMs = await until(() => firstBack() !== undefined, BACK_MS, 100).then(firstBack, () => undefined)
  await delay(quietMs)
  return { name, from, to, backMs: backMs ?? null }
}

/** What callers were told meanwhile, as it is to be read; what is beyond the limits goes to `faults`. */
export function tellPhase(
  { name, from, to, backMs }: Phase,
  directory: string,
  limits: Limits,
  faults: string[],
): string {
  const answers = readAnswers(directory).filter(({ at }) => at >= from && at < to)
  const good = answers.filter(({ kind }) => kind === 'acknowledged').length
  const ms = answers.map((answer) => answer.ms)
  const p99 = quantile(ms, 0.99)
  if (p99 > limits.answerMs) faults.push(`${name}: answers p99 ${inSeconds(p99)}`)
  if (backMs === null || backMs > limits.backMs) faults.push(`${name}: back after ${inSeconds(backMs ?? BACK_MS)}`)
  const odd = answers.filter(({ why }) => why !== '' && !isExpected(why))
  if (odd.length > 0) faults.push(`${name}: ${countWhys(odd)}`)
  const back = backMs === null ? 'not back' : `back after ${inSeconds(backMs)}`
  return `${name}: ${good} of ${answers.length} calls 200, others ${countWhys(answers)}, p99 ${inSeconds(p99)}, ${back}`
}

/** A repeat may come while the first call still runs. */
function isExpected(why: string): boolean {
  return why.startsWith('503 ') || why === '507 storage_full' || why === '409 idempotency_in_progress'
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
