import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createWebhookSending, type WebhookSending } from '../../src/flows/webhooks/webhook-sending.ts'
import type { WebhookTries } from '../../src/flows/webhooks/webhook-try.ts'
import type { Db } from '../../src/store/db.ts'
import type { ClaimedDelivery, SettledDelivery } from '../../src/store/webhooks/webhook-work.ts'
import { until } from '../support/until.ts'

type SendAll = Parameters<WebhookTries['sendAll']>

interface Bench {
  readonly sending: WebhookSending
  /** Statements in the order they were asked for. */
  readonly asked: { readonly name: string; readonly values: readonly unknown[] }[]
  /** What was handed over to be tried. */
  readonly handed: { readonly delivery: ClaimedDelivery; readonly tell: SendAll[2] }[]
  readonly logged: string[]
  /** What the database answers, by the statement's name; an error is thrown. */
  readonly answers: Record<string, readonly object[] | Error>
  owner: number
  /** What waits for its time, by loop or by milliseconds. */
  waiting(what: string | number): boolean
  /** Its time has come. */
  comes(what: string | number): void
}

/** A node whose database answers as it is told, and whose time stands still. */
function openBench(answers: Bench['answers']): Bench {
  const timers = new Map<string | number, () => void>()
  const logged: string[] = []
  const bench: Omit<Bench, 'sending'> = {
    asked: [],
    handed: [],
    logged,
    answers,
    owner: 1,
    waiting: (what) => timers.has(what),
    comes(what) {
      const run = timers.get(what)
      if (run === undefined) throw new Error(`nothing waits for ${what}`)
      timers.delete(what)
      run()
    },
  }
  const query = async (statement: { name: string; values: readonly unknown[] }): Promise<unknown> => {
    bench.asked.push(statement)
    const rows = bench.answers[statement.name] ?? []
    if (rows instanceof Error) throw rows
    return { rows, rowCount: rows.length }
  }
  const sendAll = async (...[deliveries, , tell]: SendAll): Promise<void> =>
    void bench.handed.push(...deliveries.map((delivery) => ({ delivery, tell })))
  const sending = createWebhookSending({
    db: { query } as unknown as Db,
    log: pino({ level: 'warn' }, { write: (line) => logged.push(line) }),
    lease: { owner: () => bench.owner, mayWrite: () => true },
    tries: { sendAll, call: async () => null },
    after(ms, run, loop) {
      timers.set(loop ?? ms, run)
      return () => timers.delete(loop ?? ms)
    },
    chance: () => 0.5,
  })
  return Object.assign(bench, { sending })
}

const HINT_MS = 50
const ONE = { 'count-enabled-webhooks': [{ count: 1 }], 'fan-out': [{ made: 0, more: false }] }

const namesOf = ({ asked }: Bench): string[] => asked.map(({ name }) => name)
const settlesOf = ({ asked }: Bench): (readonly unknown[])[] =>
  asked.flatMap(({ name, values }) => (name === 'settle-webhook-deliveries' ? [values.slice(0, 2)] : []))

function deliveryOf(id: number): ClaimedDelivery {
  const secrets = { secret: Buffer.alloc(0), oldSecret: null }
  return { id, webhookId: 1, eventXid: '1', eventId: 1, tries: 0, url: '', payload: 'thin', failing: false, ...secrets }
}

function resultOf(id: number): SettledDelivery {
  const at = new Date(0)
  const nothing = { failure: null, excerpt: null, waitSeconds: null, pauseSeconds: null }
  return { id, startedAt: at, finishedAt: at, status: 200, verdict: 'delivered', ...nothing }
}

/** Has claimed delivery 1, lost its lease, and claimed it again. */
async function claimTwice(): Promise<Bench> {
  const bench = openBench({ ...ONE, 'claim-webhook-deliveries': [deliveryOf(1)] })
  await until(() => bench.handed.length === 1 && bench.waiting('webhooks'))
  bench.owner = 2
  bench.answers['claim-webhook-deliveries'] = [deliveryOf(1)]
  bench.comes('webhooks')
  await until(() => bench.handed.length === 2 && bench.waiting('webhooks'))
  bench.answers['claim-webhook-deliveries'] = []
  return bench
}

function succeed({ handed }: Bench, index: number): void {
  const call = handed[index]
  if (call === undefined) throw new Error('it was not handed over')
  call.tell(call.delivery, resultOf(call.delivery.id))
}

test('while no webhook is enabled, what happens asks the database for nothing until the next look', async () => {
  const bench = openBench({ 'count-enabled-webhooks': [{ count: 0 }] })
  await until(() => bench.waiting('webhooks'))
  for (let events = 0; events < 100; events += 1) bench.sending.hint()
  expect(bench.waiting(HINT_MS)).toBe(false)
  expect(namesOf(bench)).toEqual(['count-enabled-webhooks'])
  Object.assign(bench.answers, ONE)
  bench.sending.wake()
  bench.comes(HINT_MS)
  await until(() => namesOf(bench).includes('claim-webhook-deliveries') && bench.waiting('webhooks'))
  bench.sending.hint()
  expect(bench.waiting(HINT_MS)).toBe(true)
})

test('while no webhook is enabled, turns ask the database for nothing; one that is seen is looked for at once', async () => {
  const bench = openBench({ 'count-enabled-webhooks': [{ count: 0 }] })
  await until(() => bench.waiting('webhooks'))
  bench.comes('webhooks')
  await until(() => bench.waiting('webhooks'))
  bench.sending.seen(false)
  expect(bench.waiting(HINT_MS)).toBe(false)
  expect(namesOf(bench)).toEqual(['count-enabled-webhooks'])
  Object.assign(bench.answers, ONE)
  bench.sending.seen(true)
  bench.comes(HINT_MS)
  await until(() => namesOf(bench).includes('claim-webhook-deliveries') && bench.waiting('webhooks'))
})

test('a webhook that nobody has seen is found all the same, after some turns', async () => {
  const bench = openBench({ 'count-enabled-webhooks': [{ count: 0 }] })
  await until(() => bench.waiting('webhooks'))
  Object.assign(bench.answers, ONE)
  let turns = 0
  while (!namesOf(bench).includes('claim-webhook-deliveries')) {
    await until(() => bench.waiting('webhooks'))
    bench.comes('webhooks')
    expect((turns += 1)).toBeLessThanOrEqual(60)
    await until(() => bench.waiting('webhooks'))
  }
})

test('a result of before a node lost its lease does not let go of the same delivery that it claimed since', async () => {
  const bench = await claimTwice()
  succeed(bench, 0)
  await until(() => settlesOf(bench).length === 1 && bench.waiting('webhook results'))
  expect(settlesOf(bench)).toEqual([[1, '{1}']])
  expect(bench.sending.inFlight()).toBe(1)
  succeed(bench, 1)
  await until(() => bench.sending.inFlight() === 0)
  expect(settlesOf(bench)[1]).toEqual([2, '{1}'])
})

test('a delivery that was not tried before a node lost its lease is still held since', async () => {
  const bench = await claimTwice()
  bench.handed[0]?.tell(bench.handed[0].delivery, null)
  expect(bench.sending.inFlight()).toBe(1)
})

test('two results of one delivery are stored by two statements', async () => {
  const bench = await claimTwice()
  bench.answers['settle-webhook-deliveries'] = new Error('the database is away')
  succeed(bench, 1)
  succeed(bench, 1)
  await until(() => settlesOf(bench).length > 0 && bench.waiting('webhook results'))
  delete bench.answers['settle-webhook-deliveries']
  const before = settlesOf(bench).length
  bench.comes('webhook results')
  await until(() => settlesOf(bench).length === before + 2)
  expect(new Set(settlesOf(bench).map((values) => values[1]))).toEqual(new Set(['{1}']))
})

test('a webhook whose last call took longer than 2 s is claimed for as a slow one, until it is fast again', async () => {
  const bench = await claimTwice()
  const slowOf = (): unknown[] =>
    bench.asked.findLast(({ name }) => name === 'claim-webhook-deliveries')?.values.slice(6) ?? []
  expect(slowOf()).toEqual([64, '{}', '{}'])
  for (const [index, ms, slow] of [
    [0, 2_001, 1],
    [1, 2_000, 0],
  ] as const) {
    const { delivery, tell } = bench.handed[index] ?? {}
    if (delivery === undefined) throw new Error('it was not handed over')
    tell?.(delivery, { ...resultOf(1), finishedAt: new Date(ms) })
    await until(
      () => settlesOf(bench).length === index + 1 && bench.waiting('webhook results') && bench.waiting('webhooks'),
    )
    bench.comes('webhooks')
    await until(() => slowOf()[2] === `{${slow}}`)
    expect(slowOf()).toEqual([index === 0 ? 63 : 64, '{1}', `{${slow}}`])
  }
})

test('a node ends without the database, and says what it could not hand over', async () => {
  const bench = openBench({ 'count-enabled-webhooks': [{ count: 0 }], 'leave-webhook-deliveries': new Error('away') })
  await bench.sending.close(5_000)
  expect(bench.logged.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ event: 'close.failed' }])
})
