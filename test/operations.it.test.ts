import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { blocksOf } from './support/documents.ts'

let database: TestDatabase
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})

afterAll(async () => {
  await client.end()
  await database.drop()
})

it('after the statements for a restored backup nothing in it waits to be sent', async () => {
  const statements = blocksOf('docs/backup.md').find((block) => block.language === 'sql')
  await client.query(`
    insert into clients (contact) values ('+201009129288');
    insert into messages (client_id, subject, body, status) select id, 'Hello', 'A text', 'queued' from clients;
    insert into due (message_id, lane, action, run_at, expires_at)
      select id, 'sandbox:transactional', 'send', now(), expires_at from messages;
    insert into notifications (title, body, topic) values ('Hello', 'A text', 'news');
    insert into push_chunks (notification_id, size, lane) select id, 1, 'sandbox:transactional' from notifications;`)
  expect(await waiting()).toBe(3)
  await client.query(statements?.text ?? '')
  expect(await waiting()).toBe(0)
})

async function waiting(): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`
    select ((select count(*) from messages where status in ('queued', 'sending')) + (select count(*) from due)
      + (select count(*) from push_chunks where done_at is null))::integer as count`)
  return rows[0]?.count ?? -1
}
