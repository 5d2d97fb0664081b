import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTickets } from '../../src/domain/push/ticket.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

const PUBLIC_URL = 'https://push.example'
const CONTACT = '+15005550006'

/** As the nodes have it. */
const TICKETS = createTickets(Buffer.alloc(32, 7), [])

let database: TestDatabase
let db: Db
let nodes: readonly WholeNode[]

beforeAll(async () => {
  database = await createTestDatabase()
  const time = { statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 }
  db = createDb(database.url, { max: 2, name: 'fallbacks', ...time }, () => undefined)
  const variables = { PUBLIC_URL, SMS_RATE_LIMIT_PER_MINUTE: '0' }
  nodes = [await startWholeNode(database.url, variables), await startWholeNode(database.url, variables)]
})

afterAll(async () => {
  await Promise.all(nodes.map(({ app }) => app.stop()))
  await db.end()
  await database.drop()
})

interface Fallback {
  readonly state: string
  readonly reason: string | null
  readonly message_id: number | null
}

interface Answer {
  readonly status: number
  readonly body: {
    readonly notification_id: number
    readonly message?: string
    readonly code?: string
    readonly details?: readonly { readonly path: string }[]
    readonly data?: Record<string, unknown> & { readonly fallback?: Fallback }
  }
}

async function call(method: string, path: string, body?: object): Promise<Answer> {
  const url = `${nodes[0]?.url}${path}`
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(url, { method, ...(body === undefined ? {} : json) })
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}

const SMS = { contact: CONTACT, message: 'Your table is ready' }
let tokens = 0

async function push(fallback: object, token = `token-${(tokens += 1)}`): Promise<number> {
  const { status, body } = await call('POST', '/notifications/tokens', {
    tokens: [token],
    title: 'Your table',
    body: 'It is ready',
    fallback,
  })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.notification_id
}

const fallbackOf = async (id: number): Promise<Fallback | undefined> =>
  (await call('GET', `/notifications/${id}`)).body.data?.fallback

const settled = (id: number): Promise<Fallback> =>
  until(async () => {
    const fallback = await fallbackOf(id)
    return fallback !== undefined && fallback.state !== 'waiting' && fallback
  })

/** As if their time had passed. */
async function pass(ids: readonly number[]): Promise<void> {
  await db.query(
    `update fallbacks set deadline_at = now(), due_at = now() where notification_id = any ($1::bigint[])`,
    [ids],
  )
}

/** Until somebody waits for a lock in such a statement. */
const waits = (statement: string): Promise<boolean> =>
  until(async () => {
    const { rowCount } = await db.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ilike $1`,
      [`%${statement}%`],
    )
    return rowCount !== null && rowCount > 0
  })

async function countSms(tag: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(`select count(*)::integer as count from messages where tag = $1`, [
    tag,
  ])
  return rows[0]?.count ?? 0
}

async function report(notificationId: number, evidence: 'received' | 'opened'): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `select token_id as id from tokennotifications where notification_id = $1`,
    [notificationId],
  )
  const ticket = TICKETS.write({ notificationId, tokenId: rows[0]?.id ?? 0 }, new Date(Date.now() + 60_000))
  return (await fetch(`${nodes[1]?.url}/evidence/${ticket}/${evidence}`, { method: 'POST' })).status
}

test('where nobody confirms a push in time one SMS goes out, and each of the two names the other', async () => {
  const id = await push({ sms: { ...SMS, tag: 'lone' }, after: 5 })
  expect(await fallbackOf(id)).toMatchObject({ state: 'waiting', unless: 'received', after: 5, message_id: null })
  const { state, reason, message_id: messageId } = await settled(id)
  expect({ state, reason }).toEqual({ state: 'went_out', reason: 'unconfirmed' })
  const sms = (await call('GET', `/smss/${messageId}`)).body.data
  expect(sms).toMatchObject({ contact: CONTACT, message: SMS.message, subject: 'Your table', fallback_of: id })
  const { rows } = await db.query(`select contact, sms from fallbacks where notification_id = $1`, [id])
  expect(rows).toEqual([{ contact: null, sms: null }])
})

test('two nodes that look at the same time, and one that dies in the middle, send each SMS once', async () => {
  await db.query(`create sequence deaths`)
  await db.query(`create function die_twice() returns trigger language plpgsql as $$
    begin
      if nextval('deaths') <= 2 then perform pg_terminate_backend(pg_backend_pid()); end if;
      return null;
    end $$`)
  await db.query(`create trigger die_twice after insert on messages execute function die_twice()`)
  await db.query(`create trigger die_twice after update on fallbacks for each row
    when (new.state = 'went_out') execute function die_twice()`)
  const ids = await Promise.all(Array.from({ length: 60 }, () => push({ sms: { ...SMS, tag: 'many' }, after: 3_600 })))
  await pass(ids)
  const fallbacks = await Promise.all(ids.map(settled))
  expect(new Set(fallbacks.map(({ message_id: id }) => id)).size).toBe(ids.length)
  expect(await countSms('many')).toBe(ids.length)
  const { rows } = await db.query<{ deaths: number }>(`select last_value::integer as deaths from deaths`)
  expect(rows[0]?.deaths).toBeGreaterThan(2)
  await db.query(`drop trigger die_twice on messages`)
  await db.query(`drop trigger die_twice on fallbacks`)
})

test('a push that a device confirms in time has no SMS, and a word that comes too late is kept', async () => {
  const [inTime, opened, late] = [
    await push({ sms: { ...SMS, tag: 'in time' } }),
    await push({ sms: { ...SMS, tag: 'opened' }, unless: 'opened', after: 3_600 }),
    await push({ sms: { ...SMS, tag: 'late' }, after: 3_600 }),
  ]
  expect(await report(inTime, 'received')).toBe(200)
  expect(await settled(inTime)).toMatchObject({ state: 'confirmed', message_id: null })
  expect(await report(opened, 'received')).toBe(200)
  expect(await fallbackOf(opened)).toMatchObject({ state: 'waiting' })
  expect(await report(opened, 'opened')).toBe(200)
  expect(await settled(opened)).toMatchObject({ state: 'confirmed' })
  await pass([late])
  expect(await settled(late)).toMatchObject({ state: 'went_out' })
  expect(await report(late, 'received')).toBe(200)
  expect((await call('GET', `/notifications/${late}`)).body.data).toMatchObject({ status: 'received' })
  expect([await countSms('in time'), await countSms('opened'), await countSms('late')]).toEqual([0, 0, 1])
})

test('one that can’t be made ready keeps no other waiting', async () => {
  const [broken, whole] = [await push({ sms: SMS, after: 3_600 }), await push({ sms: SMS, after: 3_600 })]
  await db.query(`update fallbacks set sms = '{}', due_at = now() - interval '1 hour', deadline_at = now()
    where notification_id = ${broken}`)
  await pass([whole])
  expect(await settled(whole)).toMatchObject({ state: 'went_out' })
  expect(await fallbackOf(broken)).toMatchObject({ state: 'waiting' })
})

test('as soon as all devices of a push have failed for good the SMS goes out', async () => {
  const id = await push({ sms: { ...SMS, tag: 'dead' }, after: 86_400 }, 'sandbox:unregistered')
  expect(await settled(id)).toMatchObject({ state: 'went_out', reason: 'all_failed' })
  const suppressed = await push({ sms: { ...SMS, tag: 'dead' }, after: 86_400 }, 'sandbox:unregistered')
  expect(await settled(suppressed)).toMatchObject({ state: 'went_out', reason: 'all_failed' })
  expect(await countSms('dead')).toBe(2)
})

test('`unless: sent` needs nobody’s word', async () => {
  const id = await push({ sms: { ...SMS, tag: 'sent' }, after: 86_400, unless: 'sent' })
  expect(await settled(id)).toMatchObject({ state: 'confirmed' })
  expect(await countSms('sent')).toBe(0)
})

test('who cancels a push cancels its SMS, also when the push has gone', async () => {
  const id = await push({ sms: { ...SMS, tag: 'cancelled' }, after: 3_600 })
  await until(async () => (await call('GET', `/notifications/${id}`)).body.data?.['status'] === 'captured')
  for (let times = 0; times < 2; times++) expect((await call('POST', `/notifications/${id}/cancel`)).status).toBe(200)
  await pass([id])
  expect(await fallbackOf(id)).toMatchObject({ state: 'cancelled', reason: 'cancelled' })
  const plain = await call('POST', '/notifications/tokens', { tokens: ['plain'], title: 'a', body: 'b' })
  const path = `/notifications/${plain.body.notification_id}`
  await until(async () => (await call('GET', path)).body.data?.['status'] === 'captured')
  expect((await call('POST', `${path}/cancel`)).body.code).toBe('too_late')
  expect(await countSms('cancelled')).toBe(0)
})

test('a person who is erased gets no SMS any more', async () => {
  const contact = '+201009129288'
  await call('POST', '/smss', { contact, subject: 'Hello', message: 'Hello' })
  const id = await push({ sms: { ...SMS, contact, tag: 'erased' }, after: 3_600 })
  const erased = await call('DELETE', `/clients/${contact}`)
  expect(erased.status).toBe(200)
  expect(await fallbackOf(id)).toMatchObject({ state: 'cancelled', reason: 'erased' })
})

test('so it is for a person who was never sent anything', async () => {
  const contact = '+15005550012'
  const id = await push({ sms: { ...SMS, contact }, after: 3_600 })
  expect((await call('DELETE', `/clients/${contact}`)).status).toBe(200)
  expect(await fallbackOf(id)).toMatchObject({ state: 'cancelled', reason: 'erased' })
})

test('whoever is erased while the SMS is about to be stored is not known again by it', async () => {
  const contact = '+15005550013'
  const id = await push({ sms: { ...SMS, contact }, after: 3_600 })
  const holder = await db.connect()
  await holder.query('begin')
  await holder.query('lock table opt_outs in access exclusive mode')
  await pass([id])
  await waits('select id from nodes where id = $1 and ended_at is null for key share')
  const erased = call('DELETE', `/clients/${contact}`)
  await waits('update fallbacks set')
  await holder.query('commit')
  holder.release()
  expect((await erased).status).toBe(200)
  expect(await fallbackOf(id)).toMatchObject({ state: 'went_out' })
  expect((await db.query(`select from clients where contact = $1`, [contact])).rows).toEqual([])
})

test.each([
  ['fallback.sms.contact', { sms: { ...SMS, contact: '12' } }],
  ['fallback.sms.contact', { sms: { message: 'no number' } }],
  ['fallback.sms.message', { sms: { ...SMS, message: 'x'.repeat(2_000) } }],
  ['fallback.after', { sms: SMS, after: 4 }],
  ['fallback.after', { sms: SMS, after: 86_401 }],
  ['fallback.unless', { sms: SMS, unless: 'delivered' }],
])('what is wrong with its SMS is told when a push is accepted: %s', async (path, fallback) => {
  const { status, body } = await call('POST', '/notifications/tokens', {
    tokens: ['t'],
    title: 'a',
    body: 'b',
    fallback,
  })
  expect([status, body.details?.[0]?.path]).toEqual([400, path])
})

test('a fallback that waits for a device’s word needs one that can speak', async () => {
  const off = { tokens: ['t'], title: 'a', body: 'b', evidence: false, fallback: { sms: SMS } }
  expect((await call('POST', '/notifications/tokens', off)).body.details?.[0]?.path).toBe('evidence')
  const topic = await call('POST', '/notifications/topic', {
    topic: 'news',
    title: 'a',
    body: 'b',
    fallback: { sms: SMS },
  })
  expect(topic.status).toBe(400)
})

test('a dry run counts the URL that each device reports to', async () => {
  const dry = async (evidence: boolean): Promise<number> => {
    const body = { tokens: ['dry'], title: 'a', body: 'b', evidence, dry_run: true }
    return Number((await call('POST', '/notifications/tokens', body)).body.data?.['bytes'])
  }
  const url = `${PUBLIC_URL}/evidence/${TICKETS.write({ notificationId: 1, tokenId: 1 }, new Date(0))}`
  expect((await dry(true)) - (await dry(false))).toBe('tidings'.length + url.length)
})
