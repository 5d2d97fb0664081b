import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDb, type Db } from '../../src/store/db.ts'
import { forgetDeliveries } from '../../src/store/webhooks/webhook-past.ts'
import { claimDeliveries, settleDeliveries, type SettledDelivery } from '../../src/store/webhooks/webhook-work.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await createTestDatabase()
  db = createDb(
    database.url,
    { max: 2, name: 'test', statementTimeoutMs: 15_000, queryTimeoutMs: 16_000 },
    () => undefined,
  )
})

beforeEach(async () => {
  await db.query('truncate webhooks, webhook_deliveries, webhook_attempts restart identity')
  await db.query(`insert into webhooks (url, types, secret) values ('https://example.com/', '{*}', '')`)
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

const OWNER = 7

/** Deliveries that `OWNER` holds, of events from `xid` on. */
async function insertDeliveries(xid: number, count: number): Promise<void> {
  await db.query(
    `insert into webhook_deliveries (webhook_id, event_xid, event_id, type, owner)
      select 1, $1::text::xid8, n, 'sms.sent', $3 from generate_series(1, $2) as n`,
    [xid, count, OWNER],
  )
}

function refused(id: number, pauseSeconds: number | null): SettledDelivery {
  const startedAt = new Date('2026-03-01T12:00:00.000Z')
  const finishedAt = new Date('2026-03-01T12:00:14.250Z')
  return {
    id,
    startedAt,
    finishedAt,
    status: 429,
    failure: null,
    excerpt: null,
    verdict: 'again',
    waitSeconds: 5,
    pauseSeconds,
  }
}

async function ask(statement: string): Promise<readonly object[]> {
  return (await db.query<object>(statement)).rows
}

test('a receiver that asks for less time than before is left alone for as long as it asked at first', async () => {
  await insertDeliveries(1, 3)
  await settleDeliveries(db, OWNER, [refused(1, 3_600)], 432_000)
  const [asked] = await ask('select not_before from webhooks')
  await settleDeliveries(db, OWNER, [refused(2, 1)], 432_000)
  await settleDeliveries(db, OWNER, [refused(3, null)], 432_000)
  expect(asked).toEqual({ not_before: expect.any(Date) as Date })
  expect(await ask('select not_before from webhooks')).toEqual([asked])
})

test('a fast webhook gets its share, any other one try at a time, and slow ones together so many as have room', async () => {
  await db.query(
    `insert into webhooks (url, types, secret) select 'https://example.com/', '{*}', '' from generate_series(2, 9)`,
  )
  await db.query('update webhooks set failing_since = now() where id = 9')
  await db.query(
    `insert into webhook_deliveries (webhook_id, event_xid, event_id, type, next_at)
      select w, '1', n, 'sms.sent', now() from generate_series(1, 9) as w, generate_series(1, 20) as n`,
  )
  const slow = new Map([[2, false], [3, false], ...[4, 5, 6, 7, 9].map((id) => [id, true] as const)])
  const room = { perWebhook: 8, room: 100, failingRoom: 2, slowRoom: 2, slow, busy: new Map([[3, 2]]) }
  const claimed = await claimDeliveries(db, OWNER, room)
  const countOf = (...ids: number[]): number => claimed.filter(({ webhookId }) => ids.includes(webhookId)).length
  expect([1, 2, 3, 8, 9].map((id) => countOf(id))).toEqual([1, 8, 6, 1, 1])
  expect(countOf(4, 5, 6, 7)).toBe(2)
})

test('a try is stored with the time it ended at, however late that is stored', async () => {
  await insertDeliveries(1, 1)
  const tried = refused(1, null)
  await settleDeliveries(db, OWNER, [tried], 432_000)
  const { startedAt, finishedAt } = tried
  expect(await ask('select started_at, finished_at from webhook_attempts')).toEqual([
    { started_at: startedAt, finished_at: finishedAt },
  ])
})

test('deliveries of another server’s events are forgotten, and those of events that are kept no more after them', async () => {
  await insertDeliveries(999_999_999_999, 1_500)
  await insertDeliveries(2, 1)
  await insertDeliveries(3, 1)
  await db.query(`update event_log set gone_xid = '3'`)
  while (await forgetDeliveries(db)) await Promise.resolve()
  expect(await ask('select event_xid from webhook_deliveries')).toEqual([{ event_xid: '3' }])
})
