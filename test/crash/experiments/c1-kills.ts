import { statSync } from 'node:fs'
import { onBench, type Bench } from '../bench.ts'
import type { Experiment } from '../experiment.ts'
import { readHolder } from '../facts.ts'
import { haunt, plotKills } from '../nemesis.ts'
import { makePlan } from '../plan.ts'

const NODES = 3
const KILLS = 3
const SMS = 10_000
const TOKENS = 10_000
const LOAD_MS = 20_000

/** About: token, provider's id and notification. */
const LEDGER_LINE_BYTES = 113

export const C1: Experiment = {
  id: 'C1',
  title: `${KILLS} kills at random among ${NODES} nodes, one of them while it holds the push, and Postgres once`,
  goal: 'lost 0, unexpected 0, doubled only in doubt and within the windows, recovery ≤ 60 s',
  rounds: 5,
  async run(context) {
    const { facts, ...result } = await onBench(context, { nodes: NODES }, (bench) => loadAndKill(bench, context.seed))
    const missed = facts.nodeKills === KILLS ? [] : [`${facts.nodeKills} of ${KILLS} kills`]
    return { ...result, faults: [...result.faults, ...missed] }
  },
}

async function loadAndKill({ cluster, journal, chance, load, ask }: Bench, seed: string): Promise<string[]> {
  const calls = makePlan({ seed, sms: SMS, tokens: TOKENS, overMs: LOAD_MS, chance: chance('plan') })
  const plot = plotKills(KILLS, NODES, LOAD_MS, chance('nemesis'))
  // Postgres may be down at that moment.
  const askHolder = (): Promise<number | null> => ask(readHolder).catch(() => null)
  const pushedShare = (): number => statSync(cluster.fcmLedger).size / (TOKENS * LEDGER_LINE_BYTES)
  await Promise.all([load(calls), haunt(plot, { cluster, journal, now: () => Date.now(), askHolder, pushedShare })])
  return []
}
