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
  for (const call of options.calls) {
    const early = call.atMs - (options.now() - began)
    if (early > 0) await delay(early)
    for (let sender = 0; sender < options.senders; sender += 1) made.push(makeCall(options, agent, call))
  }
  await Promise.all(made)
  await agent.destroy()
}

async function makeCall(options: LoaderOptions, agent: Agent, call: Call): Promise<void> {
  const { journal, urls, chance, now } = options
  const { key } = call
  const deadline = now() + GIVE_UP_MS
  for (let waitMs = AGAIN_MS; now() < deadline && !journal.isClosed(); waitMs = Math.min(AGAIN_MOST_MS, waitMs * 1.5)) {
    const node = Math.floor(chance() * urls.length)
    journal.write({ kind: 'intent', at: now(), key, node })
    const outcome = await post(agent, `${urls[node]}${call.path}`, call)
    const entry: Entry = { ...outcome, at: now(), key }
    journal.write(entry)
    if (outcome.kind === 'acknowledged' || outcome.kind === 'refused') return
    await delay(waitMs * (1 + chance()))
  }
}

async function post(agent: Agent, url: string, call: Call): Promise<Outcome> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': call.key },
      body: call.body,
      dispatcher: agent,
    })
    return toOutcome(statusCode, await body.json())
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
