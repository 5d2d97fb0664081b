import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, type Db } from '../../src/store/db.ts'
import { readDeliveries, readDeliveriesOf } from '../../src/store/push/read-deliveries.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await createTestDatabase()
  db = createDb(
    database.url,
    { max: 2, name: 'reads', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 },
    () => undefined,
  )
  await db.query(`insert into tokens (token, kind) select 'token-' || i, case when i % 10 = 0 then 'fid' else 'token' end
    from generate_series(1, 1000) i`)
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

async function insertNotification(targets: number, tally: object = {}): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `insert into notifications (title, body, targets, tally, content) values ('Hello', 'There', $1, $2, '{"data": {"a": "b"}}') returning id`,
    [targets, tally],
  )
  return rows[0]?.id ?? 0
}

interface Chunk {
  readonly tokenIds: readonly number[]
  readonly started?: number
  /** Indexes. */
  readonly settled?: readonly number[]
  readonly tally?: object
  readonly done?: boolean
}

async function insertChunk(notificationId: number, chunk: Chunk): Promise<void> {
  const { tokenIds, started = 0, settled = [], tally = {}, done = false } = chunk
  const bits = Buffer.alloc(Math.ceil((Math.max(-1, ...settled) + 1) / 8))
  for (const index of settled) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
  await db.query(
    `insert into push_chunks (notification_id, token_ids, size, lane, started, settled, tally, done_at)
      values ($1, $2, $3, 'fcm:transactional', $4, $5, $6, case when $7 then now() end)`,
    [notificationId, tokenIds, tokenIds.length, started, bits, tally, done],
  )
}

async function insertRow(
  notificationId: number,
  tokenId: number,
  status: string,
  reason: string | null,
): Promise<void> {
  await db.query(`insert into tokennotifications (notification_id, token_id, status, reason) values ($1, $2, $3, $4)`, [
    notificationId,
    tokenId,
    status,
    reason,
  ])
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('a notification that was never given out is not there, nor are its targets', async () => {
  expect(await readNotification(db, 1_000_000)).toBeNull()
  expect(await readDeliveries(db, 1_000_000, 10, 0)).toBeNull()
})

test('every target is counted once, whether it ended, is under way, or waits', async () => {
  const id = await insertNotification(31, { suppressed: 1 })
  await insertChunk(id, {
    tokenIds: range(1, 10),
    started: 10,
    settled: range(0, 9),
    tally: { sent: 8, failed: 1 },
    done: true,
  })
  // One of the first ten is tried again in a chunk of its own.
  await insertChunk(id, { tokenIds: [10] })
  await insertChunk(id, { tokenIds: range(11, 30), started: 12, settled: [0, 1, 11], tally: { sent: 3 } })
  const notification = await readNotification(db, id)
  expect(notification?.counts).toEqual({ suppressed: 1, sent: 11, failed: 1, sending: 9, queued: 9 })
  expect(Object.values(notification?.counts ?? {}).reduce((sum, count) => sum + count, 0)).toBe(31)
  expect(notification).toMatchObject({
    id,
    title: 'Hello',
    body: 'There',
    topic: null,
    targets: 31,
    content: { data: { a: 'b' } },
  })
})

test('a push to a topic is one target', async () => {
  const { rows } = await db.query<{ id: number }>(
    `insert into notifications (title, body, topic) values ('Hello', 'There', 'news') returning id`,
  )
  const id = rows[0]?.id ?? 0
  await db.query(
    `insert into push_chunks (notification_id, size, lane, started, settled, tally, done_at) values ($1, 1, 'l', 1, '\\x01', '{"sent": 1}', now())`,
    [id],
  )
  expect(await readNotification(db, id)).toMatchObject({ topic: 'news', targets: 1, counts: { sent: 1 } })
  expect(await readDeliveries(db, id, 10, 0)).toEqual([])
})

test('targets of a short list are read from their rows, and those with the provider are shown so', async () => {
  const id = await insertNotification(3)
  await insertChunk(id, { tokenIds: [1, 2, 3], started: 2, settled: [0], tally: { failed: 1 } })
  await insertRow(id, 1, 'failed', 'unregistered')
  await insertRow(id, 2, 'queued', null)
  await insertRow(id, 3, 'queued', null)
  const deliveries = await readDeliveries(db, id, 10, 0)
  expect(deliveries?.map(({ token, status, reason }) => [token, status, reason])).toEqual([
    ['token-1', 'failed', 'unregistered'],
    ['token-2', 'sending', null],
    ['token-3', 'queued', null],
  ])
})

test('a target that may have been sent, and one that is tried again, are shown once and as they stand', async () => {
  const id = await insertNotification(2)
  await insertChunk(id, { tokenIds: [1, 2, 3], started: 3, settled: [0, 1], tally: { uncertain: 1 } })
  await insertChunk(id, { tokenIds: [2] })
  await insertRow(id, 1, 'uncertain', 'timeout')
  await insertRow(id, 2, 'queued', null)
  const deliveries = await readDeliveries(db, id, 10, 0)
  expect(deliveries?.map(({ token, status }) => [token, status])).toEqual([
    ['token-1', 'uncertain'],
    ['token-2', 'queued'],
    ['token-3', 'sending'],
  ])
})

test('targets of a long list that have no row yet are read from their chunk, page by page, each once', async () => {
  const id = await insertNotification(500)
  const settled = range(0, 249).filter((index) => index % 2 === 0)
  await insertChunk(id, { tokenIds: range(1, 500).toReversed(), started: 250, settled, tally: { sent: 125 } })
  for (const index of settled) await insertRow(id, 500 - index, 'sent', null)
  const seen = []
  let after = 0
  for (;;) {
    const page = (await readDeliveries(db, id, 70, after)) ?? []
    seen.push(...page)
    after = page.at(-1)?.tokenId ?? 0
    if (page.length < 70) break
  }
  expect(seen.map((delivery) => delivery.tokenId)).toEqual(range(1, 500))
  const counts = new Map<string, number>()
  for (const { status } of seen) counts.set(status, (counts.get(status) ?? 0) + 1)
  expect(Object.fromEntries(counts)).toEqual({ sent: 125, sending: 125, queued: 250 })
  expect(seen.filter((delivery) => delivery.kind === 'fid')).toHaveLength(50)
  expect(seen.every((delivery) => delivery.updatedAt instanceof Date)).toBe(true)
})

test('those of one status are found page by page, however few they are, and none beside them', async () => {
  const id = await insertNotification(300)
  const failed = new Set([7, 8, 9, 200])
  await insertChunk(id, {
    tokenIds: range(1, 200),
    started: 200,
    settled: range(0, 189),
    tally: { sent: 186, failed: 4 },
  })
  await insertChunk(id, { tokenIds: range(201, 300), started: 10 })
  for (const token of range(1, 190)) await insertRow(id, token, failed.has(token) ? 'failed' : 'sent', null)
  const all = (await readDeliveries(db, id, 1_000, 0)) ?? []
  for (const status of ['sent', 'failed', 'sending', 'queued', 'expired'] as const) {
    const seen = []
    let pages = 0
    for (let after: number | null = 0; after !== null; pages += 1) {
      const from: number = after
      const page = await readDeliveriesOf(db, id, status, 2, from, 40)
      seen.push(...(page?.rows ?? []))
      after = page?.next ?? null
    }
    expect(seen).toEqual(all.filter((one) => one.status === status))
    expect(pages).toBeGreaterThanOrEqual(300 / 40)
  }
  expect(await readDeliveriesOf(db, 1_000_000, 'sent', 10, 0)).toBeNull()
})
