import { readFileSync } from 'node:fs'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { startFaultProxy, type Fault, type FaultProxy } from '../fault-proxy.ts'
import { makePlan, makePush } from '../plan.ts'

/** What the provider of SMS does, beside working. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'never answers': { kind: 'black hole', of: 'answers' },
  'answers byte by byte': { kind: 'slices', bytes: 1, everyMs: 100 },
  'closes within the answer': { kind: 'cut', afterBytes: 40, how: 'end' },
  'resets the connection': { kind: 'cut', afterBytes: 1, how: 'reset' },
}

/** Of FCM: 1,000 a second, four fifths of this, are what one node uses. So the pace is the limit, not the machine. */
const FCM = { FCM_MESSAGES_PER_MINUTE: '75000' }

const FULL = { sms: 300, tokens: 15_000 }
const SMALL = { sms: 60, tokens: 3_000 }
const PUSHED_MS = 120_000
const LEAST_SHARE = 0.95

export const P2: Experiment = {
  id: 'P2',
  title: 'the provider of SMS never answers, answers byte by byte, closes within an answer, resets connections',
  goal: 'pushes go on at 95 % of their pace at least; lost 0, doubled only where it is marked',
  rounds: 1,
  run: (context) => faulty(context),
}

async function faulty(context: Context): Promise<Result> {
  let proxy: FaultProxy | null = null
  const wire = async ({ twilio }: { readonly twilio: string }): Promise<{ twilio: string }> => {
    proxy = await startFaultProxy({ target: new URL(twilio).host })
    return { twilio: `http://127.0.0.1:${proxy.port}` }
  }
  // Every submission of these parts may be in doubt, and again at its repeat.
  const windows = { links: 1_000 }
  const shares: [string, number][] = []
  const { facts: _, ...result } = await onBench(context, { nodes: 1, env: FCM, wire, windows }, async (bench) => {
    if (proxy === null) throw new Error('there is no proxy')
    const usual = await pushedPerSecond(bench, context, 'usual')
    for (const [name, fault] of Object.entries(FAULTS)) {
      proxy.play(fault)
      shares.push([name, (await pushedPerSecond(bench, context, name)) / usual])
      proxy.play({ kind: 'none' })
    }
    return [`pushes ${usual.toFixed(0)}/s`, ...shares.map(([name, share]) => `${name}: ${(100 * share).toFixed(0)} %`)]
  }).finally(() => void proxy?.close())
  const slow = shares.filter(([, share]) => share < LEAST_SHARE)
  const faults = slow.map(
    ([name, share]) => `pushes at ${(100 * share).toFixed(0)} % while the provider of SMS ${name}`,
  )
  return { ...result, faults: [...result.faults, ...faults] }
}

/** A push, with SMS at the same time; resolves with its pace once it is over. What becomes of the SMS is waited for at the end. */
async function pushedPerSecond(bench: Bench, context: Context, part: string): Promise<number> {
  const { sms, tokens } = context.small ? SMALL : FULL
  const seed = `${context.seed} ${part}`
  const calls = makePlan({
    sms,
    tokens: 0,
    overMs: 3_000,
    seed: seed.replaceAll(' ', '-'),
    chance: bench.chance(`plan ${part}`),
  })
  const names = Array.from({ length: tokens }, (_, number) => `kill-${seed.replaceAll(' ', '-')}-${number}`)
  const before = linesOf(bench)
  await bench.load(calls)
  const began = performance.now()
  await bench.load([makePush(`push ${seed}`, names, 0)])
  await until(() => linesOf(bench) >= before + tokens, PUSHED_MS, 20)
  return tokens / ((performance.now() - began) / 1_000)
}

function linesOf({ cluster }: Bench): number {
  return readFileSync(cluster.fcmLedger, 'utf8').split('\n').length
}
