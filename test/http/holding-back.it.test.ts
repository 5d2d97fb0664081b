import { afterEach, beforeEach, expect, test } from 'vitest'
import { readStaging } from '../../src/domain/staging.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { startHoldingNode, type HoldingNode } from './holding-node.ts'

let database: TestDatabase
const running: HoldingNode[] = []

beforeEach(async () => void (database = await createTestDatabase()))

afterEach(async () => {
  await Promise.allSettled(running.splice(0).map((one) => one.close()))
  await database.drop()
})

async function start(onlyTo: string | null = null, redirectTo: string | null = null): Promise<HoldingNode> {
  const one = await startHoldingNode(database.url, readStaging(onlyTo, redirectTo))
  running.push(one)
  return one
}

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'A text', tlvs: { '0x1400': '1101' } }
const PUSH = { title: 'Hello', body: 'There' }
const OTHER = '+15005550006'
const TOKENS = ['token-of-a-device-1', 'token-of-a-device-2', 'token-of-a-device-3']
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString()

/** An answer, of which a test reads what it must have. */
type Body = Readonly<Record<string, unknown>> & { readonly message_id?: number; readonly notification_id?: number }

async function call(
  { app }: HoldingNode,
  method: 'GET' | 'POST',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Body> {
  const answer = await app.inject({ method, url, ...(payload === undefined ? {} : { payload }), headers })
  return { http: answer.statusCode, replayed: answer.headers['idempotent-replayed'], ...answer.json<Body>() }
}

async function read(one: HoldingNode, url: string): Promise<Body> {
  return (await call(one, 'GET', url))['data'] as Body
}

/** When the message, or all targets of the push, have come to an end. */
async function ended(one: HoldingNode, url: string): Promise<Body> {
  return until(async () => {
    const data = await read(one, url)
    return ['scheduled', 'queued', 'sending'].includes(String(data['status'])) ? null : data
  })
}

test('a message whose time has not come is cancelled over HTTP, and cannot be resent before', async () => {
  const one = await start()
  const { message_id: id, status } = await call(one, 'POST', '/smss', { ...SMS, send_at: inAnHour() })
  expect(status).toBe('scheduled')
  expect(await call(one, 'POST', `/smss/${String(id)}/resend`, {})).toMatchObject({
    http: 409,
    code: 'still_open',
    details: [{ path: 'status', message: 'scheduled' }],
  })
  expect(await call(one, 'POST', `/smss/${String(id)}/cancel`)).toMatchObject({
    http: 200,
    data: {
      message_id: id,
      status: 'cancelled',
      reason: null,
      verdict: expect.stringContaining('It was never sent') as string,
    },
  })
  expect(await call(one, 'POST', `/smss/${String(id)}/cancel`)).toMatchObject({
    http: 200,
    data: { status: 'cancelled' },
  })
  expect(await call(one, 'POST', '/smss/4711/cancel')).toMatchObject({ http: 404, code: 'not_found' })
  expect(one.reached).toEqual([])
})

test('what was sent is too late to cancel', async () => {
  const one = await start()
  const { message_id: id } = await call(one, 'POST', '/smss', SMS)
  await ended(one, `/smss/${String(id)}`)
  expect(await call(one, 'POST', `/smss/${String(id)}/cancel`)).toMatchObject({
    http: 409,
    code: 'too_late',
    details: [{ path: 'status', message: 'sent' }],
  })
})

test('a message is sent once more, to another number too, and once for each Idempotency-Key', async () => {
  const one = await start()
  const { message_id: id } = await call(one, 'POST', '/smss', { ...SMS, tag: 'orders', category: 'otp' })
  await ended(one, `/smss/${String(id)}`)
  expect(await call(one, 'POST', `/smss/${String(id)}/resend`, { dry_run: true })).toMatchObject({
    http: 200,
    dry_run: true,
    data: { contact: SMS.contact, text: SMS.message, tag: 'orders', category: 'otp' },
  })
  const key = { 'idempotency-key': 'again-1' }
  const again = await call(one, 'POST', `/smss/${String(id)}/resend`, { contact: OTHER }, key)
  expect(await call(one, 'POST', `/smss/${String(id)}/resend`, { contact: OTHER }, key)).toMatchObject({
    message_id: again['message_id'],
    replayed: 'true',
  })
  expect(await call(one, 'POST', `/smss/${String(id)}/resend`, {}, key)).toMatchObject({ http: 422 })
  expect(await ended(one, `/smss/${again['message_id']}`)).toMatchObject({
    contact: OTHER,
    message: SMS.message,
    tag: 'orders',
    category: 'otp',
    resent_from: id,
  })
  expect((await one.node.db.query('select distinct tlvs from messages')).rows).toEqual([{ tlvs: SMS.tlvs }])
  expect(one.reached).toEqual([SMS.contact, OTHER])
  expect(await call(one, 'POST', '/smss/4711/resend', {})).toMatchObject({ http: 404 })
  expect(await call(one, 'POST', `/smss/${String(id)}/resend`, { contact: '123' })).toMatchObject({
    code: 'invalid_contact',
  })
})

test('a message whose words were erased is not sent again', async () => {
  const one = await start()
  const { message_id: id } = await call(one, 'POST', '/smss', SMS)
  await ended(one, `/smss/${String(id)}`)
  const key = { 'idempotency-key': 'once-more' }
  const again = await call(one, 'POST', `/smss/${String(id)}/resend`, {}, key)
  await one.node.db.query(`update messages set subject = '', body = '' where id = $1`, [id])
  expect(await call(one, 'POST', `/smss/${String(id)}/resend`, {})).toMatchObject({ http: 410, code: 'content_gone' })
  // What was sent before that is still known by its key.
  expect(await call(one, 'POST', `/smss/${String(id)}/resend`, {}, key)).toMatchObject({
    http: 200,
    replayed: 'true',
    message_id: again['message_id'],
  })
})

test('a push is sent once more to those of its targets that are named by their status', async () => {
  const one = await start()
  const sent = await call(one, 'POST', '/notifications/tokens', { ...PUSH, tokens: TOKENS, data: { a: 'b' } })
  const url = `/notifications/${sent['notification_id']}`
  await ended(one, url)
  await one.node.db.query(
    `update tokennotifications set status = 'failed' where token_id = (select id from tokens where token = $1)`,
    [TOKENS[1]],
  )
  expect(await call(one, 'POST', `${url}/resend`, { dry_run: true, only: ['failed'] })).toMatchObject({
    dry_run: true,
    data: { targets: { total: 1, known: 1 } },
  })
  const again = await call(one, 'POST', `${url}/resend`, { only: ['failed', 'uncertain'] })
  expect(again).toMatchObject({ http: 200, targets: 1 })
  expect(await ended(one, `/notifications/${again['notification_id']}`)).toMatchObject({
    title: PUSH.title,
    content: { data: { a: 'b' } },
    resent_from: sent['notification_id'],
    counts: { sent: 1 },
  })
  expect(one.reached).toEqual([...TOKENS, TOKENS[1]])
  expect(await call(one, 'POST', `${url}/resend`, { only: ['opened'] })).toMatchObject({
    http: 400,
    details: [{ path: 'only', message: 'No target has one of these statuses' }],
  })
  expect(await call(one, 'POST', `${url}/resend`, { only: ['nothing'] })).toMatchObject({ code: 'invalid_request' })
})

test('a push to a topic is sent once more as a whole', async () => {
  const one = await start()
  const sent = await call(one, 'POST', '/notifications/topic', { ...PUSH, topic: 'news' })
  const url = `/notifications/${sent['notification_id']}`
  await ended(one, url)
  expect(await call(one, 'POST', `${url}/resend`, { only: ['sent'] })).toMatchObject({ http: 400 })
  const again = await call(one, 'POST', `${url}/resend`, {})
  await ended(one, `/notifications/${again['notification_id']}`)
  expect(one.reached).toEqual(['news', 'news'])
})

test('a push waits for its time, listed as scheduled, and its validity counts from there', async () => {
  const one = await start()
  const at = inAnHour()
  const made = await call(one, 'POST', '/notifications/tokens', { ...PUSH, tokens: TOKENS, send_at: at, ttl: 60 })
  expect(made).toMatchObject({ status: 'scheduled' })
  const url = `/notifications/${made['notification_id']}`
  expect(await read(one, url)).toMatchObject({ status: 'scheduled', counts: { scheduled: 3 }, send_at: at })
  expect(await call(one, 'GET', `${url}/deliveries`)).toMatchObject({
    data: TOKENS.map(() => ({ status: 'scheduled' })),
  })
  const { rows } = await one.node.db.query<{ seconds: number }>(
    'select extract(epoch from expires_at - send_at)::integer as seconds from notifications',
  )
  expect(rows).toEqual([{ seconds: 60 }])
  // Another message goes out meanwhile: the node is not asleep.
  const other = await call(one, 'POST', '/notifications/topic', { ...PUSH, topic: 'news' })
  await ended(one, `/notifications/${other['notification_id']}`)
  expect(one.reached).toEqual(['news'])
  await one.node.db.query(`update push_chunks set run_at = now() where run_at > now()`)
  await until(() => one.reached.length === 4)
})

test('the stop button over HTTP: what is paused, who did it, what waits, and how it goes on', async () => {
  const one = await start()
  expect(await call(one, 'POST', '/pause', { provider: 'scriptd' })).toMatchObject({
    http: 400,
    details: [{ path: 'provider', suggestion: 'scripted' }],
  })
  expect(await call(one, 'POST', '/pause', { all: true })).toMatchObject({ http: 400 })
  const paused = { provider: null, category: 'transactional', reason: 'an incident', paused_by: 'anyone' }
  expect(await call(one, 'POST', '/pause', { category: 'transactional', reason: 'an incident' })).toMatchObject({
    http: 200,
    data: [paused],
  })
  expect(await call(one, 'GET', '/pauses')).toMatchObject({ http: 200, data: [paused] })
  const held = await until(async () => {
    const { message_id: id } = await call(one, 'POST', '/smss', SMS)
    const message = await read(one, `/smss/${String(id)}`)
    return message['status'] === 'queued' && message['reason'] === 'paused' && (await isUnowned(one, id))
      ? message
      : null
  })
  expect(held).toMatchObject({ verdict: 'Not yet. Sending is paused.' })
  const push = await until(async () => {
    const { notification_id: id } = await call(one, 'POST', '/notifications/topic', { ...PUSH, topic: 'news' })
    const shown = await read(one, `/notifications/${String(id)}`)
    return shown['status'] === 'queued' ? shown : null
  })
  expect(push).toMatchObject({ reason: 'paused' })
  const code = await call(one, 'POST', '/smss', { ...SMS, contact: OTHER, category: 'otp' })
  expect(await ended(one, `/smss/${code['message_id']}`)).toMatchObject({ status: 'sent' })
  expect(await call(one, 'POST', '/resume', {})).toMatchObject({ http: 200, ended: 1, data: [] })
  expect(await ended(one, `/smss/${held['message_id']}`)).toMatchObject({ status: 'sent', reason: null })
  expect(await ended(one, `/notifications/${push['notification_id']}`)).toMatchObject({ status: 'sent', reason: null })
  const { rows } = await one.node.db.query('select act, what, caller from audit order by id')
  expect(rows).toEqual([
    { act: 'sending.paused', what: '*:transactional', caller: 'anyone' },
    { act: 'sending.resumed', what: 'everything', caller: 'anyone' },
  ])
})

async function isUnowned({ node }: HoldingNode, id: unknown): Promise<boolean> {
  const { rows } = await node.db.query<{ free: boolean }>('select owner is null as free from messages where id = $1', [
    id,
  ])
  return rows[0]?.free === true
}

test('with ONLY_TO whoever is not in it gets nothing: what is for him is captured, and the answer says so', async () => {
  const one = await start(`${OTHER}, +20100*, topic:test*, ${TOKENS[0]}`)
  const { message_id: listed, warnings } = await call(one, 'POST', '/smss', SMS)
  expect(warnings).toBe(undefined)
  await ended(one, `/smss/${listed}`)
  const off = await call(one, 'POST', '/smss', { ...SMS, contact: '+201119129288' })
  expect(off).toMatchObject({
    http: 200,
    warnings: ['The contact is not in ONLY_TO. It was captured, and is not sent.'],
  })
  expect(await ended(one, `/smss/${off['message_id']}`)).toMatchObject({ status: 'captured', provider: 'sandbox' })
  const some = await call(one, 'POST', '/notifications/tokens', { ...PUSH, tokens: TOKENS })
  expect(some).toMatchObject({ targets: 3, warnings: ['2 of 3 targets are not in ONLY_TO. They get nothing.'] })
  expect(await ended(one, `/notifications/${some['notification_id']}`)).toMatchObject({
    counts: { sent: 1, suppressed: 2 },
  })
  expect(await call(one, 'GET', `/notifications/${some['notification_id']}/deliveries`)).toMatchObject({
    data: [
      { status: 'sent' },
      { status: 'suppressed', reason: 'only_to' },
      { status: 'suppressed', reason: 'only_to' },
    ],
  })
  const none = await call(one, 'POST', '/notifications/tokens', { ...PUSH, tokens: TOKENS.slice(1) })
  expect(await ended(one, `/notifications/${none['notification_id']}`)).toMatchObject({ counts: { captured: 2 } })
  const topic = await call(one, 'POST', '/notifications/topic', { ...PUSH, topic: 'news' })
  expect(topic).toMatchObject({ warnings: ['The topic is not in ONLY_TO. It was captured, and is not sent.'] })
  expect(await ended(one, `/notifications/${topic['notification_id']}`)).toMatchObject({ status: 'captured' })
  const tests = await call(one, 'POST', '/notifications/topic', { ...PUSH, topic: 'testers' })
  await ended(one, `/notifications/${tests['notification_id']}`)
  // A resend is a call like any other.
  const again = await call(one, 'POST', `/smss/${listed}/resend`, { contact: '+201119129288' })
  expect(await ended(one, `/smss/${again['message_id']}`)).toMatchObject({ status: 'captured' })
  expect(one.reached).toEqual([SMS.contact, TOKENS[0], 'testers'])
})

test('with REDIRECT_TO its number and its token get what is meant for others', async () => {
  const one = await start(SMS.contact, `${OTHER} ${TOKENS[0]}`)
  const off = await call(one, 'POST', '/smss', { ...SMS, contact: '+201119129288' })
  expect(off).toMatchObject({
    warnings: [expect.stringContaining('It goes to the number in REDIRECT_TO instead.') as string],
  })
  expect(await ended(one, `/smss/${off['message_id']}`)).toMatchObject({
    contact: '+201119129288',
    redirected_to: OTHER,
    status: 'sent',
  })
  const listed = await call(one, 'POST', '/smss', SMS)
  expect(await ended(one, `/smss/${listed['message_id']}`)).toMatchObject({ redirected_to: null })
  const push = await call(one, 'POST', '/notifications/tokens', { ...PUSH, tokens: TOKENS })
  expect(push).toMatchObject({ targets: 1, warnings: [expect.stringContaining('2 of 3 targets') as string] })
  await ended(one, `/notifications/${push['notification_id']}`)
  expect(one.reached).toEqual([OTHER, SMS.contact, TOKENS[0]])
})
