import { afterEach, beforeEach, expect, test } from 'vitest'
import { endRestored, type Restored } from '../../src/store/nodes/restored.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Db

beforeEach(async () => {
  database = await createTestDatabase()
  db = createDb(
    database.url,
    { max: 2, name: 'test', statementTimeoutMs: 15_000, queryTimeoutMs: 16_000 },
    () => undefined,
  )
  await db.query(`insert into clients (contact) values ('+201009129288')`)
})

afterEach(async () => {
  await db.end()
  await database.drop()
})

/** The backup was taken an hour ago. */
function restore(): Promise<Restored> {
  const takenAt = new Date(Date.now() - 3_600_000).toISOString()
  return inTransaction(db, (client) => endRestored(client, takenAt))
}

/** A message; `due`: what waits for it. Times are in hours from now. */
async function sms(fields: Record<string, unknown>, due: string | null = null): Promise<number> {
  const { send_at: sendAt, expires_at: expiresAt, ...rest } = { send_at: null, expires_at: 20, ...fields }
  const names = Object.keys(rest)
  const { rows } = await db.query<{ id: number }>(
    `insert into messages (client_id, subject, body, provider, send_at, expires_at, ${names.join(', ')})
     select 1, 's', 'b', 'twilio', now() + make_interval(secs => 3600 * $1::float8), now() + make_interval(secs => 3600 * $2::float8), ${names.map((_, i) => `$${i + 3}`).join(', ')} returning id`,
    [sendAt, expiresAt, ...Object.values(rest)],
  )
  const id = rows[0]?.id ?? 0
  if (due !== null)
    await db.query(
      `insert into due (message_id, lane, action, run_at, expires_at) select $1, 'twilio:otp', $2, coalesce(send_at, now()), expires_at from messages where id = $1`,
      [id, due],
    )
  return id
}

async function after(id: number): Promise<Record<string, unknown> | undefined> {
  const { rows } = await db.query<Record<string, unknown>>(
    `select status, reason, attempt, uncertain_attempts, owner, started_at, expires_at <= now() as over,
       (select array_agg(action) from due where message_id = m.id) as due, (select jsonb_object_agg(number, status) from attempts where message_id = m.id) as attempts
     from messages m where id = $1`,
    [id],
  )
  return rows[0]
}

const RESTORED = { status: 'uncertain', reason: 'restored', owner: null, started_at: null, over: true, due: null }

test('what waited to be sent may have been sent since, and waits no more', async () => {
  const queued = await sms({ status: 'queued' }, 'send')
  const held = await sms({ status: 'queued', owner: 7 })
  const repeated = await sms({ status: 'queued', attempt: 2 }, 'send')
  const asked = await sms({ status: 'uncertain', reason: 'timeout', attempt: 1, uncertain_attempts: 1 }, 'reconcile')
  const cameBack = await sms({ status: 'sent', attempt: 1 }, 'send')
  expect(await restore()).toEqual({ uncertain: 5, expired: 0, scheduled: 0 })
  expect(await after(queued)).toEqual({ ...RESTORED, attempt: 1, uncertain_attempts: 1, attempts: { 1: 'uncertain' } })
  expect(await after(held)).toMatchObject({ ...RESTORED, attempt: 1 })
  expect(await after(repeated)).toMatchObject({ ...RESTORED, attempt: 3, attempts: { 3: 'uncertain' } })
  expect(await after(asked)).toMatchObject({ ...RESTORED, attempt: 2, uncertain_attempts: 2 })
  expect(await after(cameBack)).toMatchObject({ ...RESTORED, attempt: 2 })
})

test('what was being sent is closed under its own number, so that a late receipt finds it', async () => {
  const sending = await sms({ status: 'sending', attempt: 2, started_at: new Date(), owner: 7 })
  const proven = await sms({ status: 'sent', attempt: 1, started_at: new Date(), owner: 7 })
  const delivered = await sms({ status: 'delivered', attempt: 1, started_at: new Date(), owner: 7 })
  expect(await restore()).toMatchObject({ uncertain: 1 })
  expect(await after(sending)).toEqual({ ...RESTORED, attempt: 2, uncertain_attempts: 1, attempts: { 2: 'uncertain' } })
  expect(await after(proven)).toMatchObject({ status: 'sent', owner: null, started_at: null, attempt: 1 })
  expect(await after(delivered)).toMatchObject({ status: 'delivered', owner: null, started_at: null })
})

test('what had ended, or was past its validity, is known; its receipt is still asked for, and makes nothing due', async () => {
  const ended = await sms({ status: 'failed', reason: 'unreachable', attempt: 1 })
  const doubtful = await sms({ status: 'uncertain', reason: 'timeout', attempt: 1, uncertain_attempts: 1 })
  const polled = await sms({ status: 'sent', attempt: 1 }, 'poll')
  const tooLate = await sms({ status: 'queued', expires_at: -2 }, 'send')
  const tooLateAfterDoubt = await sms({ status: 'queued', expires_at: -2, attempt: 1, uncertain_attempts: 1 }, 'send')
  const between = await sms({ status: 'queued', expires_at: -0.5 }, 'send')
  expect(await restore()).toEqual({ uncertain: 2, expired: 1, scheduled: 0 })
  expect(await after(ended)).toMatchObject({ status: 'failed', reason: 'unreachable', over: false })
  expect(await after(doubtful)).toMatchObject({
    status: 'uncertain',
    reason: 'timeout',
    uncertain_attempts: 1,
    over: true,
  })
  expect(await after(polled)).toMatchObject({ status: 'sent', due: ['poll'], over: true })
  expect(await after(between)).toMatchObject(RESTORED)
  expect(await after(tooLate)).toMatchObject({ status: 'expired', attempt: 0, uncertain_attempts: 0, due: null })
  expect(await after(tooLateAfterDoubt)).toMatchObject({
    status: 'uncertain',
    attempt: 1,
    uncertain_attempts: 1,
    due: null,
  })
})

test('what is scheduled for a time that has not come stays; what was due since does not', async () => {
  const later = await sms({ status: 'scheduled', send_at: 5 }, 'send')
  const past = await sms({ status: 'scheduled', send_at: -0 }, 'send')
  expect(await restore()).toEqual({ uncertain: 1, expired: 0, scheduled: 1 })
  expect(await after(later)).toMatchObject({ status: 'scheduled', attempt: 0, due: ['send'], over: false })
  expect(await after(past)).toMatchObject(RESTORED)
})

/** A push to so many tokens, in one chunk. */
async function push(size: number, fields: string, expires = '1 hour', sendAt: string | null = null): Promise<number> {
  const made = await db.query<{ id: number }>(
    `insert into notifications (title, body, targets, expires_at, send_at)
     values ('t', 'b', $1, now() + $2::interval, now() + $3::interval) returning id`,
    [size, expires, sendAt],
  )
  const id = made.rows[0]?.id ?? 0
  const tokens = await db.query<{ id: number }>(
    `insert into tokens (token) select $1::text || i from generate_series(1, $2::integer) i returning id`,
    [`token ${id} `, size],
  )
  const ids = tokens.rows.map((row) => row.id)
  await db.query(
    `insert into push_chunks (notification_id, token_ids, size, lane, run_at)
     values ($1, $2, $3, 'fcm:otp', now() + coalesce($4::interval, '0 s'))`,
    [id, ids, size, sendAt],
  )
  await db.query(
    'insert into tokennotifications (token_id, notification_id) select t, $1 from unnest($2::bigint[]) as t',
    [id, ids],
  )
  if (fields !== '') await db.query(`update push_chunks set ${fields} where notification_id = ${id}`)
  return id
}

async function targets(id: number): Promise<unknown> {
  const { rows } = await db.query(
    `select (select jsonb_object_agg(status, count) from (select status, count(*) from tokennotifications where notification_id = $1 group by 1) s) as rows,
       jsonb_agg(tally order by id) as tally, bool_and(done_at is not null) as done, bool_and(owner is null) as free,
       bool_and(bit_count(settled) = size) as settled from push_chunks where notification_id = $1`,
    [id],
  )
  return rows[0]
}

test('targets of a push that had no outcome may have got it since', async () => {
  const id = await push(11, `owner = 7, started = 6, settled = '\\x0d', tally = '{"sent": 3}'`)
  await db.query(
    `update tokennotifications set status = 'sent' where token_id in (select token_ids[i] from push_chunks, unnest('{1,3,4}'::integer[]) i)`,
  )
  expect(await restore()).toEqual({ uncertain: 8, expired: 0, scheduled: 0 })
  expect(await targets(id)).toEqual({
    rows: { sent: 3, uncertain: 8 },
    tally: [{ sent: 3, uncertain: 8 }],
    done: true,
    free: true,
    settled: true,
  })
})

test('of a push past its validity only what was under way is uncertain', async () => {
  const id = await push(8, `started = 2`, '-2 hours')
  expect(await restore()).toEqual({ uncertain: 2, expired: 6, scheduled: 0 })
  expect(await targets(id)).toMatchObject({ rows: { uncertain: 2, expired: 6 }, tally: [{ uncertain: 2, expired: 6 }] })
})

test('a push to a topic, one that is scheduled, and one that was cancelled', async () => {
  await db.query(
    `insert into notifications (title, body, topic, expires_at) values ('t', 'b', 'news', now() + interval '1 hour')`,
  )
  await db.query(`insert into push_chunks (notification_id, size, lane) values (1, 1, 'fcm:otp')`)
  const later = await push(3, '', '9 hours', '5 hours')
  const cancelled = await push(2, 'cancelled_at = now(), owner = 7')
  expect(await restore()).toEqual({ uncertain: 1, expired: 0, scheduled: 3 })
  const { rows } = await db.query(
    `select reason, tally, done_at is not null as done from push_chunks where notification_id = 1`,
  )
  expect(rows).toEqual([{ reason: 'restored', tally: { uncertain: 1 }, done: true }])
  expect(await targets(later)).toMatchObject({ done: false, free: true, tally: [{}] })
  // Whoever takes it next hands nothing over, and writes down that it was cancelled.
  expect(await targets(cancelled)).toMatchObject({ done: false, free: true })
})
