import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetOld } from '../../src/flows/past/retention.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const log = pino({ level: 'silent' })
let database: TestDatabase
let db: Db

beforeEach(async () => {
  database = await createTestDatabase()
  const options = { max: 4, name: 'retention', statementTimeoutMs: 10_000, queryTimeoutMs: 11_000 }
  db = createDb(database.url, options, () => undefined)
  await db.query(`insert into clients (contact) values ('+201009129288')`)
})

afterEach(async () => {
  await db.end()
  await database.drop()
})

const round = (keepBodiesDays: number, keepMessagesDays: number, keepEventsDays = 0): Promise<boolean> =>
  forgetOld({ db, log, keepBodiesDays, keepMessagesDays, keepEventsDays })

/** One SMS, so many days old. */
async function insert(days: number, status: string, more: Record<string, unknown> = {}): Promise<number> {
  const columns = { client_id: 1, subject: 'Hello', body: 'text', status, ...more }
  const names = Object.keys(columns)
  const { rows } = await db.query<{ id: number }>(
    `insert into messages (time, ${names.join(', ')})
     values (now() - make_interval(days => $1), ${names.map((_, index) => `$${index + 2}`).join(', ')}) returning id`,
    [days, ...Object.values(columns)],
  )
  const id = rows[0]?.id ?? 0
  await db.query(`insert into attempts (message_id, number, provider, status) values ($1, 1, 'sandbox', 'sent')`, [id])
  await db.query(
    `insert into sms_parts (message_id, attempt, number, total, reference, provider, status) values ($1, 1, 1, 2, 7, 'smpp', 'sent')`,
    [id],
  )
  return id
}

async function left(): Promise<{ id: number; body: string }[]> {
  return (await db.query<{ id: number; body: string }>('select id, body from messages order by id')).rows
}

test('nothing is forgotten unless it is asked for', async () => {
  await insert(5_000, 'delivered')
  expect(await round(0, 0)).toBe(false)
  expect(await left()).toEqual([{ id: 1, body: 'text' }])
})

test('texts that are old enough are emptied, the message stays', async () => {
  await insert(31, 'delivered', { text: 'Acme: text', tlvs: { '0x1400': 'text' } })
  await insert(29, 'delivered')
  await round(30, 0)
  expect(await left()).toEqual([
    { id: 1, body: '' },
    { id: 2, body: 'text' },
  ])
  const { rows } = await db.query('select subject, text, tlvs, status from messages where id = 1')
  expect(rows).toEqual([{ subject: '', text: null, tlvs: null, status: 'delivered' }])
})

test('messages that are old enough go with their attempts and parts', async () => {
  await insert(31, 'failed')
  await insert(29, 'failed')
  expect(await round(0, 30)).toBe(true)
  expect(await round(0, 30)).toBe(false)
  expect(await left()).toEqual([{ id: 2, body: 'text' }])
  expect((await db.query('select message_id from attempts')).rows).toEqual([{ message_id: 2 }])
  expect((await db.query('select message_id from sms_parts')).rows).toEqual([{ message_id: 2 }])
})

test('what has not come to its end is kept, and forgotten once it has', async () => {
  const [owned, waiting, scheduled] = [
    await insert(31, 'queued', { owner: 7 }),
    await insert(31, 'sent'),
    await insert(31, 'scheduled'),
  ]
  const last = await insert(31, 'delivered')
  await db.query(
    `insert into due (message_id, lane, action, run_at, expires_at) values ($1, 'x', 'poll', now(), now()), ($2, 'x', 'send', now(), now())`,
    [waiting, scheduled],
  )
  await round(0, 30)
  expect((await left()).map(({ id }) => id)).toEqual([owned, waiting, scheduled])
  expect(await left()).not.toContainEqual({ id: last, body: 'text' })

  await db.query(`delete from due where message_id = $1`, [waiting])
  await db.query(`update messages set status = 'delivered', owner = null where id = $1`, [owned])
  await round(0, 30)
  expect((await left()).map(({ id }) => id)).toEqual([scheduled])
  expect((await db.query('select kind, id from retention_left')).rows).toEqual([{ kind: 'sms', id: scheduled }])
})

test('a round that was broken off, or comes twice, changes nothing more', async () => {
  for (let count = 0; count < 5; count++) await insert(31, 'delivered')
  await insert(1, 'delivered')
  await Promise.all([round(30, 0), round(30, 0), round(30, 0)])
  await round(30, 0)
  expect((await left()).map(({ body }) => body)).toEqual(['', '', '', '', '', 'text'])
})

test('one node at a time: while another is at it, nothing is done', async () => {
  await insert(31, 'delivered')
  const other = await db.connect()
  await other.query('begin')
  await other.query(`select pg_advisory_xact_lock(hashtext('tidings.retention'))`)
  await round(0, 30)
  expect(await left()).toHaveLength(1)
  await other.query('commit')
  other.release()
  await round(0, 30)
  expect(await left()).toHaveLength(0)
})

test('more than one step’s worth goes in one round', async () => {
  await db.query(
    `insert into messages (client_id, subject, body, status, time)
     select 1, 'Hello', 'text', 'delivered', now() - interval '31 days' from generate_series(1, 2500)`,
  )
  await insert(1, 'delivered')
  await round(0, 30)
  expect(await left()).toHaveLength(1)
})

test('a partition whose messages are all old enough is dropped as a whole, with its attempts', async () => {
  await insert(31, 'delivered')
  await db.query(`select setval('messages_id_seq', 5000000)`)
  await db.query('select ensure_partitions()')
  const young = await insert(1, 'delivered')
  await db.query(`insert into nodes (name, pid, version, low_message_id) values ('n', 1, '0', $1)`, [young])
  await round(0, 30)
  expect((await left()).map(({ id }) => id)).toEqual([young])
  const { rows } = await db.query(
    `select to_regclass('tidings_partitions.messages_0') as messages, to_regclass('tidings_partitions.attempts_0') as attempts,
       (select done_id from retention where kind = 'sms') as done`,
  )
  expect(rows).toEqual([{ messages: null, attempts: null, done: 4_999_999 }])
})

test('a partition stays while a node may hold one of its messages, or one is due', async () => {
  const old = await insert(31, 'queued', { owner: 1 })
  await db.query(`insert into nodes (name, pid, version, low_message_id) values ('n', 1, '0', 1)`)
  await db.query(`select setval('messages_id_seq', 5000000)`)
  await db.query('select ensure_partitions()')
  await insert(1, 'delivered')
  await round(0, 30)
  await db.query('update nodes set low_message_id = 5000001')
  await db.query(
    `insert into due (message_id, lane, action, run_at, expires_at) values ($1, 'x', 'send', now(), now())`,
    [old],
  )
  await round(0, 30)
  expect((await left()).map(({ id }) => id)).toContain(old)
})

test('a partition that was left half detached is dropped by the next round', async () => {
  await insert(31, 'delivered')
  await db.query(`select setval('messages_id_seq', 5000000)`)
  await db.query('select ensure_partitions()')
  await insert(1, 'delivered')
  await db.query('alter table attempts detach partition tidings_partitions.attempts_0')
  await round(0, 30)
  const { rows } = await db.query(
    `select to_regclass('tidings_partitions.messages_0') as messages, to_regclass('tidings_partitions.attempts_0') as attempts`,
  )
  expect(rows).toEqual([{ messages: null, attempts: null }])
})

test('pushes are emptied and deleted likewise, with their targets; one that is under way stays', async () => {
  await db.query(
    `insert into tokens (token) values ('a'), ('b');
     insert into notifications (title, body, content, provider, time)
       select 'Hello', 'text', '{"data": {"a": "b"}}', 'fcm', now() - make_interval(days => d) from unnest(array[40, 40, 20, 1]) as t (d);
     insert into push_chunks (notification_id, token_ids, size, lane, done_at) values (1, '{1,2}', 2, 'x', now()), (2, '{1}', 1, 'x', null),
       (3, '{1}', 1, 'x', now());
     insert into tokennotifications (token_id, notification_id, status) values (1, 1, 'sent'), (2, 1, 'sent'), (1, 2, 'queued'), (1, 3, 'sent')`,
  )
  await round(10, 30)
  const { rows } = await db.query('select id, title, body, content from notifications order by id')
  expect(rows).toEqual([
    { id: 2, title: 'Hello', body: 'text', content: { data: { a: 'b' } } },
    { id: 3, title: '', body: '', content: {} },
    { id: 4, title: 'Hello', body: 'text', content: { data: { a: 'b' } } },
  ])
  expect((await db.query('select notification_id from tokennotifications order by 1')).rows).toEqual([
    { notification_id: 2 },
    { notification_id: 3 },
  ])
  await db.query('update push_chunks set done_at = now()')
  await round(10, 30)
  expect((await db.query('select id from notifications order by id')).rows).toEqual([{ id: 3 }, { id: 4 }])
})

test('texts that came in are emptied and deleted like messages, and how consents came about is kept', async () => {
  await db.query(
    `insert into inbound (provider, key, contact, client_id, sent_to, text, time)
     select 'scripted', substr(sha256(convert_to(days::text, 'UTF8')), 1, 16), '+201009129288', 1, '+15005550006', 'text',
       now() - make_interval(days => days) from unnest(array[100, 31, 1]) as t (days)`,
  )
  await db.query(
    `insert into consent_events (at, act, hash, sender_group, source, actor)
     values (now() - interval '10 years', 'opted_out', substr(sha256('x'), 1, 16), 'default', 'api', 'anyone')`,
  )
  const texts = async (): Promise<string[]> =>
    (await db.query<{ text: string }>('select text from inbound order by id')).rows.map(({ text }) => text)
  await round(30, 0)
  expect(await texts()).toEqual(['', '', 'text'])
  await round(30, 90)
  expect(await texts()).toEqual(['', 'text'])
  expect((await db.query('select 1 from consent_events')).rowCount).toBe(1)
})
