import pg from 'pg'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startSink, type Sink, type SinkCall } from '../src/fakes/sink.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { until as untilWithin } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

// Events wait for every transaction that began before them, also those of other files' tests on the same server.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })
const until: typeof untilWithin = (fact) => untilWithin(fact, 60_000)

const LOCAL = { WEBHOOKS_ALLOW_HTTP: 'on', WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1' }

let database: TestDatabase
let receiver: Sink
const ends: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  database = await createTestDatabase()
  receiver = await startSink()
  ends.push(
    () => database.drop(),
    () => receiver.close(),
  )
})

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function start(variables: Readonly<Record<string, string>> = LOCAL): Promise<WholeNode> {
  const node = await startWholeNode(database.url, variables)
  ends.push(() => node.app.stop())
  return node
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function call(node: WholeNode, method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(node.url + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}

const send = (node: WholeNode, contact = '+15005550100'): Promise<Answer> =>
  call(node, 'POST', '/smss', { contact, subject: 'Hello', message: 'Your code is 482913', tag: 'login' })

function read(secret: unknown, { body, headers }: SinkCall): Readonly<Record<string, unknown>> {
  const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  return new StandardWebhook(String(secret)).verify(body, signed) as Readonly<Record<string, unknown>>
}

test('what becomes of an SMS is told, thin or full, and every try can be read', async () => {
  const node = await start()
  const thin = await call(node, 'POST', '/webhooks', { url: `${receiver.url}/thin`, types: ['sms.delivered'] })
  const full = await call(node, 'POST', '/webhooks', {
    url: `${receiver.url}/full`,
    types: ['sms.delivered'],
    payload: 'full',
  })
  expect(thin).toMatchObject({ status: 200, body: { data: { id: 1, enabled: true, payload: 'thin' } } })
  expect(full).toMatchObject({ status: 200 })
  const sent = await send(node)
  const calls = await until(() => receiver.calls().length === 2 && receiver.calls())
  const [one, other] = calls.toSorted((a, b) => (a.path < b.path ? 1 : -1))
  if (one === undefined || other === undefined) throw new Error('a call is missing')
  const data = { message_id: sent.body['message_id'], status: 'delivered', tag: 'login' }
  expect(read(thin.body['secret'], one)).toMatchObject({ type: 'sms.delivered', data })
  expect(one.body).not.toContain('482913')
  expect(one.body).not.toContain('15005550100')
  expect(read(full.body['secret'], other)).toMatchObject({
    data: { ...data, contact: '+15005550100', message: 'Your code is 482913' },
  })
  const list = await until(async () => {
    const { body } = await call(node, 'GET', '/webhooks/1/deliveries?status=delivered&type=sms.delivered')
    const rows = body['data'] as readonly { id: number; event_id: string }[]
    return rows.length === 1 && rows
  })
  const details = await call(node, 'GET', `/webhooks/deliveries/${list[0]?.id}`)
  expect(details.body).toMatchObject({
    data: { status: 'delivered', attempt_count: 1, attempts: [{ number: 1, status: 200, failure: null }] },
  })
  expect(one.headers['webhook-id']).toBe(`evt_${list[0]?.event_id.replace('-', '_')}`)
})

test('a webhook is made, changed, tried, given another secret, and removed; each stands in the audit', async () => {
  const node = await start()
  const { body } = await call(node, 'POST', '/webhooks', { url: receiver.url })
  expect(String(body['secret'])).toMatch(/^whsec_/)
  expect(JSON.stringify((await call(node, 'GET', '/webhooks')).body)).not.toContain('whsec_')
  const changed = await call(node, 'PATCH', '/webhooks/1', { enabled: false, description: 'for a while' })
  expect(changed.body['data']).toMatchObject({ enabled: false, disabled_reason: 'caller', description: 'for a while' })
  const tested = await call(node, 'POST', '/webhooks/1/test')
  expect(tested.body).toMatchObject({ delivered: true, attempt: { status: 200 }, event: { type: 'webhook.test' } })
  const rotated = await call(node, 'POST', '/webhooks/1/secret', {})
  expect(rotated.body['secret']).not.toBe(body['secret'])
  expect((await call(node, 'DELETE', '/webhooks/1')).body).toEqual({ success: true })
  expect((await call(node, 'GET', '/webhooks/1')).status).toBe(404)
  const audit = (await call(node, 'GET', '/audit')).body['data'] as readonly { act: string }[]
  expect(audit.map(({ act }) => act)).toEqual([
    'webhook.deleted',
    'webhook.rotated',
    'webhook.changed',
    'webhook.created',
  ])
})

test('what cannot be is refused, with what to write instead', async () => {
  const node = await start({ WEBHOOKS_ALLOW_HTTP: 'off' })
  const refusals: readonly [object, RegExp][] = [
    [{ url: 'http://example.com/' }, /not https.*WEBHOOKS_ALLOW_HTTP/],
    [{ url: 'https://127.0.0.1/' }, /not public.*WEBHOOKS_ALLOW_PRIVATE/],
    [{ url: 'https://example.com/', types: ['sms.deliverd'] }, /did you mean `sms\.delivered`/],
    [{ url: 'https://example.com/', payloud: 'full' }, /did you mean `payload`/],
    [{ url: 'https://example.com/', types: [] }, /must not be empty/],
  ]
  for (const [body, message] of refusals) {
    const answer = await call(node, 'POST', '/webhooks', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(String(answer.body['message'])).toMatch(message)
  }
  expect((await call(node, 'POST', '/webhooks/7/test')).status).toBe(404)
  expect((await call(node, 'GET', '/webhooks/7/deliveries')).status).toBe(404)
  expect((await call(node, 'POST', '/webhooks/deliveries/7/replay')).status).toBe(404)
})

test('what a receiver echoed of a person is gone once the person is erased', async () => {
  const node = await start()
  await receiver.close()
  const echo = await startSink({ rules: [{ play: { body: 'thanks for telling me of +15005550100' } }] })
  ends.push(() => echo.close())
  await call(node, 'POST', '/webhooks', { url: echo.url, types: ['sms.delivered'], payload: 'full' })
  await send(node)
  const details = await until(async () => {
    const { body } = await call(node, 'GET', '/webhooks/deliveries/1')
    return JSON.stringify(body).includes('thanks') && body
  })
  expect(JSON.stringify(details)).toContain('+15005550100')
  await call(node, 'DELETE', '/clients/+15005550100')
  expect(JSON.stringify((await call(node, 'GET', '/webhooks/deliveries/1')).body)).not.toContain('15005550100')
})

test('a webhook to the service itself is refused, also where the system chose its port', async () => {
  const node = await start({ ...LOCAL, PORT: '0' })
  const { port } = new URL(node.app.url)
  const itself = { ...node, url: `http://127.0.0.1:${port}` }
  await call(itself, 'POST', '/webhooks', { url: `${itself.url}/livez` })
  expect((await call(itself, 'POST', '/webhooks/1/test')).body).toMatchObject({
    delivered: false,
    attempt: { status: null, failure: 'refused_address' },
  })
})

// What an export leaves out, and what a dump of all rows carries over from a server that counted transactions on its own.
test.each([
  [
    'an export',
    ['delete from event_listeners', 'delete from webhook_cursor', 'insert into webhook_cursor default values'],
  ],
  [
    'a dump',
    [`update event_listeners set since = '900000000000'`, `update webhook_cursor set xid = '900000000000', id = 7`],
  ],
])(
  'a webhook of a database restored from %s is told of what happens from the first start on',
  async (_, statements) => {
    const first = await start()
    await call(first, 'POST', '/webhooks', { url: receiver.url, types: ['sms.delivered'] })
    await first.app.stop()
    ends.pop()
    const db = new pg.Client({ connectionString: database.url })
    await db.connect()
    await db.query(`update webhooks set since = '900000000000:900000000000:'`)
    for (const statement of statements) await db.query(statement)
    await db.end()
    await send(await start())
    await until(() => receiver.calls().length === 1)
  },
)

test('a start that fails over what a database brought along leaves nothing running', async () => {
  const db = new pg.Client({ connectionString: database.url })
  await db.connect()
  ends.push(() => db.end())
  await db.query('alter table event_log rename to elsewhere')
  await expect(start()).rejects.toThrow('event_log')
  await until(async () => {
    const { rows } = await db.query<{ name: string }>(
      `select application_name as name from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    return rows.length === 0
  })
})
