import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeSmsc, type FakeSmsc } from '../src/fakes/smsc.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

let database: TestDatabase
let fake: FakeSmsc
let node: WholeNode
let db: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase()
  fake = await startFakeSmsc({ repeatMs: 20, responseIds: 'hex', receiptIds: 'decimal' })
  node = await startWholeNode(database.url, {
    AUTH: 'off',
    CAPS: 'off',
    PUMPING: 'off',
    SMS_RATE_LIMIT_PER_MINUTE: '0',
    SMPP_URL: `smpp://look-alike:secret08@127.0.0.1:${fake.port}?from=%2B15005550006&message_id=hex-dec&binds=2`,
  })
  db = new pg.Pool({ connectionString: database.url, max: 1 })
  await until(() => fake.binds() === 2)
})

afterAll(async () => {
  await db.end()
  await node.app.stop()
  await fake.close()
  await database.drop()
})

type Json = Record<string, unknown>

async function post(contact: string, more: Json = {}): Promise<number> {
  const body = JSON.stringify({ contact, subject: 'Hello', message: 'Your parcel is at the door', ...more })
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
  const answer = (await (await fetch(`${node.url}/smss`, init)).json()) as Json
  const id = answer['message_id']
  if (typeof id !== 'number') throw new Error(JSON.stringify(answer))
  return id
}

async function settled(id: number, ...statuses: readonly string[]): Promise<Json> {
  return until(async () => {
    const { data } = (await (await fetch(`${node.url}/smss/${id}`)).json()) as { data: Json }
    return statuses.includes(String(data['status'])) ? data : null
  })
}

/** The log's line of the message's attempt, and how long until its next one. */
async function attemptLine(id: number): Promise<Json> {
  return until(() => {
    const lines = node.lines.map((line) => JSON.parse(line) as Json)
    return lines.find((line) => line['event'] === 'attempt' && line['message_id'] === id) ?? null
  })
}

test('a message goes out and its receipt ends it', async () => {
  const data = await settled(await post('+201009129288'), 'delivered')
  expect(data).toMatchObject({ provider: 'smpp', reason: null })
  expect(data['provider_message_id']).toMatch(/^\d+$/)
})

test('a long one is delivered when all of its parts are', async () => {
  const before = fake.messages().length
  const data = await settled(await post('+201009129288', { message: 'long '.repeat(80) }), 'delivered')
  expect(data).toMatchObject({ segments: 3 })
  // They went over two binds, whose messages overtake each other.
  const parts = fake
    .messages()
    .slice(before)
    .toSorted((a, b) => (a.segment?.number ?? 0) - (b.segment?.number ?? 0))
  expect(parts.map(({ text }) => text).join('')).toContain('long '.repeat(80).trim())
})

test.each([
  ['+15006000200', 'queue_full', 30_000],
  ['+15006000080', 'provider_error', 30_000],
  ['+15006000690', 'submit_failed', 60_000],
])('%s is tried again later (%s)', async (contact, reason, waitMs) => {
  const line = await attemptLine(await post(contact))
  expect(line).toMatchObject({ reason, status: 'queued', next: 'send' })
  // A wait is lengthened by up to a fifth.
  expect(line['wait_ms']).toBeGreaterThanOrEqual(waitMs)
  expect(line['wait_ms']).toBeLessThanOrEqual(waitMs * 1.2 + 1)
})

test.each([
  ['+15006000110', 'failed', 'invalid_number'],
  ['+15006000100', 'failed', 'invalid_sender'],
  ['+15006001020', 'failed', 'rejected'],
  ['+15006000115', 'undelivered', 'undeliverable'],
  ['+15006000043', 'expired', 'validity_expired'],
])('%s ends as %s (%s)', async (contact, status, reason) => {
  expect(await settled(await post(contact), status)).toMatchObject({ status, reason })
})

test('what is throttled costs no attempt and goes out after the pause', async () => {
  const id = await post('+15007010000')
  await settled(id, 'sent', 'delivered')
  const { rows } = await db.query(`select attempt, attempts_counted from messages where id = $1`, [id])
  expect(rows).toEqual([{ attempt: 2, attempts_counted: 1 }])
})

test('what was taken before the connection was cut is in doubt, and is not sent again', async () => {
  const before = fake.messages().length
  expect(await settled(await post('+15007120000', { on_uncertain: 'fail' }), 'uncertain')).toMatchObject({
    reason: 'connection_lost',
  })
  await until(() => fake.binds() === 2)
  expect(fake.messages().length).toBe(before + 1)
})

test('what waits while no bind is up goes out when one is', async () => {
  const id = await (async () => {
    fake.cut()
    return post('+201009129288')
  })()
  await settled(id, 'sent', 'delivered')
})

test('somebody who texts is heard', async () => {
  expect(await fake.text('+201009129288', '+15005550006', 'Is it there?')).toEqual(['ESME_ROK'])
  const { rows } = await db.query(`select count(*)::integer as count from inbound`)
  expect(rows).toEqual([{ count: 1 }])
})
