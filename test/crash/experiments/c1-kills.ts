import { statSync } from 'node:fs'
import { onBench, type Bench } from '../bench.ts'
import type { Experiment } from '../experiment.ts'
import { readHolder } from '../facts.ts'
import { haunt, plotKills } from '../nemesis.ts'
import { makePlan } from '../plan.ts'

const NODES = 3

/** Half of them SMS, the other half targets of one push; more of them take longer, and more nodes are killed. */
const SIZE = { messages: 20_000, kills: 3, overMs: 20_000 }

/** About: token, provider's id and notification. */
const LEDGER_LINE_BYTES = 113

export const C1: Experiment = {
  id: 'C1',
  title: `${SIZE.kills} kills at random among ${NODES} nodes, one of them while it holds the push, and Postgres once`,
  goal: 'lost 0, unexpected 0, doubled only in doubt and within the windows, recovery ≤ 60 s',
  rounds: 4,
  async run(context) {
    const times = (context.messages ?? SIZE.messages) / SIZE.messages
    const kills = Math.max(1, Math.round(SIZE.kills * times))
    const { facts, ...result } = await onBench(context, { nodes: NODES }, (bench) =>
      loadAndKill(bench, context.seed, times, kills),
    )
    const missed = facts.nodeKills === kills ? [] : [`${facts.nodeKills} of ${kills} kills`]
    return { ...result, faults: [...result.faults, ...missed] }
  },
}

async function loadAndKill(bench: Bench, seed: string, times: number, kills: number): Promise<string[]> {
  const { cluster, journal, chance, load, ask } = bench
  const [half, overMs] = [Math.round((SIZE.messages * times) / 2), SIZE.overMs * times]
  const calls = makePlan({ seed, sms: half, tokens: half, overMs, chance: chance('plan') })
  const plot = plotKills(kills, NODES, overMs, chance('nemesis'))
  // Postgres may be down at that moment.
  const askHolder = (): Promise<number | null> => ask(readHolder).catch(() => null)
  const pushedShare = (): number => statSync(cluster.fcmLedger).size / (half * LEDGER_LINE_BYTES)
  await Promise.all([load(calls), haunt(plot, { cluster, journal, now: () => Date.now(), askHolder, pushedShare })])
  return [`kills ${kills}`]
}
