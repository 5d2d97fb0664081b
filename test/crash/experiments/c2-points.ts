import { seeded } from '../../support/seeded.ts'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import { breakingLife, breaksIn } from '../broken-lives.ts'
import type { NodeLife } from '../cluster.ts'
import type { Experiment } from '../experiment.ts'
import { makePlan, type Call } from '../plan.ts'

/** Those a node with a little of everything to do comes by; in an order in which each finds what the ones before have left. */
const POINTS = [
  'request taken',
  'accept before',
  'accept written',
  'accept committed',
  'push written',
  'push committed',
  'start before',
  'start written',
  'start answered',
  'submission before',
  'submission written',
  'submission answered',
  'push submission before',
  'push submission answered',
  'chunk before',
  'chunk written',
  'chunk moved',
  'chunk claim written',
  'chunk claim committed',
  'settle before',
  'settle written',
  'settle answered',
  'transaction committed',
  'takeover written',
  'takeover committed',
  'claim before',
  'claim written',
  'claim committed',
  'receipt before',
  'receipt written',
  'receipt committed',
]

/** These come by once only, while a node takes over what the one before it has left. */
const ONCE = /claim|takeover|push (written|committed)/

/** At most so many earlier passages of a point are let by. */
const PASSAGES = 3

const FEW = 6
const LOAD = { sms: 150, tokens: 1_200, overMs: 500, slow: true }
const REACHED_MS = 30_000

export const C2: Experiment = {
  id: 'C2',
  title: `a node is killed at each of ${POINTS.length} points of its work`,
  goal: 'each is reached; lost 0, unexpected 0, doubled only between a submission and its settling, within the window',
  rounds: 1,
  async run(context) {
    const points = context.small ? few(context.seed) : POINTS
    const missed: string[] = []
    const life = (_node: number, number: number): NodeLife => {
      const point = points[number]
      return point === undefined ? {} : breakingLife({ point, nth: nthOf(point, context.seed), how: 'kill' })
    }
    const { facts: _, ...result } = await onBench(context, { nodes: 1, life }, async (bench) => {
      const loads: Promise<void>[] = []
      for (const [index, point] of points.entries()) {
        loads.push(bench.load(planFor(bench, `${context.seed}-${index}`)))
        if (!(await isReached(bench, index))) missed.push(point)
      }
      await Promise.all(loads)
      return [`points ${points.length - missed.length}`]
    })
    return { ...result, faults: [...result.faults, ...missed.map((point) => `never came to "${point}"`)] }
  },
}

function few(seed: string): string[] {
  const chance = seeded(seed, 'points')
  return POINTS.map((point) => ({ point, place: chance() }))
    .toSorted((a, b) => a.place - b.place)
    .slice(0, FEW)
    .map(({ point }) => point)
}

function nthOf(point: string, seed: string): number {
  return ONCE.test(point) ? 1 : 1 + Math.floor(PASSAGES * seeded(seed, point)())
}

function planFor({ chance }: Bench, seed: string): Call[] {
  return makePlan({ ...LOAD, seed, chance: chance(`plan ${seed}`) })
}

/** Waits until the life with this number has ended; one that does not come to its point is killed. */
async function isReached({ cluster, journal, killNodes }: Bench, life: number): Promise<boolean> {
  const node = cluster.nodes[0]
  const log = cluster.logs[0] ?? ''
  const reached = await until(() => node?.ends[life], REACHED_MS).catch(() => null)
  if (reached === null) {
    await killNodes()
    await until(() => node?.ends[life])
    return false
  }
  const at = breaksIn(log).at(-1)?.at ?? reached.at
  journal.write({ kind: 'killed', at, what: 'node', pids: [reached.pid] })
  return true
}
