import { afterEach, beforeEach, expect, it } from 'vitest'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

/** Far less than the minute after which each part looks by itself. */
const SOON_MS = 20_000

let database: TestDatabase
let db: pg.Pool
let node: WholeNode

beforeEach(async () => {
  database = await createTestDatabase()
  db = new pg.Pool({ connectionString: database.url, max: 2 })
  node = await startWholeNode(database.url)
  await db.query(`insert into clients (contact) values ('+15005550006')`)
})

afterEach(async () => {
  await node.app.stop()
  await db.end()
  await database.drop()
})

async function is(statement: string): Promise<boolean> {
  return (await db.query<{ is: boolean }>(`select (${statement}) as is`)).rows[0]?.is === true
}

/** As it stands there when another node has left it. */
async function leaveSms(id: number, status: string, action: string): Promise<void> {
  await db.query(
    `insert into messages (id, client_id, subject, body, segments, encoding, provider, provider_message_id, expires_at, status)
     select $1, id, 's', 'b', 1, 'gsm7', 'sandbox', 'theirs', now() + interval '1 day', $2 from clients`,
    [id, status],
  )
  await db.query(
    `insert into due (message_id, lane, action, run_at, expires_at)
     values ($1, 'sandbox:transactional', $2, now(), now() + interval '1 day')`,
    [id, action],
  )
}

it('what another node has left is sent, and asked after, long before a minute is over', async () => {
  await leaveSms(1, 'queued', 'send')
  await until(() => is(`select status <> 'queued' from messages where id = 1`), SOON_MS)
  await leaveSms(2, 'sent', 'poll')
  await until(
    () => is(`select not exists (select from due where message_id = 2 and round = 0 and run_at <= now())`),
    SOON_MS,
  )
})

it('a fallback that another node entered is looked at when its time has come', async () => {
  await db.query(`insert into notifications (id, provider, expires_at, topic, title, body, targets)
    values (1, 'sandbox', now() + interval '1 day', 'news', 't', 'b', 1)`)
  await db.query(`insert into fallbacks (notification_id, contact, sms, unless, after_seconds, deadline_at, due_at)
    values (1, '+15005550006', '{}', 'received', 60, now() + interval '1 hour', now() + interval '1 second')`)
  await until(() => is('select due_at = deadline_at from fallbacks'), SOON_MS)
  expect(await is(`select state = 'waiting' from fallbacks`)).toBe(true)
})

it('a webhook that was made through another node is told of what happens', async () => {
  await db.query(`insert into webhooks (url, types, secret) values ('https://example.com/', '{*}', '')`)
  await leaveSms(1, 'sent', 'poll')
  await db.query(`insert into events (type, message_id, client_id) select 'sms.sent', 1, id from clients`)
  await until(() => is('select exists (select from webhook_deliveries)'), SOON_MS)
})
