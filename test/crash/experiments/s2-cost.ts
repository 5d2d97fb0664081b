import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { quantile } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import { carry, PUSHES } from '../carry.ts'
import { cpuBetween, cpuOf, type Cpu } from '../cpu.ts'
import { addUp, type Context, type Experiment, type Result } from '../experiment.ts'
import { watchLocks } from '../lock-watch.ts'
import { lacksCores, onOneCore } from '../one-core.ts'

/** In turn, so that a machine that grows slower is not taken for one of them. */
const FULL = { turns: [1, 4, 2, 4, 1], sms: 10_000, tokens: 20_000 }
const SMALL = { turns: [1, 2], sms: 1_500, tokens: 3_000 }

const LIMITS = { cpu: 1.1, waiting: 0.05 }

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
  readonly nodes: number
  /** Milliseconds a message or target. */
  readonly cpu: Cpu
  readonly perSecond: number
  readonly transactions: number
  /** Sessions that waited for a lock, on the mean of all looks. */
  readonly waiting: number
  readonly deadlocks: number
}

async function compare(context: Context): Promise<Result> {
  const { turns: counts } = context.small ? SMALL : FULL
  const results: Result[] = []
  const turns: Turn[] = []
  for (const [number, nodes] of counts.entries()) {
    const directory = join(context.directory, `${number}-nodes-${nodes}`)
    mkdirSync(directory)
    // The database's own user enters it.
    chmodSync(directory, 0o711)
    const turn = { ...context, directory, seed: `${context.seed}-${number}` }
    const { facts: _, ...result } = await onBench(turn, { nodes }, async (bench) => {
      turns.push(await measure(bench, turn, nodes))
      return []
    })
    results.push(result)
  }
  const sizes = [...new Set(counts)].toSorted((a, b) => a - b)
  const tell = (nodes: number): string => tellTurns(nodes, turns)
  return addUp(
    results,
    sizes.map(tell),
    sizes.flatMap((nodes) => judge(nodes, turns)),
  )
}

async function measure(bench: Bench, { seed, small }: Context, nodes: number): Promise<Turn> {
  const { sms, tokens } = small ? SMALL : FULL
  const { cluster } = bench
  onOneCore(cluster)
  // Code is compiled and connections are open afterwards, and every node has counted the others: each has had its share of as much.
  await carry(bench, `${seed}-first`, { sms: (nodes * sms) / 2, tokens: (nodes * tokens) / 2, overMs: 0 })
  const watch = watchLocks(cluster.postgres.url)
  const [before, began] = [cpuOf(cluster), performance.now()]
  await carry(bench, `${seed}-load`, { sms, tokens, overMs: 0 })
  const messages = sms + PUSHES * tokens
  const cpu = cpuBetween(before, cpuOf(cluster), messages)
  const perSecond = messages / ((performance.now() - began) / 1_000)
  const { waiting, looks, deadlocks, commits } = await watch.stop()
  return { nodes, cpu, perSecond, transactions: commits / messages, waiting: waiting / Math.max(1, looks), deadlocks }
}

function judge(nodes: number, all: readonly Turn[]): string[] {
  const turns = of(nodes, all)
  const ratio = cpuRatio(nodes, all)
  return [
    ...(ratio > LIMITS.cpu ? [`${nodes} nodes: CPU a message ${ratio.toFixed(2)} × of one node`] : []),
    ...(turns.some(({ deadlocks }) => deadlocks > 0) ? [`${nodes} nodes: deadlocks`] : []),
  ]
}

function tellTurns(nodes: number, all: readonly Turn[]): string {
  const turns = of(nodes, all)
  const median = (figure: (turn: Turn) => number): number => quantile(turns.map(figure), 0.5)
  const words = [
    `CPU a message ${costOf(nodes, all).toFixed(3)} ms (${cpuRatio(nodes, all).toFixed(2)} ×)`,
    `of it Node ${mean(turns.map(({ cpu }) => cpu.nodes)).toFixed(3)}, Postgres ${mean(turns.map(({ cpu }) => cpu.postgres)).toFixed(3)}`,
    `${median(({ perSecond }) => perSecond).toFixed(0)}/s`,
    `${median(({ transactions }) => transactions).toFixed(3)} transactions a message`,
    `waiting for locks ${mean(turns.map(({ waiting }) => waiting)).toFixed(3)} sessions`,
  ]
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'}: ${words.join('; ')}`
}

function cpuRatio(nodes: number, all: readonly Turn[]): number {
  return costOf(nodes, all) / costOf(1, all)
}

function costOf(nodes: number, all: readonly Turn[]): number {
  return mean(of(nodes, all).map(({ cpu }) => cpu.nodes + cpu.postgres))
}

function of(nodes: number, all: readonly Turn[]): readonly Turn[] {
  return all.filter((turn) => turn.nodes === nodes)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
