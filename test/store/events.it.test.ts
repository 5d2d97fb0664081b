import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EventId, EventRow } from '../../src/domain/event.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { noteListeners, readEventsKept, wantEvents } from '../../src/store/events/event-listeners.ts'
import { forgetEvents, forgetForeignEvents } from '../../src/store/events/event-places.ts'
import { readEvents, readEventsAfter } from '../../src/store/events/events.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const START: EventId = { xid: '0', id: 0 }

let database: TestDatabase
let db: Db

beforeEach(async () => {
  database = await createTestDatabase()
  db = createDb(
    database.url,
    { max: 4, name: 'test', statementTimeoutMs: 15_000, queryTimeoutMs: 16_000 },
    () => undefined,
  )
  await db.query(`insert into clients (contact) values ('+201009129288')`)
})

afterEach(async () => {
  await db.end()
  await database.drop()
})

const ACCEPT = `insert into messages (client_id, subject, body, tag) select 1, 'Hello', 'Code 1234', 'login' from generate_series(1, 2)`

/** Nothing that was written so far is held back any more: the tests of other files have transactions under way, too. */
async function passed(): Promise<void> {
  const { rows } = await db.query<{ xid: string }>('select pg_current_xact_id() as xid')
  await until(async () => {
    const bound = await db.query<{ passed: boolean }>(
      'select $1::xid8 < pg_snapshot_xmin(pg_current_snapshot()) as passed',
      [rows[0]?.xid],
    )
    return bound.rows[0]?.passed === true
  })
}

async function pageAfter(after: EventId, limit: number): Promise<readonly EventRow[]> {
  await passed()
  return (await readEventsAfter(db, after, limit)).events
}

async function logged(): Promise<string[]> {
  return (await pageAfter(START, 1_000)).map(told)
}

function told({ type, messageId, notificationId, tokenId, clientId, reason }: EventRow): string {
  return [type, messageId ?? notificationId ?? tokenId ?? clientId, reason].filter((part) => part !== null).join(' ')
}

test('nothing is written down while nobody wants it', async () => {
  await db.query(ACCEPT)
  await db.query(`update messages set status = 'delivered'`)
  expect(await logged()).toEqual([])
})

test('each status that an SMS comes to is an event, and a change of anything else is none', async () => {
  await wantEvents(db, { kind: 'endpoint', ref: 1 }, ['*'])
  await db.query(ACCEPT)
  await db.query(`update messages set owner = 1, updated_at = now(), body = ''`)
  await db.query(`update messages set status = case id when 1 then 'failed' else status end, reason = 'unroutable'`)
  await db.query(`update messages set status = 'delivered', reason = null where id = 2`)
  expect(await logged()).toEqual(['sms.queued 1', 'sms.queued 2', 'sms.failed 1 unroutable', 'sms.delivered 2'])
})

test('only the types that somebody wants are written down, and no longer than that', async () => {
  await wantEvents(db, { kind: 'reader' }, ['sms.delivered', 'sms.failed'], 6)
  await wantEvents(db, { kind: 'endpoint', ref: 1 }, ['sms.delivered'])
  await db.query(ACCEPT)
  await db.query(`update messages set status = 'sent'`)
  await db.query(`update messages set status = 'delivered'`)
  expect(await logged()).toEqual(['sms.delivered 1', 'sms.delivered 2'])
  await db.query(`delete from event_listeners where kind = 'endpoint'`)
  await db.query(`update event_listeners set until = now() - interval '1 second'`)
  await db.query(`update messages set status = 'failed'`)
  expect(await logged()).toHaveLength(2)
})

test('of a push each target’s outcome is an event, of a topic the one it has', async () => {
  await wantEvents(db, { kind: 'endpoint', ref: 1 }, ['*'])
  await db.query(`insert into tokens (token) values ('a'), ('b')`)
  await db.query(
    `insert into notifications (title, body, topic) values ('Hello', 'You', null), ('Hello', 'All', 'news')`,
  )
  await db.query(
    `insert into tokennotifications (notification_id, token_id, status) values (1, 1, 'queued'), (1, 2, 'suppressed')`,
  )
  await db.query(`insert into tokennotifications as t (notification_id, token_id, status) values (1, 1, 'sent')
    on conflict (notification_id, token_id) do update set status = excluded.status`)
  await db.query(
    `insert into push_chunks (notification_id, size, lane) values (2, 1, 'sandbox:otp'), (2, 1, 'sandbox:otp')`,
  )
  await db.query(`update push_chunks set done_at = now() where id = 1`)
  await db.query(`update push_chunks set done_at = now(), tally = '{"captured": 1}' where id = 2`)
  await db.query(`update tokens set last_ok_at = now()`)
  await db.query(`update tokens set retired_at = now(), retired_reason = 'unregistered' where id = 2`)
  await db.query(`update tokens set retired_at = now(), retired_reason = 'unregistered' where id = 2`)
  expect(await logged()).toEqual([
    'push.suppressed 1',
    'push.sent 1',
    'push.captured 2',
    'token.retired 2 unregistered',
  ])
  const events = await pageAfter(START, 1)
  expect(events[0]).toMatchObject({ title: 'Hello', body: 'You', token: 'b', tokenId: 2, provider: 'sandbox' })
})

test('a person who is erased is an event without a number', async () => {
  await wantEvents(db, { kind: 'endpoint', ref: 1 }, ['*'])
  await db.query(ACCEPT)
  const before = await pageAfter(START, 1)
  expect(before[0]).toMatchObject({ contact: '+201009129288', message: 'Code 1234', tag: 'login' })
  await db.query(`update clients set contact = 'erased:' || id, erased_at = now()`)
  await db.query(`update clients set erase_done_at = now()`)
  const events = await pageAfter(START, 10)
  expect(events.map(told)).toEqual(['sms.queued 1', 'sms.queued 2', 'client.erased 1'])
  expect(events.map(({ contact }) => contact)).toEqual([null, null, null])
})

test('what fills a database writes no events', async () => {
  await wantEvents(db, { kind: 'endpoint', ref: 1 }, ['*'])
  const client = await db.connect()
  await client.query(`select set_config('tidings.transfer', 'on', false)`)
  await client.query(ACCEPT)
  client.release(true)
  expect(await logged()).toEqual([])
})

test('an event that is committed late holds back what came after it, and is not skipped', async () => {
  await wantEvents(db, { kind: 'endpoint', ref: 1 }, ['*'])
  const late = await db.connect()
  await late.query('begin')
  await late.query(ACCEPT)
  await db.query(ACCEPT)
  const before = await readEventsAfter(db, START, 10)
  expect(before.events).toEqual([])
  await late.query('commit')
  late.release()
  const events = await pageAfter(before.end, 10)
  expect(events.map(told)).toEqual(['sms.queued 1', 'sms.queued 2', 'sms.queued 3', 'sms.queued 4'])
})

test('pages follow each other without a gap, and single events are found again', async () => {
  await wantEvents(db, { kind: 'endpoint', ref: 1 }, ['*'])
  for (let round = 0; round < 3; round++) await db.query(ACCEPT)
  await passed()
  const found: EventRow[] = []
  for (let after = START; ;) {
    const { events, end } = await readEventsAfter(db, after, 4)
    found.push(...events)
    if (events.length === 0) break
    after = end
  }
  expect(found.map(({ messageId }) => messageId)).toEqual([1, 2, 3, 4, 5, 6])
  const wanted = [found[4], found[1], { xid: '5', id: 5 }].flatMap((id) => id ?? [])
  expect((await readEvents(db, wanted)).map(told)).toEqual(['sms.queued 2', 'sms.queued 5'])
  expect((await readEventsAfter(db, START, 10, ['sms.sent'])).events).toEqual([])
})

test('events are whole from where one listener wanted them all, and an expired wish begins anew', async () => {
  expect(await readEventsKept(db, ['sms.sent'])).toBeNull()
  await wantEvents(db, { kind: 'reader' }, ['sms.sent', 'sms.failed'], 6)
  expect(await readEventsKept(db, ['sms.sent'])).toBeNull()
  await noteListeners(db)
  const first = await readEventsKept(db, ['sms.sent'])
  expect(first).not.toBeNull()
  expect(await readEventsKept(db, ['sms.sent', 'sms.delivered'])).toBeNull()
  await wantEvents(db, { kind: 'reader' }, ['sms.failed', 'sms.sent'], 6)
  await noteListeners(db)
  expect(await readEventsKept(db, ['sms.sent'])).toEqual(first)
  await db.query(`update event_listeners set until = now() - interval '1 second'`)
  expect(await readEventsKept(db, ['sms.sent'])).toBeNull()
  await wantEvents(db, { kind: 'reader' }, ['sms.sent', 'sms.failed'], 6)
  expect(await readEventsKept(db, ['sms.sent'])).toBeNull()
})

test('readers whose time is over take no place from those who come, and are forgotten', async () => {
  for (let set = 0; set < 32; set++) await wantEvents(db, { kind: 'reader' }, ['sms.sent', `former.${set}`], 6)
  await db.query(`update event_listeners set until = now() - interval '1 second'`)
  await wantEvents(db, { kind: 'reader' }, ['sms.failed'], 6)
  await wantEvents(db, { kind: 'endpoint', ref: 1 }, ['sms.sent'])
  await noteListeners(db)
  const { rows } = await db.query('select types from event_listeners order by id')
  expect(rows).toEqual([{ types: ['sms.failed'] }, { types: ['sms.sent'] }])
})

test('old events are deleted, and it is noted from where on they are whole', async () => {
  await wantEvents(db, { kind: 'reader' }, ['*'], 6)
  await noteListeners(db)
  await db.query(ACCEPT)
  await db.query(`update events set at = now() - interval '31 days' where id = 1`)
  expect(await forgetEvents(db, 30)).toEqual({ done: 1, more: false })
  expect(await logged()).toEqual(['sms.queued 2'])
  const { rows } = await db.query<{ xid: string }>(`select (xid::text::bigint + 1)::text as xid from events`)
  expect((await readEventsKept(db, ['*']))?.since.xid).toBe(rows[0]?.xid)
})

test('events that were brought from another server are deleted: what happens now would stand before them', async () => {
  await wantEvents(db, { kind: 'reader' }, ['*'], 6)
  await db.query(ACCEPT)
  await db.query(`insert into events (xid, type) values ('999999999999', 'sms.sent')`)
  await forgetForeignEvents(db)
  expect(await logged()).toEqual(['sms.queued 1', 'sms.queued 2'])
})
