import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { quantile } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import { carry, PUSHES } from '../carry.ts'
import { cpuBetween, cpuOf, type Cpu } from '../cpu.ts'
import { addUp, type Context, type Experiment, type Result } from '../experiment.ts'
import { watchLocks, type Locks } from '../lock-watch.ts'
import { lacksCores, onOneCore } from '../one-core.ts'

/** Services beside each other, each with a Postgres of its own, and the nodes of each. */
interface Shape {
  readonly services: number
  readonly nodes: number
}

const nodesOf = (nodes: number): Shape => ({ services: 1, nodes })

/**
 * As many processes with nothing in common but the core: what they cost more than one is what a core costs that remembers less for each of
 * them. What nodes of one service cost more than these is the price of working together.
 */
const strangers = (services: number): Shape => ({ services, nodes: 1 })

/** In turn, so that a machine that grows slower is not taken for one of them. */
const FULL = {
  turns: [nodesOf(1), nodesOf(4), strangers(4), nodesOf(2), strangers(2), nodesOf(4), nodesOf(1)],
  sms: 10_000,
  tokens: 20_000,
}
const SMALL = { turns: [nodesOf(1), nodesOf(2), strangers(2)], sms: 1_500, tokens: 3_000 }

const LIMITS = { cpu: 1.1 }

export const S2: Experiment = {
  id: 'S2',
  title: 'as much as 1, 2 and 4 nodes can do that share one core with their Postgres, in turn: what a message costs',
  goal: `CPU a message, nodes and Postgres together, ≤ ${LIMITS.cpu} × of one node; no deadlock`,
  rounds: 1,
  missing: lacksCores,
  run: (context) => compare(context),
}

/** What one turn showed. */
interface Turn {
  readonly shape: Shape
  /** Milliseconds a message or target. */
  readonly cpu: Cpu
  readonly perSecond: number
  readonly transactions: number
  /** Sessions that waited for a lock, on the mean of all looks. */
  readonly waiting: number
  readonly deadlocks: number
}

async function compare(context: Context): Promise<Result> {
  const { turns: shapes } = context.small ? SMALL : FULL
  const results: Result[] = []
  const turns: Turn[] = []
  for (const [number, shape] of shapes.entries()) {
    const own = (service: number): Context => {
      const directory = join(context.directory, `${number}-${service}`)
      mkdirSync(directory)
      // The database's own user enters it.
      chmodSync(directory, 0o711)
      return { ...context, directory, seed: `${context.seed}-${number}-${service}` }
    }
    const taken = await onBenches(own, shape, async (benches) => {
      turns.push(await measure(benches, context.small, shape))
    })
    results.push(...taken)
  }
  const kinds = [...new Map(shapes.map((shape) => [wordsOf(shape), shape])).values()]
  return addUp(
    results,
    kinds.map((shape) => tellTurns(shape, turns)),
    kinds.flatMap((shape) => judge(shape, turns)),
  )
}

/** Opens one after the other; all are open while `work` goes on, and are checked after it. */
async function onBenches(
  own: (service: number) => Context,
  { services, nodes }: Shape,
  work: (benches: readonly Bench[]) => Promise<void>,
  opened: readonly Bench[] = [],
): Promise<Result[]> {
  const others: Result[] = []
  const { facts: _, ...result } = await onBench(own(opened.length), { nodes }, async (bench) => {
    const benches = [...opened, bench]
    if (benches.length === services) await work(benches)
    else others.push(...(await onBenches(own, { services, nodes }, work, benches)))
    return []
  })
  return [result, ...others]
}

async function measure(benches: readonly Bench[], small: boolean, shape: Shape): Promise<Turn> {
  const { sms, tokens } = small ? SMALL : FULL
  for (const { cluster } of benches) onOneCore(cluster)
  const carryAll = (load: string, part: number): Promise<unknown> =>
    Promise.all(
      benches.map((bench) =>
        carry(bench, load, { sms: Math.ceil(sms * part), tokens: Math.ceil(tokens * part), overMs: 0 }),
      ),
    )
  // Code is compiled and connections are open afterwards, and every node has counted the others: each has had its share of as much.
  await carryAll('first', shape.nodes / 2)
  const watches = benches.map(({ cluster }) => watchLocks(cluster.postgres.url))
  const before = cpuOfAll(benches)
  const began = performance.now()
  await carryAll('load', 1 / benches.length)
  const messages = sms + PUSHES * tokens
  const cpu = cpuBetween(before, cpuOfAll(benches), messages)
  const perSecond = messages / ((performance.now() - began) / 1_000)
  const locks = await Promise.all(watches.map((watch) => watch.stop()))
  const sum = (count: (seen: Locks) => number): number => locks.reduce((total, seen) => total + count(seen), 0)
  return {
    shape,
    cpu,
    perSecond,
    transactions: sum(({ commits }) => commits) / messages,
    waiting:
      sum(({ waiting }) => waiting) /
      Math.max(
        1,
        sum(({ looks }) => looks),
      ),
    deadlocks: sum(({ deadlocks }) => deadlocks),
  }
}

function cpuOfAll(benches: readonly Bench[]): Cpu {
  const all = benches.map(({ cluster }) => cpuOf(cluster))
  return {
    nodes: all.reduce((sum, { nodes }) => sum + nodes, 0),
    postgres: all.reduce((sum, { postgres }) => sum + postgres, 0),
  }
}

function judge(shape: Shape, all: readonly Turn[]): string[] {
  const locked = of(shape, all).some(({ deadlocks }) => deadlocks > 0) ? [`${wordsOf(shape)}: deadlocks`] : []
  // What strangers cost is no fault of the service: it stands beside, to tell what the core makes of it.
  if (shape.services > 1) return locked
  const ratio = costOf(shape, all) / costOf(nodesOf(1), all)
  if (ratio <= LIMITS.cpu) return locked
  return [`${wordsOf(shape)}: CPU a message ${ratio.toFixed(2)} × of one node`, ...locked]
}

function tellTurns(shape: Shape, all: readonly Turn[]): string {
  const turns = of(shape, all)
  const median = (figure: (turn: Turn) => number): number => quantile(turns.map(figure), 0.5)
  const cost = costOf(shape, all)
  const beside =
    shape.services > 1 || shape.nodes === 1
      ? []
      : [`${(cost / costOf(strangers(shape.nodes), all)).toFixed(2)} × of as many that share nothing`]
  const words = [
    `CPU a message ${cost.toFixed(3)} ms (${[`${(cost / costOf(nodesOf(1), all)).toFixed(2)} × of one node`, ...beside].join(', ')})`,
    `of it Node ${mean(turns.map(({ cpu }) => cpu.nodes)).toFixed(3)}, Postgres ${mean(turns.map(({ cpu }) => cpu.postgres)).toFixed(3)}`,
    `${median(({ perSecond }) => perSecond).toFixed(0)}/s`,
    `${median(({ transactions }) => transactions).toFixed(3)} transactions a message`,
    `waiting for locks ${mean(turns.map(({ waiting }) => waiting)).toFixed(3)} sessions`,
  ]
  return `${wordsOf(shape)}: ${words.join('; ')}`
}

function wordsOf({ services, nodes }: Shape): string {
  if (services > 1) return `${services} services of one node`
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'}`
}

function costOf(shape: Shape, all: readonly Turn[]): number {
  return mean(of(shape, all).map(({ cpu }) => cpu.nodes + cpu.postgres))
}

function of(shape: Shape, all: readonly Turn[]): readonly Turn[] {
  return all.filter((turn) => wordsOf(turn.shape) === wordsOf(shape))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
