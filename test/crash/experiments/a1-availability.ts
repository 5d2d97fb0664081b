import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { quantile } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { lacksHaproxy, startHaproxy } from '../haproxy.ts'
import { readJournal } from '../journal.ts'
import { sendAll } from '../loader.ts'
import { makePlan } from '../plan.ts'

const FULL = { kills: 5, everyMs: 30_000, perSecond: 100 }
const SMALL = { kills: 1, everyMs: 12_000, perSecond: 50 }

/** A client that is told to try again does so, but not for ever. */
const MOST_TRIES = 3
const LEAST_SHARE = 0.999

export const A1: Experiment = {
  id: 'A1',
  title: 'one of two nodes behind haproxy is killed every 30 s, under keep-alive load',
  goal: 'at least 99.9 % of the calls are acknowledged with no more than 2 repeats, lost 0, doubled only within the window',
  rounds: 1,
  missing: lacksHaproxy,
  run: (context) => killInTurn(context),
}

async function killInTurn(context: Context): Promise<Result> {
  const { kills, everyMs, perSecond } = context.small ? SMALL : FULL
  const { facts: _, ...result } = await onBench(context, { nodes: 2, host: () => '127.0.0.1' }, async (bench) => {
    const balancer = await startHaproxy(
      bench.cluster.nodes.map((node) => node.url),
      context.directory,
    )
    const overMs = (kills + 1) * everyMs
    const sms = (overMs / 1_000) * perSecond
    const plan = makePlan({ sms, overMs, tokens: 0, seed: context.seed, chance: bench.chance('plan') })
    const { journal, chance } = bench
    const loader = { urls: [balancer.url], journal, senders: 1, chance: chance('loader'), now: () => Date.now() }
    await Promise.all([sendAll({ ...loader, calls: plan }), haunt(bench, kills, everyMs)])
    await balancer.stop()
    return []
  })
  const { tries, waitedMs } = readCalls(context.directory)
  const within = (most: number): number => tries.filter((count) => count <= most).length / tries.length
  const share = within(MOST_TRIES)
  const figures = [
    `kills ${kills}`,
    `acknowledged at the first try ${inPercent(within(1))}, with ≤ 2 repeats ${inPercent(share)}`,
    `tries at most ${quantile(tries, 1)}`,
    `acknowledged after p99 ${quantile(waitedMs, 0.99)} ms, at most ${quantile(waitedMs, 1)} ms`,
  ]
  const rare = share < LEAST_SHARE ? [`only ${inPercent(share)} were acknowledged with ≤ 2 repeats`] : []
  return { ...result, figures: [...result.figures, ...figures], faults: [...result.faults, ...rare] }
}

async function haunt(bench: Bench, kills: number, everyMs: number): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    await delay(everyMs)
    await bench.killNodes([kill % bench.cluster.nodes.length])
  }
}

/** Of each call: how often it was made, and how long after the first time it was acknowledged. */
function readCalls(directory: string): { readonly tries: readonly number[]; readonly waitedMs: readonly number[] } {
  const first = new Map<string, number>()
  const counts = new Map<string, number>()
  const waitedMs: number[] = []
  for (const entry of readJournal(join(directory, 'journal'))) {
    if (entry.kind === 'intent') {
      counts.set(entry.key, (counts.get(entry.key) ?? 0) + 1)
      if (!first.has(entry.key)) first.set(entry.key, entry.at)
    }
    if (entry.kind === 'acknowledged') waitedMs.push(entry.at - (first.get(entry.key) ?? entry.at))
  }
  return { tries: [...counts.values()], waitedMs }
}

function inPercent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
