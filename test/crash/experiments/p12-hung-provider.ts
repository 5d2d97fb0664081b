import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { isNothingOpen } from '../facts.ts'
import { startFaultProxy, type FaultProxy } from '../fault-proxy.ts'
import { makePlan, type Call } from '../plan.ts'

/** `others`: messages for the provider that hangs, more than its window. */
const FULL = { sms: 2_000, others: 200, pairs: 5 }
const SMALL = { sms: 300, others: 80, pairs: 1 }

const LEAST_RATIO = 0.95

/** As `makePlan` has them. The look-alike takes 100 ms for an answer: 32 at once are 320 a second, so that the window is the limit, not the machine. */
const SLOW = '+1500721'
const TWILIO_RULES = [{ when: { to: `${SLOW}*` }, play: { slowMs: 100, callbackCopies: 0 } }]

const SENT_MS = 120_000

/** What was written has no answer for 15 s, is asked after twice, and may then be sent again. */
const SETTLED_MS = 240_000

export const P12: Experiment = {
  id: 'P12',
  title: 'one of two providers of SMS takes requests and never answers',
  goal: `the other sends at ${100 * LEAST_RATIO} % of its pace at least, by the middle of ${FULL.pairs} pairs, each with it alone and beside the one that hangs; lost 0, doubled only where it is marked`,
  rounds: 1,
  run: (context) => hang(context),
}

async function hang(context: Context): Promise<Result> {
  let [proxy, direct]: [FaultProxy | null, string] = [null, '']
  const wire = async ({ twilio }: { readonly twilio: string }): Promise<{ twilio: string }> => {
    direct = twilio
    proxy = await startFaultProxy({ target: new URL(twilio).host })
    return { twilio: `http://127.0.0.1:${proxy.port}` }
  }
  const life = (): { env: Record<string, string> } => ({
    env: { ROUTES_FILE: routesIn(context), OTHER_URL: direct, OTHER_TOKEN: 'look-alike-auth-token' },
  })
  // Every submission to the one that hangs may be in doubt, and again at its repeat.
  const options = { nodes: 1, twilioRules: TWILIO_RULES, wire, life, windows: { links: 1_000 }, drainMs: SETTLED_MS }
  const ratios: number[] = []
  const { facts: _, ...result } = await onBench(context, options, async (bench) => {
    if (proxy === null) throw new Error('there is no proxy')
    const { pairs } = context.small ? SMALL : FULL
    for (let pair = 0; pair < pairs; pair += 1) ratios.push(await ratioOf(bench, context, proxy, pair))
    return [`beside one that hangs: ${ratios.map((ratio) => `${(100 * ratio).toFixed(0)} %`).join(', ')} of its pace`]
  }).finally(() => void proxy?.close())
  const middle = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0
  // A second of it tells nothing of a pace.
  const isSlow = !context.small && middle < LEAST_RATIO
  const faults = isSlow ? [`it sends at ${(100 * middle).toFixed(0)} % of its pace beside one that hangs`] : []
  return { ...result, faults: [...result.faults, ...faults] }
}

/** The provider that variables describe is behind the proxy; the other one is reached at once. */
function routesIn({ directory }: Context): string {
  const other = {
    type: 'twilio',
    account_sid: `AC${'0'.repeat(31)}1`,
    auth_token: { env: 'OTHER_TOKEN' },
    from: '+15005550006',
    base_url: { env: 'OTHER_URL' },
  }
  const path = join(directory, 'routes.json')
  const routes = [{ prefixes: [SLOW], via: ['other'] }, { via: ['twilio'] }]
  writeFileSync(path, JSON.stringify({ providers: { other }, routes }))
  return path
}

/** Every second pair begins with the one that hangs. */
async function ratioOf(bench: Bench, context: Context, proxy: FaultProxy, pair: number): Promise<number> {
  const alone = (): Promise<number> => perSecond(bench, context, `${pair} alone`)
  const first = pair % 2 === 0 ? await alone() : null
  const beside = await besideHung(bench, context, proxy, pair)
  return beside / (first ?? (await alone()))
}

async function besideHung(bench: Bench, context: Context, proxy: FaultProxy, pair: number): Promise<number> {
  const { others } = context.small ? SMALL : FULL
  proxy.play({ kind: 'black hole', of: 'answers' })
  const before = taken(bench, (to) => !to.startsWith(SLOW))
  await bench.load(callsOf(bench, context, `${pair} others`, others, false))
  // Its window is full, and more wait behind it.
  await until(() => taken(bench, (to) => !to.startsWith(SLOW)) > before, SENT_MS, 20)
  const pace = await perSecond(bench, context, `${pair} beside`)
  proxy.play({ kind: 'none' })
  await until(() => bench.ask(isNothingOpen), SETTLED_MS, 200)
  return pace
}

async function perSecond(bench: Bench, context: Context, part: string): Promise<number> {
  const { sms } = context.small ? SMALL : FULL
  const isOurs = (to: string): boolean => to.startsWith(SLOW)
  const before = taken(bench, isOurs)
  const began = performance.now()
  const loading = bench.load(callsOf(bench, context, part, sms, true))
  await until(() => taken(bench, isOurs) >= before + sms, SENT_MS, 20)
  const seconds = (performance.now() - began) / 1_000
  await loading
  return sms / seconds
}

/** All at once. */
function callsOf(bench: Bench, context: Context, part: string, sms: number, slow: boolean): Call[] {
  const seed = `${context.seed}-${part.replaceAll(' ', '-')}`
  const plan = makePlan({ seed, sms, tokens: 0, overMs: 1_000, slow, chance: bench.chance(`plan ${part}`) })
  return plan.map((call) => ({ ...call, atMs: 0 }))
}

function taken({ cluster }: Bench, isCounted: (to: string) => boolean): number {
  const lines = readFileSync(cluster.twilioLedger, 'utf8').split('\n').filter(Boolean)
  return lines.filter((line) => isCounted(String((JSON.parse(line) as { to?: unknown }).to))).length
}
