import { setTimeout as delay } from 'node:timers/promises'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment } from '../experiment.ts'
import { makePlan } from '../plan.ts'

const NODES = 2
const SENDERS = 8
const FULL = { sms: 10_000, overMs: 60_000, kills: 5 }
const SMALL = { sms: 500, overMs: 5_000, kills: 1 }

export const L3: Experiment = {
  id: 'L3',
  title: `each of 10,000 idempotency keys is used by ${SENDERS} clients at once, at ${NODES} nodes that are killed`,
  goal: 'exactly 10,000 messages, and each client is told the same id',
  rounds: 1,
  async run(context) {
    const { sms } = context.small ? SMALL : FULL
    const { facts, ...result } = await onBench(context, { nodes: NODES }, (bench) => storm(bench, context))
    const stored = facts.kept.length === sms ? [] : [`${facts.kept.length} messages for ${sms} keys`]
    return { ...result, faults: [...result.faults, ...stored] }
  },
}

async function storm(bench: Bench, { seed, small }: Context): Promise<string[]> {
  const { kills, ...size } = small ? SMALL : FULL
  const chance = bench.chance('nemesis')
  const haunting = async (): Promise<void> => {
    for (let kill = 0; kill < kills; kill += 1) {
      await delay((size.overMs / kills) * (0.5 + 0.5 * chance()))
      await bench.killNodes([Math.floor(chance() * NODES)])
    }
  }
  await Promise.all([
    bench.load(makePlan({ ...size, tokens: 0, seed, chance: bench.chance('plan') }), SENDERS),
    haunting(),
  ])
  return [`clients a key ${SENDERS}`, `kills ${kills}`]
}
