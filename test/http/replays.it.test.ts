import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startBatchNode, type BatchNode } from './batch-node.ts'

let database: TestDatabase
let one: BatchNode

beforeEach(async () => {
  database = await createTestDatabase()
  one = await startBatchNode(database.url)
  for (const kind of ['sms', 'push'])
    await one.app.inject({ method: 'PUT', url: `/templates/${kind}`, payload: template(kind) })
})

afterEach(async () => {
  await one.close()
  await database.drop()
})

function template(kind: string): object {
  const texts = kind === 'sms' ? { subject: 'Hello', message: 'A text' } : { title: 'Hello', body: 'There' }
  return { kind, default_locale: 'en', locales: { en: texts }, variables: {} }
}

type Call = readonly [path: string, payload: object]

async function send([url, payload]: Call, key = 'first'): Promise<Readonly<Record<string, unknown>>> {
  const answer = await one.app.inject({ method: 'POST', url, payload, headers: { 'idempotency-key': key } })
  return { http: answer.statusCode, replayed: answer.headers['idempotent-replayed'] === 'true', body: answer.json() }
}

async function stored(): Promise<unknown> {
  const counts = 'select (select count(*) from messages) as messages, (select count(*) from notifications) as pushes'
  return (await one.node.db.query(counts)).rows[0]
}

const CONTACT = '+201009129288'
const TEXT = { subject: 'Hello', message: 'A text' }
const PUSH = { title: 'Hello', body: 'There' }
const SMS_TEMPLATE = { template: { name: 'sms' } }
const PUSH_TEMPLATE = { template: { name: 'push' } }
const soon = (): string => new Date(one.clock.aheadMs + Date.now() + 600_000).toISOString()

test.each([
  ['an SMS', ['/smss', { contact: CONTACT, ...SMS_TEMPLATE }]],
  ['a batch', ['/smss/batch', { ...SMS_TEMPLATE, items: [{ contact: CONTACT }] }]],
  ['a partial batch', ['/smss/batch', { ...SMS_TEMPLATE, partial: true, items: [{ contact: CONTACT }] }]],
  ['a push', ['/notifications/tokens', { ...PUSH_TEMPLATE, tokens: ['token-of-a-device'] }]],
  ['a push to a topic', ['/notifications/topic', { ...PUSH_TEMPLATE, topic: 'news' }]],
] as const)('%s is answered as the first time, though its template is gone since', async (_, call) => {
  const first = await send(call)
  expect(first).toMatchObject({ http: 200, replayed: false })
  const before = await stored()
  for (const name of ['sms', 'push']) await one.app.inject({ method: 'DELETE', url: `/templates/${name}` })
  expect(await send(call)).toEqual({ ...first, replayed: true })
  expect(await stored()).toEqual(before)
  const [path, payload] = call
  // Another call with that key is another call, and with another key it is refused.
  expect(await send([path, { ...payload, tag: 'other' }])).toMatchObject({ http: 422 })
  if (!('partial' in payload)) expect(await send(call, 'second')).toMatchObject({ http: 400 })
})

test('a call is answered as the first time, though its send_at is past since', async () => {
  const at = { send_at: soon() }
  const calls: Call[] = [
    ['/smss', { contact: CONTACT, ...TEXT, ...at }],
    ['/smss/batch', { ...TEXT, ...at, items: [{ contact: CONTACT }] }],
    ['/notifications/tokens', { ...PUSH, ...at, tokens: ['token-of-a-device'] }],
  ]
  const first = await Promise.all(calls.map((call) => send(call)))
  expect(first.map(({ http }) => http)).toEqual([200, 200, 200])
  one.clock.aheadMs = 3_600_000
  const again = await Promise.all(calls.map((call) => send(call)))
  expect(again).toEqual(first.map((answer) => ({ ...answer, replayed: true })))
  expect((await Promise.all(calls.map((call) => send(call, 'second')))).map(({ http }) => http)).toEqual([
    400, 400, 400,
  ])
})

test('an item of a batch is answered as its key was, though it would be refused now', async () => {
  const items = [
    { contact: CONTACT, key: 'one', ...TEXT },
    { contact: CONTACT, key: 'two', ...SMS_TEMPLATE },
  ]
  const batch = { items, partial: true }
  const call = (payload: object): Promise<Readonly<Record<string, unknown>>> =>
    send(['/smss/batch', payload], 'x'.repeat(++calls))
  let calls = 0
  const first = await call(batch)
  expect(first).toMatchObject({ body: { accepted: 2, rejected: 0 } })
  await one.app.inject({ method: 'DELETE', url: '/templates/sms' })
  const again = { accepted: 2, data: [{ replayed: true }, { replayed: true, message_id: 2 }] }
  expect(await call(batch)).toMatchObject({ body: again })
  expect(await call({ items })).toMatchObject({ body: again })
  const lines = ['{}', ...items.map((item) => JSON.stringify(item))].join('\n')
  const streamed = await fetch(`${one.url}/smss/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines,
  })
  expect(await streamed.text()).toContain('{"done":true,"accepted":2,"rejected":0}')
  const changed = items.map((item) => ({ ...item, tag: 'other' }))
  expect(await call({ items: changed })).toMatchObject({ http: 422, body: { code: 'idempotency_conflict' } })
  expect(await stored()).toEqual({ messages: 2, pushes: 0 })
})
