import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, type Db } from '../../src/store/db.ts'
import { readMessage } from '../../src/store/sms/read-messages.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const STARTED = new Date('2026-03-01T14:02:11.000Z')

let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await createTestDatabase()
  db = createDb(
    database.url,
    { max: 2, name: 'reads', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 },
    () => undefined,
  )
  await db.query(`insert into clients (contact) values ('+201009129288')`)
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

async function insertMessage(columns: string, values: readonly unknown[]): Promise<number> {
  const places = values.map((_, index) => `$${index + 1}`).join(', ')
  const { rows } = await db.query<{ id: number }>(
    `insert into messages (client_id, subject, body, ${columns}) values (1, 'Hello', 'Your code is 482913', ${places}) returning id`,
    [...values],
  )
  return rows[0]?.id ?? 0
}

test('a message that was never given out is not there', async () => {
  expect(await readMessage(db, 1_000_000)).toBeNull()
  expect(await readMessage(db, Number.MAX_SAFE_INTEGER)).toBeNull()
})

test('a message that waits has no attempts yet', async () => {
  const id = await insertMessage('tag, category', ['login', 'otp'])
  expect(await readMessage(db, id)).toMatchObject({
    id,
    contact: '+201009129288',
    subject: 'Hello',
    body: 'Your code is 482913',
    tag: 'login',
    category: 'otp',
    sender: null,
    status: 'queued',
    segments: 1,
    encoding: 'gsm7',
    uncertainAttempts: 0,
    attempts: [],
  })
})

test('the attempt that is under way is shown, though only its outcome is written down', async () => {
  const id = await insertMessage('status, provider, attempt, started_at', ['sending', 'twilio', 2, STARTED])
  await db.query(
    `insert into attempts (message_id, number, provider, status, reason, started_at) values ($1, 1, 'twilio', 'failed', 'timeout', $2)`,
    [id, STARTED],
  )
  const message = await readMessage(db, id)
  expect(message?.attempts).toEqual([
    {
      number: 1,
      provider: 'twilio',
      providerMessageId: null,
      status: 'failed',
      reason: 'timeout',
      startedAt: STARTED,
      finishedAt: null,
    },
    {
      number: 2,
      provider: 'twilio',
      providerMessageId: null,
      status: 'sending',
      reason: null,
      startedAt: STARTED,
      finishedAt: null,
    },
  ])
})

test('attempts stand in their order, and none twice', async () => {
  const id = await insertMessage('status, attempt, provider_message_id', ['delivered', 3, 'SM3'])
  for (const number of [3, 1, 2]) {
    await db.query(
      `insert into attempts (message_id, number, provider, provider_message_id, status) values ($1, $2, 'twilio', $3, 'sent')`,
      [id, number, `SM${number}`],
    )
  }
  const message = await readMessage(db, id)
  expect(message?.attempts.map((attempt) => attempt.providerMessageId)).toEqual(['SM1', 'SM2', 'SM3'])
  expect(message?.providerMessageId).toBe('SM3')
})
