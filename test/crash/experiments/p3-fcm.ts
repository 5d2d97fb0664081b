import { statSync } from 'node:fs'
import { request } from 'undici'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { startFaultProxy, type FaultProxy } from '../fault-proxy.ts'
import { countStreams } from '../http2-streams.ts'
import { makePush } from '../plan.ts'

const FULL = 4_000
const SMALL = 800

/** What the peer allows on one connection in the first part. */
const STREAMS = 10

/** Words in a token: what the look-alike does with its first request. The second one goes through. */
const REFUSALS: Readonly<Record<string, number>> = {
  'fake.refused-once.7': 40,
  'fake.goaway-once.0': 4,
  'fake.reset-once.8': 20,
}

/** Until something is sent; a GOAWAY 11 closes the door for 15 s. */
const SENT_MS = 60_000

/** What is in doubt is repeated after 10 s, and after 30 s more. */
const DRAIN_MS = 300_000

export const P3: Experiment = {
  id: 'P3',
  title: 'FCM says GOAWAY 0 and 11, REFUSED_STREAM and RST_STREAM, allows 10 streams, and falls silent',
  goal: 'all are sent; what was refused unprocessed goes out once, no more streams than the peer allows, no bug',
  rounds: 1,
  run: (context) => refuse(context),
}

async function refuse(context: Context): Promise<Result> {
  let proxy: FaultProxy | null = null
  let most = 0
  const wire = async ({ fcm }: { readonly fcm: string }): Promise<{ fcm: string }> => {
    const watch = () => countStreams((count) => (most = Math.max(most, count)))
    proxy = await startFaultProxy({ target: new URL(fcm).host, watch })
    return { fcm: `http://127.0.0.1:${proxy.port}` }
  }
  const overdone: string[] = []
  // A link that is cut leaves what it held in doubt: one by a word, one by silence, one by GOAWAY 11.
  const windows = { links: 3 }
  const { facts: _, ...result } = await onBench(
    context,
    { nodes: 1, wire, windows, drainMs: DRAIN_MS },
    async (bench) => {
      if (proxy === null) throw new Error('there is no proxy')
      await control(bench, { maxStreams: STREAMS })
      await pushAll(bench, tokensOf(context, 'few streams'), 'few streams')
      await until(() => isPushed(bench), DRAIN_MS, 200)
      const atFew = most
      if (atFew > STREAMS) overdone.push(`${atFew} streams at once where ${STREAMS} are allowed`)
      await control(bench, { maxStreams: 100 })
      const words = Object.entries(REFUSALS).flatMap(([word, count]) =>
        Array.from({ length: count }, (__, number) => `${word}.${context.seed}-${number}`),
      )
      await pushAll(bench, mixed(words, tokensOf(context, 'refusals')), 'refusals')
      await pushAndSay(bench, context, 0)
      await pushIntoSilence(bench, context, proxy)
      await pushAndSay(bench, context, 11)
      return [`streams at most ${atFew} of ${STREAMS}, then ${most} of 100`]
    },
  ).finally(() => void proxy?.close())
  return { ...result, faults: [...result.faults, ...overdone] }
}

function tokensOf({ seed, small }: Context, part: string): string[] {
  const word = part.replaceAll(' ', '-')
  return Array.from({ length: small ? SMALL : FULL }, (_, number) => `kill-${seed}-${word}-${number}`)
}

/** Words among the others, evenly. */
function mixed(words: readonly string[], tokens: readonly string[]): string[] {
  const every = Math.floor(tokens.length / words.length)
  return [
    ...tokens.flatMap((token, index) => (index % every === 0 ? [token, words[index / every] ?? ''] : [token])),
  ].filter((token) => token !== '')
}

async function pushAll(bench: Bench, tokens: readonly string[], key: string): Promise<void> {
  await bench.load([makePush(`push ${key}`, tokens, 0)])
}

/** The connections are told to go while the push is under way. */
async function pushAndSay(bench: Bench, context: Context, code: number): Promise<void> {
  const part = `goaway ${code}`
  const before = statSync(bench.cluster.fcmLedger).size
  const pushed = pushAll(bench, tokensOf(context, part), part)
  await until(() => statSync(bench.cluster.fcmLedger).size > before, SENT_MS)
  await control(bench, { goaway: code })
  await pushed
}

/** Nothing comes back any more, no answer and no pong, until the node has given the connections up. */
async function pushIntoSilence(bench: Bench, context: Context, proxy: FaultProxy): Promise<void> {
  const before = statSync(bench.cluster.fcmLedger).size
  const pushed = pushAll(bench, tokensOf(context, 'silence'), 'silence')
  await until(() => statSync(bench.cluster.fcmLedger).size > before, SENT_MS)
  const gone = proxy.ended()
  const open = proxy.open()
  proxy.play({ kind: 'black hole', of: 'both' })
  await until(() => proxy.ended() >= gone + open, SENT_MS)
  proxy.play({ kind: 'none' })
  await pushed
}

async function isPushed(bench: Bench): Promise<boolean> {
  return bench.ask(async (db) => {
    const { rows } = await db.query<{ open: number }>(
      `select count(*)::integer as open from push_chunks where done_at is null`,
    )
    return rows[0]?.open === 0
  })
}

async function control({ cluster }: Bench, wish: object): Promise<void> {
  const { body } = await request(`${cluster.addresses.fcm}/control`, { method: 'POST', body: JSON.stringify(wish) })
  await body.dump()
}
