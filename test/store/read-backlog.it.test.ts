import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDb, type Db } from '../../src/store/db.ts'
import { readBacklog, readBacklogByKey } from '../../src/store/nodes/read-backlog.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await createTestDatabase()
  const limits = { statementTimeoutMs: 60_000, queryTimeoutMs: 60_000 }
  db = createDb(database.url, { max: 2, name: 'test', ...limits }, () => undefined)
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

/** Messages from `first` on, of one key, in `due` as the intake writes them. */
async function wait(first: number, count: number, keyId: number | null, action = 'send'): Promise<void> {
  await db.query(`insert into clients (contact) values ('+201009129288') on conflict do nothing`)
  await db.query(
    `insert into messages (id, client_id, subject, body, segments, encoding, provider, expires_at, status, key_id)
     select id, (select id from clients limit 1), 's', 'b', 1, 'gsm7', 'sandbox', now() + interval '1 day', 'queued', $3
     from generate_series($1::bigint, $1::bigint + $2::integer - 1) id`,
    [first, count, keyId],
  )
  await db.query(
    `insert into due (message_id, lane, action, run_at, expires_at)
     select id, 'sandbox:marketing', $3, now() + interval '1 hour', now() + interval '1 day'
     from generate_series($1::bigint, $1::bigint + $2::integer - 1) id`,
    [first, count, action],
  )
}

it('an empty queue holds nothing', async () => {
  expect(await readBacklog(db)).toBe(0)
  expect([...(await readBacklogByKey(db))]).toEqual([])
})

it('what waits is counted, for each key and for whoever has none; what providers are asked about does not wait', async () => {
  await wait(1, 30, 7)
  await wait(31, 12, null)
  await wait(43, 5, 7, 'reconcile')
  await db.query(`insert into notifications (id, key_id, provider, expires_at, topic, title, body, targets)
    values (1, 8, 'sandbox', now() + interval '1 day', 'news', 't', 'b', 900)`)
  await db.query(`insert into push_chunks (notification_id, size, lane) values (1, 900, 'sandbox:marketing')`)
  await db.query(
    `insert into push_chunks (notification_id, size, lane, done_at) values (1, 900, 'sandbox:marketing', now())`,
  )
  expect(await readBacklog(db)).toBe(942)
  expect(new Map(await readBacklogByKey(db))).toEqual(
    new Map([
      [7, 30],
      [null, 12],
      [8, 900],
    ]),
  )
})

it('a long queue is estimated, each key by its share', async () => {
  await wait(1_000, 30_000, 7)
  await wait(50_000, 10_000, 9)
  expect(await readBacklog(db)).toBe(40_942)
  const byKey = await readBacklogByKey(db)
  // From two of five pages: off by more than half is one case in millions.
  for (const [key, count] of [
    [7, 30_030],
    [9, 10_000],
  ] as const) {
    expect(byKey.get(key)).toBeGreaterThan(count * 0.5)
    expect(byKey.get(key)).toBeLessThan(count * 1.5)
  }
})
