import { onBench, type Bench } from '../bench.ts'
import { breakingLife, breaksIn, type Break } from '../broken-lives.ts'
import type { NodeLife, NodeEnd } from '../cluster.ts'
import type { Experiment } from '../experiment.ts'
import { makePlan } from '../plan.ts'
import { until } from '../../support/until.ts'

/** In a request and in the delivery: an exception nobody catches, and a promise that is rejected and nobody looks at. */
const BREAKS: readonly Break[] = [
  { point: 'request taken', nth: 5, how: 'throw' },
  { point: 'request taken', nth: 5, how: 'reject' },
  { point: 'submission answered', nth: 5, how: 'throw' },
  { point: 'submission answered', nth: 5, how: 'reject' },
  { point: 'settle answered', nth: 2, how: 'throw' },
  { point: 'chunk moved', nth: 2, how: 'reject' },
]

const LOAD = { sms: 300, tokens: 1_500, overMs: 1_000, slow: true }
const LONGEST_MS = 1_000
const REACHED_MS = 30_000

export const C6: Experiment = {
  id: 'C6',
  title: `a bug in a request or in the delivery: an uncaught exception or an unhandled rejection, ${BREAKS.length} times`,
  goal: 'the node ends with exit code 1 within 1 s; lost 0, doubled only within the window',
  rounds: 1,
  async run(context) {
    const life = (_node: number, number: number): NodeLife => {
      const broken = BREAKS[number]
      return broken === undefined ? {} : breakingLife(broken)
    }
    const ends: { readonly end: NodeEnd; readonly ms: number }[] = []
    const { facts, ...result } = await onBench(context, { nodes: 1, life }, async (bench) => {
      ends.push(...(await breakAll(bench, context.seed)))
      return [`ended ${ends.length}`, `slowest ${(Math.max(...ends.map(({ ms }) => ms)) / 1_000).toFixed(2)} s`]
    })
    const others = ends.filter(({ end }) => end.exitCode !== 1).map(({ end }) => `ended with ${end.exitCode}`)
    const slow = ends.filter(({ ms }) => ms > LONGEST_MS).map(({ ms }) => `took ${ms} ms to end`)
    // Each was to end the node, and says so in the log.
    const told = facts.bugs === BREAKS.length ? [] : [`${facts.bugs} of ${BREAKS.length} bugs in the log`]
    const faults = result.faults.filter((fault) => !fault.endsWith('a node ended by itself'))
    return { ...result, faults: [...faults, ...others, ...slow, ...told] }
  },
}

/** Resolves with each end, and the time it took from the bug. */
async function breakAll(bench: Bench, seed: string): Promise<{ end: NodeEnd; ms: number }[]> {
  const { cluster, journal, load, chance } = bench
  const loads: Promise<void>[] = []
  const found: { end: NodeEnd; ms: number }[] = []
  for (const index of BREAKS.keys()) {
    const own = `${seed}-${index}`
    loads.push(load(makePlan({ ...LOAD, seed: own, chance: chance(`plan ${own}`) })))
    const end = await until(() => cluster.nodes[0]?.ends[index], REACHED_MS)
    const at = breaksIn(cluster.logs[0] ?? '')[index]?.at ?? 0
    journal.write({ kind: 'killed', at, what: 'node', pids: [end.pid] })
    found.push({ end, ms: end.at - at })
  }
  await Promise.all(loads)
  return found
}
