import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createDb, type Db } from '../../src/store/db.ts'
import { readGlance, type Glance } from '../../src/store/nodes/glance.ts'
import { registerNode } from '../../src/store/nodes/nodes.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Db
let owner: number

const LANES = { sms: ['plain:otp', 'asked:otp'], push: ['fcm:otp'], asked: ['asked:otp'] }
const NOTHING = { pauses: [], pushes: [], cancelled: [], sms: false, push: false, asks: false }
const QUIET: Glance = { ...NOTHING, fallbacks: false, neighbours: false, webhooks: false }

beforeAll(async () => {
  database = await createTestDatabase()
  const limits = { statementTimeoutMs: 60_000, queryTimeoutMs: 60_000 }
  db = createDb(database.url, { max: 2, name: 'test', ...limits }, () => undefined)
  owner = (await registerNode(db, { name: 'here', machine: null, pid: 1, version: '0' })).id
  await db.query(`insert into clients (contact) values ('+15005550006')`)
  await db.query(`insert into messages (id, client_id, subject, body, segments, encoding, provider, expires_at, status)
    select 1, id, 's', 'b', 1, 'gsm7', 'plain', now() + interval '1 day', 'queued' from clients`)
  await db.query(`insert into notifications (id, provider, expires_at, topic, title, body, targets)
    values (1, 'fcm', now() + interval '1 day', 'news', 't', 'b', 1)`)
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

beforeEach(async () => {
  for (const table of ['due', 'fallbacks', 'push_chunks', 'webhooks', 'paused_pushes'])
    await db.query(`delete from ${table}`)
  await db.query('delete from nodes where id <> $1', [owner])
})

function look(): Promise<Glance> {
  return readGlance(db, owner, LANES)
}

async function waits(lane: string, action: string, inSeconds: number, of: number | null = null): Promise<void> {
  await db.query(
    `insert into due (message_id, lane, action, run_at, expires_at, owner)
     values (1, $1, $2, now() + make_interval(secs => $3), now() + interval '1 day', $4)`,
    [lane, action, inSeconds, of],
  )
}

it('where nothing is there, nothing is seen', async () => {
  expect(await look()).toEqual(QUIET)
})

it('an SMS is seen when it is due, nobody’s, and in a lane of this node', async () => {
  await waits('plain:otp', 'send', 60)
  await waits('plain:otp', 'send', -1, owner)
  await waits('gone:otp', 'send', -1)
  expect(await look()).toEqual(QUIET)
  await waits('asked:otp', 'send', -1)
  expect(await look()).toEqual({ ...QUIET, sms: true })
})

it('a question is seen where its provider can be asked', async () => {
  await waits('plain:otp', 'poll', -1)
  await waits('asked:otp', 'reconcile', 60)
  expect(await look()).toEqual(QUIET)
  await waits('asked:otp', 'reconcile', -1)
  expect(await look()).toEqual({ ...QUIET, asks: true })
})

it('a chunk of a push is seen unless the push is paused', async () => {
  await db.query(`insert into push_chunks (notification_id, size, lane) values (1, 1, 'fcm:otp')`)
  expect(await look()).toEqual({ ...QUIET, push: true })
  await db.query(`insert into paused_pushes (notification_id, caller) values (1, 'tests')`)
  expect(await look()).toEqual({ ...QUIET, pushes: [1] })
})

it('a fallback is seen from its time on, and until it has come to its end', async () => {
  await db.query(`insert into fallbacks (notification_id, contact, sms, unless, after_seconds, deadline_at, due_at)
    values (1, '+15005550006', '{}', 'received', 60, now() + interval '1 minute', now() + interval '1 minute')`)
  expect(await look()).toEqual(QUIET)
  await db.query('update fallbacks set due_at = now()')
  expect(await look()).toEqual({ ...QUIET, fallbacks: true })
  await db.query(`update fallbacks set state = 'cancelled', done_at = now()`)
  expect(await look()).toEqual(QUIET)
})

it('a webhook is seen while it is enabled', async () => {
  await db.query(`insert into webhooks (url, types, secret) values ('https://example.com/', '{*}', '')`)
  expect(await look()).toEqual({ ...QUIET, webhooks: true })
  await db.query(`update webhooks set disabled_at = now(), disabled_reason = 'caller'`)
  expect(await look()).toEqual(QUIET)
})

it('another node is seen until nothing of it is left', async () => {
  const { id } = await registerNode(db, { name: 'there', machine: null, pid: 2, version: '0' })
  expect(await look()).toEqual({ ...QUIET, neighbours: true })
  await db.query('update nodes set ended_at = now() where id = $1', [id])
  expect(await look()).toEqual({ ...QUIET, neighbours: true })
  await db.query('update nodes set emptied_at = now() where id = $1', [id])
  expect(await look()).toEqual(QUIET)
})
