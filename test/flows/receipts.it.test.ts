import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, Receipt } from '../../src/domain/provider.ts'
import { STATUSES, statusRank } from '../../src/domain/status.ts'
import { askProviders } from '../../src/flows/receipts/asks.ts'
import { decideReceipt } from '../../src/flows/receipts/receipt-moves.ts'
import { createReceiptsFlow, type ReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import { applyReceipts, readAttempts } from '../../src/store/receipts/receipts.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ACCEPTED, ask, message, scripted, startNode, type NodeOptions, type TestNode } from '../support/node.ts'
import { until } from '../support/until.ts'

const log = pino({ level: 'silent' })
let database: TestDatabase
let node: TestNode | null = null

beforeEach(async () => {
  database = await createTestDatabase()
})

afterEach(async () => {
  await node?.close()
  node = null
  await database.drop()
})

async function start(options: NodeOptions): Promise<{ node: TestNode; receipts: ReceiptsFlow }> {
  const started = await startNode(database.url, options)
  node = started
  const receipts = createReceiptsFlow({
    db: started.db,
    log,
    providers: new Map(),
    chance: () => 0,
    wait: (ms) => wait(ms),
    onMoved: () => undefined,
  })
  return { node: started, receipts }
}

async function state(of: TestNode, id: number | null): Promise<Record<string, unknown>> {
  const [found] = await ask(
    of,
    `select m.status, m.reason, m.owner, m.attempt, (select jsonb_agg(a.status order by a.number) from attempts a where a.message_id = m.id) as attempts,
       (select jsonb_agg(d.action order by d.id) from due d where d.message_id = m.id) as due from messages m where id = $1`,
    [id],
  )
  return found ?? {}
}

function receipt(messageId: number | null, status: Receipt['status'], more: Partial<Receipt> = {}): Receipt {
  return {
    provider: 'scripted',
    providerMessageId: 'theirs',
    attempt: messageId === null ? null : { messageId, number: 1 },
    status,
    failure: null,
    at: null,
    ...more,
  }
}

test('the database ranks statuses as the program does', async () => {
  const { node: one } = await start({ sms: [scripted(() => ACCEPTED)] })
  const { rows } = await one.db.query(`select s, status_rank(s) as rank from unnest($1::text[]) as t (s)`, [STATUSES])
  expect(rows).toEqual(STATUSES.map((s) => ({ s, rank: statusRank(s) })))
})

test('a receipt moves a message forward and never back', async () => {
  const { node: one, receipts } = await start({ sms: [scripted(() => ACCEPTED)] })
  const id = await one.delivery.intake.addSms(message())
  await until(async () => (await state(one, id))['status'] === 'sent')
  await receipts.settle(receipt(id, 'delivered'))
  expect(await state(one, id)).toMatchObject({ status: 'delivered', attempts: ['delivered'] })
  await receipts.settle(
    receipt(id, 'undelivered', { failure: failure('permanent', 'unreachable', { status: 'undelivered' }) }),
  )
  await receipts.settle(receipt(id, 'sent'))
  expect(await state(one, id)).toMatchObject({ status: 'delivered', attempts: ['delivered'], reason: null })
})

test('a receipt that is repeated leaves the time of the first', async () => {
  const { node: one, receipts } = await start({ sms: [scripted(() => ACCEPTED)] })
  const id = await one.delivery.intake.addSms(message())
  await until(async () => (await state(one, id))['status'] === 'sent')
  const movedAt = async (): Promise<unknown> =>
    (await ask(one, `select updated_at from messages where id = $1`, [id]))[0]
  const sentAt = await movedAt()
  await receipts.settle(receipt(id, 'delivered'))
  const deliveredAt = await movedAt()
  expect(deliveredAt).not.toEqual(sentAt)
  await receipts.settle(receipt(id, 'delivered'))
  expect(await movedAt()).toEqual(deliveredAt)
})

test('a receipt that comes before the provider’s own answer is kept', async () => {
  let answer: (outcome: Outcome) => void = () => undefined
  const { node: one, receipts } = await start({ sms: [scripted(() => new Promise((resolve) => (answer = resolve)))] })
  const id = await one.delivery.intake.addSms(message())
  await until(async () => (await state(one, id))['status'] === 'sending')
  await receipts.settle(receipt(id, 'delivered'))
  expect(await state(one, id)).toMatchObject({ status: 'delivered' })
  await until(() => one.delivery.inFlight() === 1)
  answer(ACCEPTED)
  await until(async () => (await state(one, id))['owner'] === null)
  expect(await state(one, id)).toMatchObject({ status: 'delivered', attempts: ['delivered'], due: null })
})

test('a receipt that was too early is settled with the next one of its message, whoever settles the submission', async () => {
  let answer: (outcome: Outcome) => void = () => undefined
  const { node: one, receipts } = await start({ sms: [scripted(() => new Promise((resolve) => (answer = resolve)))] })
  const id = await one.delivery.intake.addSms(message())
  await until(() => one.delivery.inFlight() === 1)
  await receipts.settle(receipt(null, 'delivered'))
  expect(await ask(one, 'select status from parked_receipts')).toEqual([{ status: 'delivered' }])
  answer(ACCEPTED)
  await until(async () => (await state(one, id))['status'] === 'sent')
  await receipts.settle(receipt(null, 'sent'))
  expect(await state(one, id)).toMatchObject({ status: 'delivered' })
  expect(await ask(one, 'select status from parked_receipts')).toEqual([])
})

test('a receipt proves an attempt whose answer was lost: it is not sent again', async () => {
  const seen: number[] = []
  const { node: one, receipts } = await start({
    sms: [scripted((sms) => (seen.push(sms.attempt), { kind: 'refused', failure: failure('uncertain', 'timeout') }))],
  })
  const id = await one.delivery.intake.addSms(message({ onUncertain: 'retry' }))
  await until(async () => (await state(one, id))['status'] === 'uncertain')
  expect((await state(one, id))['due']).toEqual(['send'])
  await receipts.settle(receipt(id, 'sent'))
  expect(await state(one, id)).toMatchObject({ status: 'sent', due: null, attempts: ['sent'] })
  expect(seen).toEqual([1])
})

test('a report worth another try is sent again after its wait, and the phone’s own word ends it', async () => {
  const seen: number[] = []
  const { node: one, receipts } = await start({ sms: [scripted((sms) => (seen.push(sms.attempt), ACCEPTED))] })
  const id = await one.delivery.intake.addSms(message())
  await until(async () => (await state(one, id))['status'] === 'sent')
  const overflow = failure('transient', 'queue_overflow', { status: 'undelivered', code: '30001', waitsMs: [20, 20] })
  await receipts.settle(receipt(id, 'undelivered', { failure: overflow }))
  await until(async () => (await state(one, id))['attempt'] === 2 && (await state(one, id))['status'] === 'sent')
  expect(await state(one, id)).toMatchObject({ attempts: ['undelivered', 'sent'], due: null })
  const blocked = failure('permanent', 'blocked', { status: 'undelivered', code: '30004' })
  await receipts.settle(receipt(id, 'undelivered', { attempt: { messageId: id ?? 0, number: 2 }, failure: blocked }))
  expect(await state(one, id)).toMatchObject({
    status: 'undelivered',
    reason: 'blocked',
    attempts: ['undelivered', 'undelivered'],
  })
  await receipts.settle(receipt(id, 'delivered'))
  expect(await state(one, id)).toMatchObject({ status: 'delivered', attempts: ['delivered', 'undelivered'] })
  expect(seen).toEqual([1, 2])
})

test('a receipt without our attempt id is matched by the provider’s own, also when it came too early', async () => {
  const { node: one, receipts } = await start({ sms: [scripted(() => ACCEPTED)] })
  await receipts.settle(receipt(null, 'delivered'))
  await receipts.settle(receipt(null, 'delivered'))
  const id = await one.delivery.intake.addSms(message())
  await until(async () => (await state(one, id))['status'] === 'sent')
  await receipts.matchParked()
  expect(await state(one, id)).toMatchObject({ status: 'delivered' })
  expect((await one.db.query(`select from parked_receipts`)).rowCount).toBe(0)
})

test('a receipt for an attempt that was never begun changes nothing', async () => {
  const { node: one, receipts } = await start({ sms: [scripted(() => ACCEPTED)] })
  const id = await one.delivery.intake.addSms(message())
  await until(async () => (await state(one, id))['status'] === 'sent')
  await receipts.settle(receipt(id, 'delivered', { attempt: { messageId: id ?? 0, number: 7 } }))
  await receipts.settle(receipt(999_999, 'delivered'))
  expect(await state(one, id)).toMatchObject({ status: 'sent', attempts: ['sent'] })
})

test('an uncertain submission is asked after: found, it is sent; absent twice, it is sent again', async () => {
  const answers: ('found' | 'absent')[] = ['absent', 'absent', 'found']
  const submitted: number[] = []
  const provider = scripted(
    (sms) => (submitted.push(sms.attempt), { kind: 'refused', failure: failure('uncertain', 'timeout') }),
    {
      reconcile: async () => {
        const kind = answers.shift()
        return kind === 'found' ? { kind, receipt: receipt(null, 'sent') } : { kind: 'absent' }
      },
    },
  )
  const { node: one, receipts } = await start({ sms: [provider] })
  const id = await one.delivery.intake.addSms(message({ onUncertain: 'reconcile' }))
  const askNow = async (): Promise<void> => {
    await one.db.query(`update due set run_at = now() where action = 'reconcile'`)
    const signal = new AbortController().signal
    await askProviders({
      db: one.db,
      log,
      providers: [provider],
      pollWaitsMs: [],
      settle: (r) => receipts.settle(r),
      chance: () => 0,
      signal,
    })
  }
  await until(async () => (await state(one, id))['status'] === 'uncertain')
  expect((await state(one, id))['due']).toEqual(['reconcile'])
  await askNow()
  expect(submitted).toEqual([1])
  await askNow()
  await until(async () => submitted.length === 2 && (await state(one, id))['status'] === 'uncertain')
  await askNow()
  expect(await state(one, id)).toMatchObject({ status: 'sent', due: null, attempts: ['uncertain', 'sent'] })
  expect(submitted).toEqual([1, 2])
})

test('a message without a receipt is asked after until the provider knows its end', async () => {
  const provider = scripted(() => ACCEPTED, { poll: async () => receipt(null, 'delivered') })
  const { node: one, receipts } = await start({ sms: [provider] })
  const id = await one.delivery.intake.addSms(message())
  await until(async () => (await state(one, id))['status'] === 'sent')
  expect((await state(one, id))['due']).toEqual(['poll'])
  await one.db.query(`update due set run_at = now()`)
  const signal = new AbortController().signal
  await askProviders({
    db: one.db,
    log,
    providers: [provider],
    pollWaitsMs: [1000],
    settle: (r) => receipts.settle(r),
    chance: () => 0,
    signal,
  })
  expect(await state(one, id)).toMatchObject({ status: 'delivered', due: null })
})

test('a node that was declared dead while it lived goes on as a new one and loses nothing', async () => {
  const submitted: number[] = []
  const { node: one } = await start({ sms: [scripted((sms) => (submitted.push(sms.messageId), ACCEPTED))] })
  const dead = one.delivery.lease.owner()
  await one.db.query(`update nodes set ended_at = now(), emptied_at = now() where id = $1`, [dead])
  const ids = await Promise.all(Array.from({ length: 50 }, () => one.delivery.intake.addSms(message())))
  await one.delivery.lease.renew()
  expect(one.delivery.lease.owner()).not.toBe(dead)
  await until(async () => (await one.db.query(`select from messages where status = 'sent'`)).rowCount === 50)
  expect(submitted.toSorted((a, b) => a - b)).toEqual(ids)
})

test('a receipt waits its turn when another transaction holds its message, and is refused when that never ends', async () => {
  const { node: one, receipts } = await start({ sms: [scripted(() => ACCEPTED)] })
  const id = await one.delivery.intake.addSms(message())
  await until(async () => (await state(one, id))['status'] === 'sent')
  const other = await one.db.connect()
  try {
    await other.query('begin')
    await other.query('set local idle_in_transaction_session_timeout = 0')
    await other.query(`select from messages where id = $1 for update`, [id])
    await expect(receipts.settle(receipt(id, 'delivered'))).rejects.toMatchObject({ code: 'database_unavailable' })
    const settling = receipts.settle(receipt(id, 'delivered'))
    await other.query('commit')
    await settling
  } finally {
    other.release()
  }
  expect(await state(one, id)).toMatchObject({ status: 'delivered', attempts: ['delivered'], due: null })
})

test('receipts of one message that come at the same time move it as they would one after the other', async () => {
  const { node: one, receipts } = await start({ sms: [scripted(() => ACCEPTED)] })
  const id = await one.delivery.intake.addSms(message())
  await until(async () => (await state(one, id))['status'] === 'sent')
  const gone = receipt(id, 'undelivered', { failure: failure('permanent', 'unreachable', { status: 'undelivered' }) })
  await Promise.all([gone, receipt(id, 'sent'), receipt(id, 'delivered'), gone].map((r) => receipts.settle(r)))
  expect(await state(one, id)).toMatchObject({ status: 'delivered', attempts: ['delivered'], due: null })
})

test('a message whose words were erased after a receipt was read is not sent again for it', async () => {
  const { node: one, receipts } = await start({ sms: [scripted(() => ACCEPTED)] })
  const id = (await one.delivery.intake.addSms(message())) ?? 0
  await until(async () => (await state(one, id))['status'] === 'sent')
  const busy = receipt(id, 'undelivered', { failure: failure('transient', 'queue_overflow') })
  const [read] = await readAttempts(one.db, [busy])
  const move = decideReceipt(busy, read ?? expect.unreachable(), 0)
  expect(move.resendMs).toBe(60_000)
  await ask(one, `update messages set subject = '', body = '', text = null where id = $1`, [id])
  expect(await applyReceipts(one.db, [move])).toEqual(new Set())
  await receipts.settle(busy)
  expect(await state(one, id)).toMatchObject({ status: 'failed', reason: 'queue_overflow', due: null })
})
