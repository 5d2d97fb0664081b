import { setTimeout as delay } from 'node:timers/promises'
import { onBench, type Bench } from '../bench.ts'
import type { NodeLife } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { behindNetwork, lacksNetworks, makeNetwork, type Network } from '../network.ts'
import { makePlan } from '../plan.ts'

const FULL = { sms: 4_000, overMs: 30_000, cutMs: 25_000 }
const SMALL = { sms: 600, overMs: 8_000, cutMs: 14_000 }

const CUT_AFTER_MS = 3_000

export const N2: Experiment = {
  id: 'N2',
  title: 'requests reach the SMS provider, its answers are dropped',
  goal: 'lost 0, each that may be doubled is marked uncertain, doubled ≤ the window, none with on_uncertain fail',
  rounds: 1,
  missing: lacksNetworks,
  run: (context) => withNetwork((network) => dropAnswers(context, network)),
}

export const N2F: Experiment = {
  id: 'N2F',
  title: 'the same, for messages that would rather be missed than doubled, without receipts',
  goal: 'doubled 0, each that was in doubt is left as uncertain, lost 0',
  rounds: 1,
  missing: lacksNetworks,
  run: (context) => withNetwork((network) => dropAnswersToCareful(context, network)),
}

async function withNetwork<T>(work: (network: Network) => Promise<T>): Promise<T> {
  const network = makeNetwork()
  try {
    return await work(network)
  } finally {
    network.remove()
  }
}

async function dropAnswers(context: Context, network: Network): Promise<Result> {
  const { cutMs, ...size } = context.small ? SMALL : FULL
  // Once what was under way is given up, no new connection comes to stand: one window is in doubt.
  const options = { ...behindNetwork(network), nodes: 1, windows: { links: 1 } }
  const { facts, ...result } = await onBench(context, options, async (bench) => {
    const plan = makePlan({ ...size, tokens: 0, slow: true, seed: context.seed, chance: bench.chance('plan') })
    await Promise.all([bench.load(plan), cut(bench, network, cutMs)])
    return [`answers dropped for ${cutMs / 1_000} s`]
  })
  const failing = facts.kept.filter((row) => row.status === 'uncertain').length
  const figures = [...result.figures, `left uncertain by their own choice ${failing}`]
  const idle = result.uncertain === 0 ? ['nothing was in doubt, so nothing was tried'] : []
  return { ...result, figures, faults: [...result.faults, ...idle] }
}

async function dropAnswersToCareful(context: Context, network: Network): Promise<Result> {
  const { cutMs, ...size } = context.small ? SMALL : FULL
  const behind = behindNetwork(network)
  // What calls back at a port where nobody listens tells nobody later what became of them.
  const life = (node: number): NodeLife => {
    const { before = [], env } = behind.life(node, 0)
    return { before, env: { ...env, PUBLIC_URL: 'http://127.0.0.1:9' } }
  }
  const { facts, ...result } = await onBench(context, { ...behind, life, nodes: 1 }, async (bench) => {
    const kind = { slow: true, onUncertain: 'fail' } as const
    const plan = makePlan({ ...size, ...kind, tokens: 0, seed: context.seed, chance: bench.chance('plan') })
    await Promise.all([bench.load(plan), cut(bench, network, cutMs)])
    return [`answers dropped for ${cutMs / 1_000} s`]
  })
  const doubted = facts.kept.filter((row) => row.uncertainAttempts > 0)
  const told = doubted.filter((row) => row.status !== 'uncertain').map((row) => row.status)
  const faults = [
    ...result.faults,
    ...(result.duplicated > 0 ? [`${result.duplicated} doubled, though none may be`] : []),
    ...(doubted.length === 0 ? ['nothing was in doubt, so nothing was tried'] : []),
    ...(told.length > 0 ? [`${told.length} were in doubt and are ${[...new Set(told)].join(', ')}`] : []),
  ]
  return { ...result, figures: [...result.figures, `left uncertain by their own choice ${doubted.length}`], faults }
}

async function cut({ cluster }: Bench, network: Network, ms: number): Promise<void> {
  await delay(CUT_AFTER_MS)
  network.drop(Number(new URL(cluster.addresses.twilio).port), 'answers')
  await delay(ms)
  network.heal()
}
