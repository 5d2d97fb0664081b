import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { within } from '../../../src/domain/time-limit.ts'
import { quantile } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { startFaultProxy, type Fault, type FaultProxy } from '../fault-proxy.ts'
import { makePlan, makePush, type Call } from '../plan.ts'
import { startSink, type Sink } from '../sink.ts'

/** SMS a second, and targets of one push a minute: about half of what two cores carry with everything on them. */
const PER_SECOND = 150
const TOKENS = 2_000
const MINUTES = 60

/** Of each stretch this much is faulty: five in a hundred. */
const FLAP = { everyMs: 20_000, badMs: 1_000 }
const FAULTS: readonly Fault[] = [
  { kind: 'refuse' },
  { kind: 'black hole', of: 'answers' },
  { kind: 'slices', bytes: 7, everyMs: 20 },
  { kind: 'cut', afterBytes: 40, how: 'reset' },
  { kind: 'latency', ms: 500 },
]

const SAMPLE_MS = 10_000
const LOOK_MS = 1_000
const READ_MS = 60_000

/** Of a slope nothing can be said by fewer. */
const LEAST_SAMPLES = 4

const LIMITS = { megabytesAnHour: 4, files: 5, loopMs: 50 }

/** In the experiment's directory, a line a minute: when, and what was left in the heap. */
const HELD = 'held'

/**
 * What a node holds shows in the moment in which its garbage is gone: it makes some 2.5 MB more in each second, so that who looks ten seconds
 * later measures how long after the collection he looked. No blank: NODE_OPTIONS would end there.
 */
const COLLECTING = [
  `import{appendFileSync}from'node:fs'`,
  `setInterval(()=>{gc();appendFileSync('${HELD}',Date.now()+','+process.memoryUsage().heapUsed+'\\n')},60000).unref()`,
].join(';')

const ENV = {
  NODE_OPTIONS: `--expose-gc --import=data:text/javascript,${encodeURIComponent(COLLECTING)}`,
  WEBHOOKS_ALLOW_HTTP: 'on',
  WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1',
  SECRET_KEY: Buffer.alloc(32, 5).toString('base64'),
}

export const L5: Experiment = {
  id: 'L5',
  title: `${MINUTES} minutes at half load while providers and receivers of webhooks flap, somebody reads events and looks at lists`,
  goal: `lost 0; after warming up, half of the time, in which V8 still compiles, neither memory nor what is left in the heap after collecting grows by more than ${LIMITS.megabytesAnHour} MB an hour, open files do not, the event loop is at most ${LIMITS.loopMs} ms late (p99 of ten seconds, in 19 of 20 of them)`,
  rounds: 1,
  apart: true,
  run: (context) => soak(context),
}

/** What the node said of itself. */
interface Sample {
  readonly atMs: number
  readonly bytes: number
  readonly files: number
  /** p99 of ten seconds. */
  readonly loopMs: number
}

async function soak(context: Context): Promise<Result> {
  const minutes = context.messages === null ? MINUTES : Math.max(1, Math.round(context.messages / (60 * PER_SECOND)))
  const proxies: FaultProxy[] = []
  const wire = async ({ twilio, fcm }: { readonly twilio: string; readonly fcm: string }) => {
    const through = async (url: string): Promise<string> => {
      const proxy = await startFaultProxy({ target: new URL(url).host })
      proxies.push(proxy)
      return `${new URL(url).protocol}//127.0.0.1:${proxy.port}`
    }
    return { twilio: await through(twilio), fcm: await through(fcm) }
  }
  const windows = { links: 3 * minutes * FAULTS.length }
  const faults: string[] = []
  const sinks: Sink[] = []
  try {
    const { facts: _, ...result } = await onBench(context, { nodes: 1, env: ENV, wire, windows }, async (bench) => {
      sinks.push(await startSink(context.directory, 'sink'))
      await makeWebhooks(bench, sinks[0]?.url ?? '')
      const seen = await carryOn(bench, context, minutes, proxies)
      const judged = judge(seen, readHeld(context.directory), await bench.ask(countTaken))
      faults.push(...judged.faults)
      return [`${minutes} minutes at ${PER_SECOND} SMS a second`, ...judged.figures]
    })
    return { ...result, faults: [...result.faults, ...faults] }
  } finally {
    await Promise.all([...proxies.map((proxy) => proxy.close()), ...sinks.map((sink) => sink.stop())])
  }
}

/** One that takes everything, one that takes its time, and one that breaks off. */
async function makeWebhooks({ cluster }: Bench, sink: string): Promise<void> {
  for (const path of ['/good', '/slow?ms=2000', '/reset']) {
    const answer = await fetch(`${cluster.nodes[0]?.url}/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: sink + path, types: ['sms.delivered', 'push.failed'] }),
    })
    if (!answer.ok) throw new Error(await answer.text())
  }
}

/** By the one that takes everything. */
async function countTaken(db: pg.Client): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::integer as count from webhook_deliveries d join webhooks w on w.id = d.webhook_id
     where d.status = 'delivered' and w.url like '%/good'`,
  )
  return rows[0]?.count ?? 0
}

/** What was seen from beside, and how often nothing was to be seen. */
interface Seen {
  readonly samples: readonly Sample[]
  readonly failed: { readonly samples: number; readonly lists: number; readonly readers: number }
  readonly events: number
}

/** Everything at once, for so long. */
async function carryOn(bench: Bench, context: Context, minutes: number, proxies: readonly FaultProxy[]): Promise<Seen> {
  const over = new AbortController()
  const { signal } = over
  const url = bench.cluster.nodes[0]?.url ?? ''
  const samples: Sample[] = []
  let events = 0
  const beside = Promise.all([
    again(SAMPLE_MS, signal, async () => void samples.push(await sample(url))),
    again(LOOK_MS, signal, () => look(url, signal)),
    again(0, signal, () => readEvents(url, signal, (count) => (events += count))),
    flap(proxies, signal),
  ])
  for (let minute = 0; minute < minutes; minute += 1) await bench.load(minuteOf(bench, context, minute))
  over.abort()
  const [samplesFailed, lists, readers] = await beside
  return { samples, failed: { samples: samplesFailed, lists, readers }, events }
}

/** An even load over a minute. */
function minuteOf(bench: Bench, { seed }: Context, minute: number): Call[] {
  const name = `${seed}-${minute}`
  const sms = 60 * PER_SECOND
  const plan = makePlan({ seed: name, sms, tokens: 0, overMs: 60_000, chance: bench.chance(`plan ${minute}`) })
  const tokens = Array.from({ length: TOKENS }, (_, number) => `kill-${name}-token-${number}`)
  const evenly = plan.map((call, index) => ({ ...call, atMs: (index / sms) * 60_000 }))
  return [makePush(`push ${name}`, tokens, 0), ...evenly]
}

async function flap(proxies: readonly FaultProxy[], signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    const fault = FAULTS[round % FAULTS.length]
    await pause(FLAP.everyMs - FLAP.badMs, signal)
    if (fault !== undefined) for (const proxy of proxies) proxy.play(fault)
    await pause(FLAP.badMs, signal)
    for (const proxy of proxies) proxy.play({ kind: 'none' })
  }
}

/** What an open dashboard asks for. */
async function look(url: string, signal: AbortSignal): Promise<void> {
  for (const path of ['/smss?limit=50', '/notifications?limit=50', '/readyz?verbose', '/webhooks']) {
    await ask(url + path, signal)
  }
}

/** Reads for a minute, and comes back. */
async function readEvents(url: string, signal: AbortSignal, onEvents: (count: number) => void): Promise<void> {
  await within(READ_MS, [signal], async (enough) => {
    try {
      const answer = await fetch(`${url}/events`, { signal: enough })
      if (!answer.ok || answer.body === null) throw new Error(`events: ${answer.status}`)
      // An event that comes in two pieces is counted once: by its first word, or not at all.
      for await (const piece of answer.body)
        onEvents(Buffer.from(piece).toString('latin1').split('event: message').length - 1)
      throw new Error('events: the node ended the stream')
    } catch (error) {
      if (!enough.aborted) throw error
    }
  })
}

async function sample(url: string): Promise<Sample> {
  const text = await ask(`${url}/metrics`, AbortSignal.timeout(SAMPLE_MS))
  const read = (name: string): number => {
    const value = Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
    if (Number.isNaN(value)) throw new Error(`${name} is not among the metrics`)
    return value
  }
  return {
    atMs: performance.now(),
    bytes: read('process_resident_memory_bytes'),
    files: read('process_open_fds'),
    loopMs: 1_000 * read('tidings_event_loop_lag_p99_seconds'),
  }
}

async function ask(url: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(url, { signal })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return text
}

/** Until it is over, whatever fails. Resolves with how often it did. */
async function again(everyMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<number> {
  let failed = 0
  while (!signal.aborted) {
    await work().catch(() => (failed += signal.aborted ? 0 : 1))
    await pause(Math.max(everyMs, 10), signal)
  }
  return failed
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}

/** What a collection left in the heap. */
interface Held {
  readonly atMs: number
  readonly heap: number
}

function readHeld(directory: string): Held[] {
  const lines = readFileSync(join(directory, HELD), 'utf8').trim().split('\n')
  return lines.map((line) => {
    const [atMs = Number.NaN, heap = Number.NaN] = line.split(',').map(Number)
    return { atMs, heap }
  })
}

/** The first half is for warming up. What was not measured is a fault. */
function judge(
  { samples: all, failed, events }: Seen,
  collected: readonly Held[],
  delivered: number,
): { figures: string[]; faults: string[] } {
  const samples = warm(all)
  const held = slope(warm(collected), ({ heap }) => heap)
  const memory = slope(samples, ({ bytes }) => bytes)
  const files = quarters(samples, (one) => one.files)
  const grown = (files.at(-1) ?? Number.NaN) - (files[0] ?? Number.NaN)
  const late = samples.map(({ loopMs }) => loopMs)
  const p99 = samples.length === 0 ? Number.NaN : quantile(late, 0.95)
  return {
    figures: [
      `memory ${quarters(samples, ({ bytes }) => bytes / 1e6).join(', ')} MB by quarters and ${memory.toFixed(1)} MB an hour`,
      `heap after collecting ${quarters(warm(collected), ({ heap }) => heap / 1e6).join(', ')} MB by quarters and ${held.toFixed(1)} MB an hour`,
      `open files ${files.join(', ')} by quarters`,
      `event loop late p99 of ten seconds: usually ${quantile(late, 0.5).toFixed(0)} ms, in 19 of 20 of them at most ${p99.toFixed(0)} ms, in the worst ${Math.max(...late).toFixed(0)} ms`,
      `samples ${samples.length} after warming up (not had ${failed.samples} of all), lists not had ${failed.lists}, readers cut off ${failed.readers}`,
      `events read ${events}, webhook calls taken ${delivered}`,
    ],
    faults: [
      ...(samples.length >= LEAST_SAMPLES ? [] : [`only ${samples.length} samples could be judged`]),
      ...(failed.samples <= all.length ? [] : [`${failed.samples} samples could not be had`]),
      ...(held <= LIMITS.megabytesAnHour ? [] : [`what it holds grows by ${held.toFixed(1)} MB an hour`]),
      ...(memory <= LIMITS.megabytesAnHour ? [] : [`memory grows by ${memory.toFixed(1)} MB an hour`]),
      ...(grown <= LIMITS.files ? [] : [`${grown} more files are open`]),
      ...(p99 <= LIMITS.loopMs ? [] : [`the event loop is ${p99.toFixed(0)} ms late`]),
      ...(events > 0 ? [] : ['no event was read']),
      ...(delivered > 0 ? [] : ['no webhook was called']),
    ],
  }
}

function warm<T>(all: readonly T[]): readonly T[] {
  return all.slice(Math.floor(all.length / 2))
}

/** The median of each quarter, whole. */
function quarters<T>(samples: readonly T[], of: (sample: T) => number): number[] {
  const size = samples.length / 4
  return [0, 1, 2, 3].map((part) => {
    const mine = samples.slice(Math.floor(part * size), Math.floor((part + 1) * size))
    return mine.length === 0 ? Number.NaN : Math.round(quantile(mine.map(of), 0.5))
  })
}

/** By least squares, in megabytes an hour. */
function slope<T extends Pick<Sample, 'atMs'>>(samples: readonly T[], of: (sample: T) => number): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(samples.map(({ atMs }) => atMs)), mean(samples.map(of))]
  const along = samples.reduce((sum, one) => sum + (one.atMs - x) * (of(one) - y), 0)
  const across = samples.reduce((sum, one) => sum + (one.atMs - x) ** 2, 0)
  return ((along / across) * 3_600_000) / 1e6
}
