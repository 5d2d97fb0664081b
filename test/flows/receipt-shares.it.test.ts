import { afterAll, beforeAll, expect, test } from 'vitest'
import { createReceiptShares } from '../../src/flows/receipts/receipt-shares.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { readMessage, type MessageRecord } from '../../src/store/sms/read-messages.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await createTestDatabase()
  db = createDb(
    database.url,
    { max: 2, name: 'shares', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 },
    () => undefined,
  )
  await db.query(`insert into clients (contact) values ('+201009129288'), ('+33612345678')`)
  await plant(1, 'delivered', 50, '8 days')
  await plant(1, 'sent', 12, '2 hours')
  await plant(1, 'delivered', 7, '2 hours')
  await plant(1, 'undelivered', 1, '2 hours')
  await plant(2, 'delivered', 19, '2 hours')
  await plant(1, 'sent', 50, '10 minutes')
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

async function plant(client: number, status: string, count: number, age: string): Promise<void> {
  await db.query(
    `insert into messages (client_id, subject, body, status, provider, provider_message_id, time)
     select $1, 's', 'b', $2, 'carrier', 'theirs', now() - $3::interval from generate_series(1, $4::integer)`,
    [client, status, age, count],
  )
}

async function newest(client: number, status: string): Promise<MessageRecord> {
  const { rows } = await db.query<{ id: number }>(
    'select max(id) as id from messages where client_id = $1 and status = $2',
    [client, status],
  )
  const found = await readMessage(db, rows[0]?.id ?? 0)
  if (found === null) throw new Error('it was just planted')
  return found
}

test('what can be expected of a message is how many of the last week’s its provider told the end of, but for the last hour’s', async () => {
  const shares = createReceiptShares({ db, now: () => new Date(), monotonic: () => performance.now() })
  expect((await shares.expecting(await newest(1, 'sent'))).expected).toEqual({ messages: 20, receipts: 8 })
})

test('nothing is expected of what has ended, nor by fewer than twenty', async () => {
  const shares = createReceiptShares({ db, now: () => new Date(), monotonic: () => performance.now() })
  expect((await shares.expecting(await newest(1, 'delivered'))).expected).toBeUndefined()
  const few = { ...(await newest(2, 'delivered')), status: 'sent' as const }
  expect((await shares.expecting(few)).expected).toBeUndefined()
})

test('the shares of all ways are told by provider and country, but for those of fewer than twenty', async () => {
  const shares = createReceiptShares({ db, now: () => new Date(), monotonic: () => performance.now() })
  expect(await shares.list()).toEqual([{ provider: 'carrier', country: 'EG', messages: 20, receipts: 8 }])
})

test('one count serves for minutes', async () => {
  const clock = { ms: 0 }
  const shares = createReceiptShares({ db, now: () => new Date(), monotonic: () => clock.ms })
  const message = await newest(1, 'sent')
  const before = (await shares.expecting(message)).expected
  await db.query(`update messages set status = 'delivered' where status = 'sent' and time < now() - interval '1 hour'`)
  expect((await shares.expecting(message)).expected).toEqual(before)
  clock.ms = 300_001
  expect((await shares.expecting(message)).expected).toEqual({ messages: 20, receipts: 20 })
})
