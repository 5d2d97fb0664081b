import { readFileSync } from 'node:fs'
import { until } from '../../support/until.ts'
import { quantile } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import { breakingLife, breaksIn } from '../broken-lives.ts'
import type { NodeLife } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { makePlan } from '../plan.ts'
import { startSink, type Sink } from '../sink.ts'

/** What one receiver does, while the others work: the path that has the sink do it. */
const FAULTS: Readonly<Record<string, string>> = {
  'answers 500': '/500',
  'asks for time': '/429?retry-after=1',
  'is gone': '/410',
  'answers after 60 s': '/slow',
  'answers 100 MB': '/huge',
  'leads elsewhere': '/redirect?to=http://169.254.169.254/',
  'resets connections': '/reset',
  'never answers': '/hang',
}
const BAD_CERTIFICATE = 'has a certificate of its own'

/** Where the node dies while it delivers, and at the how manieth passage. */
const KILLS = ['webhook claimed:2', 'webhook written:30', 'webhook answered:30', 'webhook settle written:3']

const FULL = { receivers: 99, sms: 30, overMs: 6_000, kills: KILLS, faults: Object.keys(FAULTS) }
const SMALL = { receivers: 9, sms: 20, overMs: 2_000, kills: KILLS.slice(0, 2), faults: ['answers 500', 'is gone'] }

const ENV = {
  WEBHOOKS_ALLOW_HTTP: 'on',
  WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1',
  SECRET_KEY: Buffer.alloc(32, 10).toString('base64'),
}
const TYPE = 'sms.sent'
const CAUGHT_UP_MS = 120_000

/** Tries that a node may have under way: as many may come twice where it dies. */
const PLACES = 128

/** Longer than this than usual is slow; of less than 100 ms more on a shared machine nothing can be said. */
const MOST_SHARE = 1.1
const MOST_MORE_MS = 100

export const P10: Experiment = {
  id: 'P10',
  title: 'one receiver of webhooks fails in nine ways beside 99 good ones; a node dies at four points of delivering',
  goal: 'each event at each good receiver, twice only where a node died; their p99 at most 10 %, or 100 ms, longer; 410 disables',
  rounds: 1,
  run: (context) => failing(context),
}

interface Stage {
  readonly bench: Bench
  readonly context: Context
  readonly good: Sink
  readonly tls: Sink
}

async function failing(context: Context): Promise<Result> {
  const { kills, receivers } = sizeOf(context)
  const life = (_node: number, number: number): NodeLife => {
    const [point, nth] = kills[number]?.split(':') ?? []
    return point === undefined ? {} : breakingLife({ point, nth: Number(nth), how: 'kill' })
  }
  const sinks: Sink[] = []
  const faults: string[] = []
  try {
    const { facts: _, ...result } = await onBench(context, { nodes: 1, env: ENV, life }, async (bench) => {
      const [good, tls] = [
        await startSink(context.directory, 'good'),
        await startSink(context.directory, 'tls', ['--ca', 'ca.pem']),
      ]
      sinks.push(good, tls)
      const stage = { bench, context, good, tls }
      const bad = await makeWebhooks(stage)
      await dieWhileDelivering(stage)
      const died = linesOf(good).length
      const slow = await measureFaults(stage, bad)
      const { doubled, doubledLater, lost } = await compare(stage, died)
      faults.push(...slow.faults)
      if (lost > 0) faults.push(`${lost} events never came to a good receiver`)
      if (doubled > kills.length * PLACES) faults.push(`${doubled} came twice`)
      if (doubledLater > 0) faults.push(`${doubledLater} came twice where no node died`)
      return [
        `receivers ${receivers + 1}`,
        `webhook kills ${kills.length}`,
        `came twice ${doubled}, where no node died ${doubledLater}`,
        ...slow.figures,
      ]
    })
    return { ...result, faults: [...result.faults, ...faults] }
  } finally {
    await Promise.all(sinks.map((sink) => sink.stop()))
  }
}

function sizeOf({ small }: Context): typeof FULL {
  return small ? SMALL : FULL
}

/** Resolves with the id of the one that will fail. */
async function makeWebhooks({ bench, context, good }: Stage): Promise<number> {
  for (let number = 0; number < sizeOf(context).receivers; number += 1) {
    await call(bench, 'POST', '/webhooks', { url: `${good.url}/good/${number}`, types: [TYPE] })
  }
  const { data } = await call(bench, 'POST', '/webhooks', { url: `${good.url}/bad`, types: [TYPE] })
  return data.id
}

/** One load for each life that comes to its end, and one more. */
async function dieWhileDelivering(stage: Stage): Promise<void> {
  const { cluster, journal } = stage.bench
  const node = cluster.nodes[0]
  for (const [index, point] of sizeOf(stage.context).kills.entries()) {
    await load(stage, `kill-${index}`)
    const { at, pid } = await until(() => node?.ends[index], CAUGHT_UP_MS).catch((error: unknown) => {
      throw new Error(`never came to ${point}`, { cause: error })
    })
    journal.write({ kind: 'killed', at: breaksIn(cluster.logs[0] ?? '').at(-1)?.at ?? at, what: 'node', pids: [pid] })
  }
  await until(() => node?.pid() ?? null, CAUGHT_UP_MS)
  await load(stage, 'warm')
  await caughtUp(stage)
}

async function measureFaults(stage: Stage, bad: number): Promise<{ figures: string[]; faults: string[] }> {
  const { bench, context, good, tls } = stage
  const before = await p99(stage, 'before')
  const beside: [string, number][] = []
  const faults: string[] = []
  const kinds = sizeOf(context).faults.map((name): [string, string] => [name, good.url + (FAULTS[name] ?? '')])
  for (const [name, url] of [...kinds, [BAD_CERTIFICATE, tls.url] as const]) {
    await call(bench, 'PATCH', `/webhooks/${bad}`, { url, enabled: true })
    beside.push([name, await middleOf(stage, name, (ms) => isAsUsual(ms, before))])
    if (name !== 'is gone') continue
    const { data } = await call(bench, 'GET', `/webhooks/${bad}`)
    if (data.disabled_reason !== 'gone') faults.push('one that answered 410 was not disabled')
  }
  await call(bench, 'PATCH', `/webhooks/${bad}`, { url: `${good.url}/bad`, enabled: true })
  // What else the machine does changes over these minutes.
  const usual = Math.max(before, await p99(stage, 'after'))
  for (const [name, ms] of beside) {
    if (isAsUsual(ms, usual)) continue
    faults.push(`p99 ${ms.toFixed(0)} ms instead of ${usual.toFixed(0)} ms beside one that ${name}`)
  }
  const figures = beside.map(([name, ms]) => `${name}: ${((100 * ms) / usual).toFixed(0)} %`)
  return { figures: [`p99 usual ${usual.toFixed(0)} ms`, ...figures], faults }
}

const isAsUsual = (ms: number, usual: number): boolean => ms <= usual * MOST_SHARE || ms <= usual + MOST_MORE_MS

/**
 * A load is some fifty events, so its p99 is the latest of them, and a disk that stands still once is enough for a late one. What a receiver
 * does to the others it does again: where the first load was slow, the middle one of three counts.
 */
async function middleOf(stage: Stage, name: string, isEnough: (ms: number) => boolean): Promise<number> {
  const first = await p99(stage, name)
  if (isEnough(first)) return first
  return quantile([first, await p99(stage, `${name} again`), await p99(stage, `${name} once more`)], 0.5)
}

/** Milliseconds from the event to a good receiver, over a load of its own. */
async function p99(stage: Stage, name: string): Promise<number> {
  const from = linesOf(stage.good).length
  await load(stage, name.replaceAll(/\W+/g, '-'))
  await caughtUp(stage)
  const calls = linesOf(stage.good).slice(from).filter(isGood)
  return quantile(
    calls.map(({ at, body }) => Date.parse(at) - Date.parse((JSON.parse(body) as { timestamp: string }).timestamp)),
    0.99,
  )
}

async function load({ bench, context }: Stage, name: string): Promise<void> {
  const { sms, overMs } = sizeOf(context)
  const seed = `${context.seed}-${name}`
  // What may stay in doubt for good would never be caught up with.
  const plan = makePlan({ seed, sms, tokens: 0, overMs, onUncertain: 'retry', chance: bench.chance(`plan ${name}`) })
  await bench.load(plan.map((one, index) => ({ ...one, atMs: (index / sms) * overMs })))
}

/** All events there are have come to all good receivers, or have been given up. */
async function caughtUp({ bench, good, context }: Stage): Promise<void> {
  const { receivers } = sizeOf(context)
  await bench.ask((db) =>
    until(
      async () => {
        const { rows } = await db.query<{ done: boolean }>(
          `select not exists (select from messages where status in ('scheduled', 'queued', 'sending', 'uncertain'))
            and (select count(*) from webhook_deliveries d join webhooks w on w.id = d.webhook_id
              where d.status = 'delivered' and w.url like $1) = $2 * (select count(*) from events where type = $3) as done`,
          [`${good.url}/good/%`, receivers, TYPE],
        )
        return rows[0]?.done
      },
      CAUGHT_UP_MS,
      100,
    ),
  )
}

interface Compared {
  readonly lost: number
  /** Calls that told of what had been told. */
  readonly doubled: number
  /** Those of them that came after `died` calls. */
  readonly doubledLater: number
}

/** What the good receivers got, beside what happened. `died`: calls to them, good and bad, when a node died no more. */
async function compare({ bench, good, context }: Stage, died: number): Promise<Compared> {
  const { receivers } = sizeOf(context)
  const { rows } = await bench.ask((db) =>
    db.query<{ id: string }>(`select 'evt_' || xid || '_' || id as id from events where type = $1`, [TYPE]),
  )
  const came = new Set<string>()
  let [doubled, doubledLater] = [0, 0]
  for (const [index, line] of linesOf(good).entries()) {
    if (!isGood(line)) continue
    const key = `${line.path} ${line.headers['webhook-id']}`
    if (came.has(key)) doubled += 1
    if (came.has(key) && index >= died) doubledLater += 1
    came.add(key)
  }
  let lost = 0
  for (let number = 0; number < receivers; number += 1) {
    lost += rows.filter(({ id }) => !came.has(`/good/${number} ${id}`)).length
  }
  return { lost, doubled, doubledLater }
}

interface Line {
  readonly at: string
  readonly path: string
  readonly headers: { readonly 'webhook-id': string }
  readonly body: string
}

function linesOf({ ledger }: Sink): Line[] {
  const text = readFileSync(ledger, 'utf8')
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]))
}

function isGood({ path }: Line): boolean {
  return path.startsWith('/good/')
}

interface Called {
  readonly data: { readonly id: number; readonly disabled_reason: string | null }
}

/** A node may be dying at this moment. */
async function call({ cluster }: Bench, method: string, path: string, body?: object): Promise<Called> {
  const url = (cluster.nodes[0]?.url ?? '') + path
  return until(async () => {
    const answer = await fetch(url, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }).catch(() => null)
    if (answer !== null && answer.status < 500 && !answer.ok) throw new Error(await answer.text())
    return answer?.ok === true ? ((await answer.json()) as Called) : null
  })
}
