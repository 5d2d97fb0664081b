import { setTimeout as delay } from 'node:timers/promises'
import { onBench, type Bench } from '../bench.ts'
import type { Experiment } from '../experiment.ts'
import { makePlan } from '../plan.ts'

const NODES = 2

/** A batch brings more than the windows take, so that a node holds some of it, and some waits for any node. */
const SIZE = { messages: 20_000, items: 1_000, kills: 4, overMs: 20_000 }

export const C9: Experiment = {
  id: 'C9',
  title: `batches of ${SIZE.items} SMS on ${NODES} nodes, which are killed while they take them in and hold them`,
  goal: 'lost 0, unexpected 0, doubled only in doubt and within the windows, recovery ≤ 60 s',
  rounds: 2,
  async run(context) {
    const times = (context.messages ?? SIZE.messages) / SIZE.messages
    const { facts, ...result } = await onBench(context, { nodes: NODES }, (bench) =>
      loadAndKill(bench, context.seed, times),
    )
    const missed = facts.nodeKills < SIZE.kills ? [`${facts.nodeKills} of ${SIZE.kills} kills`] : []
    return { ...result, faults: [...result.faults, ...missed] }
  },
}

async function loadAndKill({ chance, loadBatches, killNodes }: Bench, seed: string, times: number): Promise<string[]> {
  const overMs = SIZE.overMs * times
  const calls = makePlan({ seed, sms: SIZE.messages * times, tokens: 0, overMs, chance: chance('plan') })
  const kills = async (): Promise<void> => {
    const draw = chance('kills')
    for (let kill = 0; kill < SIZE.kills; kill += 1) {
      await delay((overMs / SIZE.kills) * (0.5 + draw()))
      await killNodes([kill % NODES])
    }
  }
  await Promise.all([loadBatches(calls, SIZE.items), kills()])
  return [`batches of ${SIZE.items}`]
}
