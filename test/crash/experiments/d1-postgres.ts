import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment } from '../experiment.ts'
import { readJournal, type Entry } from '../journal.ts'
import { sendAll } from '../loader.ts'
import { makePlan } from '../plan.ts'

const FULL = { sms: 10_000, tokens: 10_000, kills: 10 }
const SMALL = { sms: 1_000, tokens: 1_000, kills: 2 }

const CONNECTIONS = 512

/** Between two kills. */
const LEAST_MS = 3_000
const MOST_MS = 6_000

/** How late a refusal may come at the 99th percentile. */
const REFUSED_MS = 2_000

export const D1: Experiment = {
  id: 'D1',
  title: 'all processes of Postgres are killed every 3 to 6 s, ten times',
  goal: 'lost 0, doubled 0, refusals within 2 s at the 99th percentile, accepting again within 5 s of the start of Postgres, no node ends',
  rounds: 1,
  async run(context) {
    let ended = 0
    const { facts: _, ...result } = await onBench(context, { nodes: 2 }, async (bench) => {
      await killPostgres(bench, context)
      ended = bench.cluster.nodes.reduce((sum, node) => sum + node.ends.length, 0)
      return []
    })
    const refusals = refusalTimes(readJournal(join(context.directory, 'journal')))
    const p99 = refusals[Math.floor(refusals.length * 0.99)] ?? 0
    const figures = [`refusals ${refusals.length}`, `p99 ${(p99 / 1_000).toFixed(1)} s`, `nodes ended ${ended}`]
    const faults = [
      ...(result.duplicated > 0 ? [`${result.duplicated} doubled, though every node lived`] : []),
      ...(ended > 0 ? [`${ended} × a node ended`] : []),
      ...(p99 > REFUSED_MS ? [`refusals took ${p99} ms at the 99th percentile`] : []),
    ]
    return { ...result, figures, faults: [...result.faults, ...faults] }
  },
}

async function killPostgres(bench: Bench, { seed, small }: Context): Promise<void> {
  const { kills, ...size } = small ? SMALL : FULL
  const chance = bench.chance('nemesis')
  const haunting = async (): Promise<void> => {
    for (let kill = 0; kill < kills; kill += 1) {
      await delay(LEAST_MS + (MOST_MS - LEAST_MS) * chance())
      bench.journal.write({ kind: 'killed', at: Date.now(), what: 'postgres', pids: bench.cluster.postgres.kill() })
    }
  }
  const plan = makePlan({ ...size, overMs: kills * MOST_MS, seed, chance: bench.chance('plan') })
  const urls = bench.cluster.nodes.map((node) => node.url)
  const parts = { urls, journal: bench.journal, senders: 1, chance: bench.chance('loader'), now: () => Date.now() }
  // None waits in the client's own queue: that would be counted as the service's.
  await Promise.all([sendAll({ ...parts, calls: plan, connections: CONNECTIONS }), haunting()])
}

/** From a request to its 503, in milliseconds, in order of size. */
function refusalTimes(journal: readonly Entry[]): number[] {
  const asked = new Map<string, number>()
  const times: number[] = []
  for (const entry of journal) {
    if (entry.kind === 'intent') asked.set(entry.key, entry.at)
    if ((entry.kind === 'failed' || entry.kind === 'unknown') && entry.why.startsWith('503'))
      times.push(entry.at - (asked.get(entry.key) ?? entry.at))
  }
  return times.toSorted((a, b) => a - b)
}
