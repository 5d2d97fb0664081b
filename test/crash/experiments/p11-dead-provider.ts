import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../support/program.ts'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { isNothingOpen } from '../facts.ts'
import { startFaultProxy, type FaultProxy, type Watch } from '../fault-proxy.ts'
import { countStreams } from '../http2-streams.ts'
import { makePlan } from '../plan.ts'

const FULL = { deadMs: 60_000, sms: 300, tokens: 6_000 }
const SMALL = { deadMs: 12_000, sms: 60, tokens: 2_500 }

/** Of FCM: 300,000 a minute, of which four fifths are used, from 1,000 a second on upwards within 10 s after a silence. */
const ENV = { FCM_MESSAGES_PER_MINUTE: '300000', FCM_RAMP_SECONDS: '10' }
const GENTLE_PER_SECOND = 1_000

/** In the first second: what a full bucket holds, and what runs into it; the rate grows by 300 a second. */
const MOST_PUSHES = 2 * GENTLE_PER_SECOND + 300

/** Submissions of SMS that a node may have under way. */
const SMS_WINDOW = 32
const NODES = 2

/** Earliest times of the first, second, third … try of an SMS, in milliseconds. */
const TRIES_MS = [0, 10_000, 40_000, 160_000]

/** Back at work: a lane pauses for at most 12 s, and a connection waits for at most 30 s. */
const BACK_MS = 45_000

/** The wait before the fourth try is up to 144 s. */
const DRAIN_MS = 240_000

export const P11: Experiment = {
  id: 'P11',
  title: 'both providers are gone for a minute, connections to them are refused, and come back',
  goal: 'calls are accepted all the time; lost 0, doubled 0, in doubt 0; meanwhile no SMS is tried more often than its waits allow; afterwards no herd: pushes begin gently, and no more connections than windows',
  rounds: 1,
  run: (context) => goAway(context),
}

/** What came through to a provider, and the way there. */
interface Door {
  readonly port: number
  /** When requests came, in milliseconds since 1970. */
  readonly times: number[]
  open(target: string): Promise<void>
  shut(): Promise<void>
  /** The most connections there were at once. */
  most(): number
}

async function goAway(context: Context): Promise<Result> {
  const [sms, push] = [await createDoor(countPosts), await createDoor((tell) => countStreams(tell))]
  const faults: string[] = []
  const wire = async ({ twilio, fcm }: { readonly twilio: string; readonly fcm: string }) => {
    await sms.open(new URL(twilio).host)
    await push.open(new URL(fcm).host)
    return { twilio: `http://127.0.0.1:${sms.port}`, fcm: `http://127.0.0.1:${push.port}` }
  }
  const options = { nodes: NODES, env: ENV, wire, drainMs: DRAIN_MS }
  const { facts: _, ...result } = await onBench(context, options, (bench) =>
    measure(bench, context, { sms, push }, faults),
  ).finally(() => {
    for (const door of [sms, push]) void door.shut()
  })
  const { duplicated, uncertain } = result
  // Nothing was ever written that had no answer.
  if (duplicated + uncertain > 0) faults.push(`${duplicated} doubled, ${uncertain} in doubt`)
  return { ...result, faults: [...result.faults, ...faults] }
}

interface Doors {
  readonly sms: Door
  readonly push: Door
}

async function measure(bench: Bench, context: Context, { sms, push }: Doors, faults: string[]): Promise<string[]> {
  const { deadMs, ...size } = context.small ? SMALL : FULL
  const { twilio, fcm } = bench.cluster.addresses
  await offer(bench, `${context.seed}-warm`, { sms: 40, tokens: 200 })
  await until(() => bench.ask(isNothingOpen), DRAIN_MS, 100)
  await Promise.all([sms.shut(), push.shut()])
  const before = await failedTries(bench)
  const gone = Date.now()
  await offer(bench, `${context.seed}-dead`, size)
  await delay(Math.max(0, gone + deadMs - Date.now()))
  const tried = (await failedTries(bench)) - before
  const allowed = size.sms * TRIES_MS.filter((ms) => ms <= Date.now() - gone).length
  if (tried > allowed) faults.push(`${tried} tries of ${size.sms} SMS while their provider was gone`)
  for (const { times } of [sms, push]) times.length = 0
  const back = Date.now()
  await Promise.all([sms.open(new URL(twilio).host), push.open(new URL(fcm).host)])
  await until(() => push.times.length > 0 && sms.times.length > 0, DRAIN_MS, 20)
  const firstMs = (push.times[0] ?? 0) - back
  if (firstMs > BACK_MS)
    faults.push(`the first push came ${(firstMs / 1_000).toFixed(1)} s after its provider was back`)
  await until(() => push.times.length >= size.tokens && sms.times.length >= size.sms, DRAIN_MS, 50)
  const herd = mostInASecond(push.times)
  if (herd.first > MOST_PUSHES) faults.push(`${herd.first} pushes in the first second`)
  if (sms.most() > NODES * SMS_WINDOW) faults.push(`${sms.most()} connections to the provider of SMS`)
  return [
    `gone ${((back - gone) / 1_000).toFixed(0)} s`,
    `tries of an SMS meanwhile ${(tried / size.sms).toFixed(1)}`,
    `first push after ${(firstMs / 1_000).toFixed(1)} s`,
    `pushes in the first second ${herd.first}, in any ${herd.most}`,
    `SMS in any second ${mostInASecond(sms.times).most}, connections ${sms.most()}`,
    `last SMS after ${((Math.max(...sms.times) - back) / 1_000).toFixed(0)} s`,
  ]
}

async function offer(bench: Bench, seed: string, size: { sms: number; tokens: number }): Promise<void> {
  await bench.load(makePlan({ ...size, seed, overMs: 2_000, chance: bench.chance(`plan ${seed}`) }))
}

/** Submissions of SMS that came to nothing, by what the nodes say themselves. */
async function failedTries({ cluster }: Bench): Promise<number> {
  const pages = await Promise.all(
    cluster.nodes.map(async ({ url }) => (await fetch(`${url}/metrics`, { headers: { accept: 'text/plain' } })).text()),
  )
  const lines = pages.flatMap((page) => [...page.matchAll(FAILED)])
  if (lines.length !== cluster.nodes.length) throw new Error('a node does not tell its tries')
  return lines.reduce((sum, [, count]) => sum + Number(count), 0)
}

const FAILED = /^tidings_attempts_total\{channel="sms",provider="twilio",outcome="transient"\} (\d+)$/gm

function mostInASecond(times: readonly number[]): { first: number; most: number } {
  const start = times[0] ?? 0
  let [most, from] = [0, 0]
  for (const [index, at] of times.entries()) {
    while ((times[from] ?? at) <= at - 1_000) from += 1
    most = Math.max(most, index - from + 1)
  }
  return { first: times.filter((at) => at < start + 1_000).length, most }
}

async function createDoor(watch: (tell: () => void) => Watch): Promise<Door> {
  const port = await freePort()
  const times: number[] = []
  let proxy: FaultProxy | null = null
  let most = 0
  const tell = (): void => {
    times.push(Date.now())
    most = Math.max(most, proxy?.open() ?? 0)
  }
  return {
    port,
    times,
    async open(target) {
      proxy = await startFaultProxy({ target, port, watch: () => watch(tell) })
    },
    async shut() {
      await proxy?.close()
      proxy = null
    },
    most: () => most,
  }
}

/** A request begins in a piece of its own: the adapter sends one at a time on each connection. */
function countPosts(tell: () => void): Watch {
  return {
    onRequest: (bytes) => void (bytes.subarray(0, 5).toString('latin1') === 'POST ' && tell()),
    onAnswer: (bytes) => bytes,
  }
}
