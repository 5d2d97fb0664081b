import { setTimeout as delay } from 'node:timers/promises'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment } from '../experiment.ts'
import { makePlan } from '../plan.ts'

const NODES = 3
const FULL = { sms: 10_000, tokens: 10_000, overMs: 15_000, kills: 2 }
const SMALL = { sms: 1_000, tokens: 1_000, overMs: 4_000, kills: 1 }

export const C4: Experiment = {
  id: 'C4',
  title: `all of ${NODES} nodes are killed at once, twice, and start again`,
  goal: 'lost 0, the backlog is drained, recovery ≤ 60 s',
  rounds: 1,
  async run(context) {
    const { facts: _, ...result } = await onBench(context, { nodes: NODES }, (bench) => killAll(bench, context))
    return result
  },
}

async function killAll(bench: Bench, { seed, small }: Context): Promise<string[]> {
  const { kills, ...size } = small ? SMALL : FULL
  const plan = makePlan({ ...size, seed, chance: bench.chance('plan') })
  const chance = bench.chance('nemesis')
  const haunting = async (): Promise<void> => {
    for (let kill = 0; kill < kills; kill += 1) {
      await delay((size.overMs / kills) * (0.3 + 0.6 * chance()))
      await bench.killNodes()
    }
  }
  await Promise.all([bench.load(plan), haunting()])
  return [`kills of all ${kills}`]
}
