import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { Entry, Journal } from './journal.ts'
import type { Call } from './plan.ts'

export interface LoaderOptions {
  readonly calls: readonly Call[]
  readonly urls: readonly string[]
  readonly journal: Journal
  /** Clients that make each call at the same moment. */
  readonly senders: number
  /** Connections at most to each node; 32 unless said. */
  readonly connections?: number
  /** 0 <= n < 1 */
  readonly chance: () => number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

type Outcome = { kind: 'acknowledged'; id: number } | { kind: 'refused' | 'failed' | 'unknown'; why: string }

const ANSWER_MS = 15_000
const CONNECT_MS = 2_000

/** A call nobody acknowledges for this long is left as it is. */
const GIVE_UP_MS = 180_000

/** Before the second try of a call, up to twice that; each time longer, until the last. */
const AGAIN_MS = 100
const AGAIN_MOST_MS = 1_000

/**
 * Makes every call at its time, whatever became of the others. What is not acknowledged is repeated with the same key at any node, as a
 * careful client does. Resolves when all calls have come to an end.
 */
export async function sendAll(options: LoaderOptions): Promise<void> {
  const one: Send = async (agent, url, [call]) => (call === undefined ? [] : [await post(agent, call, url)])
  await sendInTime(
    options,
    options.calls.flatMap((call) => Array.from({ length: options.senders }, () => [call])),
    one,
  )
}

/** The same in calls of `POST /smss/batch` of so many SMS, each with the key of its own; those of a call are made when its last one is due. */
export async function sendBatches(options: LoaderOptions, items: number): Promise<void> {
  const starts = Array.from({ length: Math.ceil(options.calls.length / items) }, (_, group) => group * items)
  await sendInTime(
    options,
    starts.map((from) => options.calls.slice(from, from + items)),
    postBatch,
  )
}

type Send = (agent: Agent, url: string, calls: readonly Call[]) => Promise<readonly Outcome[]>

async function sendInTime(options: LoaderOptions, groups: readonly (readonly Call[])[], send: Send): Promise<void> {
  const agent = new Agent({
    connections: options.connections ?? 32,
    connect: { timeout: CONNECT_MS },
    headersTimeout: ANSWER_MS,
  })
  for (const { key, channel, names, onUncertain } of options.calls) {
    options.journal.write({ kind: 'planned', key, channel, names, onUncertain })
  }
  const began = options.now()
  const made: Promise<void>[] = []
  for (const group of groups) {
    const early = (group.at(-1)?.atMs ?? 0) - (options.now() - began)
    if (early > 0) await delay(early)
    made.push(makeCalls(options, group, (url, calls) => send(agent, url, calls)))
  }
  await Promise.all(made)
  await agent.destroy()
}

async function makeCalls(
  { journal, urls, chance, now }: LoaderOptions,
  group: readonly Call[],
  send: (url: string, calls: readonly Call[]) => Promise<readonly Outcome[]>,
): Promise<void> {
  const deadline = now() + GIVE_UP_MS
  let left = group
  for (let waitMs = AGAIN_MS; now() < deadline && !journal.isClosed(); waitMs = Math.min(AGAIN_MOST_MS, waitMs * 1.5)) {
    const node = Math.floor(chance() * urls.length)
    for (const { key } of left) journal.write({ kind: 'intent', at: now(), key, node })
    const outcomes = await send(String(urls[node]), left)
    left = left.filter(({ key }, index) => {
      const outcome = outcomes[index] ?? { kind: 'unknown', why: 'no answer of its own' }
      const entry: Entry = { ...outcome, at: now(), key }
      journal.write(entry)
      return outcome.kind === 'failed' || outcome.kind === 'unknown'
    })
    if (left.length === 0) return
    await delay(waitMs * (1 + chance()))
  }
}

async function postBatch(agent: Agent, url: string, calls: readonly Call[]): Promise<readonly Outcome[]> {
  const items = calls.map(({ key, body }) => ({ ...(JSON.parse(body) as object), key }))
  const body = JSON.stringify({ partial: true, items })
  const answered = await asked(agent, `${url}/smss/batch`, { body, headers: {} })
  if ('kind' in answered) return calls.map(() => answered)
  const { status, answer } = answered
  const data: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'data') : null
  return calls.map((_, index) => {
    if (!Array.isArray(data)) return toOutcome(status, answer)
    const item: unknown = data[index]
    return toOutcome(status, numberIn(item, 'message_id') === null ? Reflect.get(Object(item), 'error') : item)
  })
}

async function post(agent: Agent, { path, key, body }: Call, url: string): Promise<Outcome> {
  const answered = await asked(agent, `${url}${path}`, { body, headers: { 'idempotency-key': key } })
  return 'kind' in answered ? answered : toOutcome(answered.status, answered.answer)
}

async function asked(
  agent: Agent,
  url: string,
  { body, headers }: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
): Promise<Outcome | { readonly status: number; readonly answer: unknown }> {
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      dispatcher: agent,
    })
    return { status: answer.statusCode, answer: await answer.body.json() }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { kind: why === 'ECONNREFUSED' ? 'failed' : 'unknown', why }
  }
}

/** Of these the service says that nothing was stored. */
const NOT_STORED = new Set(['database_unavailable', 'overloaded', 'rate_limited', 'request_timeout', 'upgrading'])

/** What the first call with this key comes to is not known yet. */
const RUNNING = 'idempotency_in_progress'

function toOutcome(status: number, answer: unknown): Outcome {
  const id = numberIn(answer, 'message_id') ?? numberIn(answer, 'notification_id')
  if (status === 200 && id !== null) return { kind: 'acknowledged', id }
  const code = typeof answer === 'object' && answer !== null ? String(Reflect.get(answer, 'code')) : 'no object'
  const why = `${status} ${code}`
  if (NOT_STORED.has(code)) return { kind: 'failed', why }
  return { kind: status >= 500 || code === RUNNING ? 'unknown' : 'refused', why }
}

function numberIn(answer: unknown, field: string): number | null {
  const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, field) : null
  return typeof value === 'number' ? value : null
}
