import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFakeFcm, type FakeFcm } from '../src/fakes/fcm.ts'
import type { FakeTopicCall } from '../src/fakes/fcm/topics.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

let database: TestDatabase
let fake: FakeFcm
let calls: FakeTopicCall[]
let open: WholeNode[]

beforeEach(async () => {
  database = await createTestDatabase()
  calls = []
  open = []
  fake = await startFakeFcm({ onTopic: (call) => void calls.push(call) })
})

afterEach(async () => {
  await Promise.all(open.map(({ app }) => app.stop()))
  await fake.close()
  await database.drop()
})

const CLIENT = '+15005550006'
const FID = 'c'.repeat(22)
const BOTH = 'the body cannot have `to` beside `tokens` or `fids`: name devices, or say which are meant'

async function start(variables: Readonly<Record<string, string>> = {}): Promise<Service> {
  const live = { AUTH: 'off', FCM_SERVICE_ACCOUNT: JSON.stringify(fake.serviceAccount), FCM_BASE_URL: fake.url }
  const node = await startWholeNode(database.url, { ...live, ...variables })
  open.push(node)
  return serviceOf(node)
}

async function capturing(): Promise<Service> {
  const node = await startWholeNode(database.url)
  open.push(node)
  return serviceOf(node)
}

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

type Service = ReturnType<typeof serviceOf>

function serviceOf({ url }: WholeNode) {
  async function call(method: string, path: string, body?: object | string, headers = {}): Promise<Answer> {
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json'
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const json: unknown = answer.headers.get('content-type')?.includes('ndjson') === true ? { text } : JSON.parse(text)
    return { status: answer.status, body: json as Record<string, unknown> }
  }
  const waiting = { prefer: 'wait=30' }
  return {
    call,
    subscribe: (topic: string, body: object) => call('POST', `/topics/${topic}/subscriptions`, body, waiting),
    unsubscribe: (topic: string, body: object) => call('DELETE', `/topics/${topic}/subscriptions`, body, waiting),
  }
}

async function sql(statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}

const ledger = () =>
  sql(`select p.name as topic, t.token, s.state, s.reason from topic_subscriptions s join topics p on p.id = s.topic_id
    join tokens t on t.id = s.token_id order by 1, 2`)

test('devices are subscribed at FCM, stand in the ledger, and are taken off again', async () => {
  const { call, subscribe, unsubscribe } = await start()
  expect(await subscribe('news', { tokens: ['token-1', 'token-2', 'token-1'] })).toEqual({
    status: 200,
    body: { success: true, topic: 'news', devices: 2, waiting: 0, failed: [] },
  })
  expect(fake.subscribers('news')).toEqual(['token-1', 'token-2'])
  expect(calls).toEqual([{ api: 'iid', wish: 'subscribe', topic: 'news', devices: ['token-1', 'token-2'] }])

  // An installation id is nothing that the Instance ID API knows; another name of a topic is the same one.
  await subscribe('%2Ftopics%2Fnews', { fids: [FID] })
  expect(calls.at(-1)).toMatchObject({ api: 'v1', devices: [FID] })
  expect((await call('GET', '/topics')).body).toMatchObject({
    data: [{ topic: 'news', subscribers: 3, counts: { subscribed: 3, failed: 0 } }],
    next: null,
  })
  expect((await call('GET', '/tokens/token-1')).body).toMatchObject({
    data: { topics: [{ topic: 'news', state: 'subscribed', reason: null }] },
  })

  expect((await unsubscribe('news', { tokens: ['token-1', 'unknown'] })).body).toMatchObject({ devices: 2, failed: [] })
  expect(fake.subscribers('news')).toEqual(['token-2', FID])
  const first = await call('GET', '/topics/news/subscriptions?limit=1')
  expect(first.body).toMatchObject({
    topic: { subscribers: 2, counts: { unsubscribed: 2 } },
    data: [{ token: 'unknown' }],
  })
  const rest = await call('GET', `/topics/news/subscriptions?limit=3&cursor=${String(first.body['next'])}`)
  expect(rest.body).toMatchObject({ data: [{ token: FID }, { token: 'token-2' }, { token: 'token-1' }], next: null })
  const subscribed = await call('GET', '/topics/news/subscriptions?state=unsubscribed')
  expect(subscribed.body).toMatchObject({ data: [{ token: 'unknown' }, { token: 'token-1' }] })
})

test('only what failed is answered, with why; who is gone at Google is retired as after a push', async () => {
  const { call, subscribe } = await start()
  const tokens = ['good', 'fake.unregistered', 'fake.too-many-topics', 'fake.invalid-token', 'fake.sender-mismatch']
  const { body } = await subscribe('news', { tokens, fids: [FID] })
  expect(body).toMatchObject({ devices: 6, waiting: 0 })
  expect(new Set(body['failed'] as object[])).toEqual(
    new Set([
      { token: 'fake.unregistered', reason: 'unregistered' },
      { token: 'fake.too-many-topics', reason: 'too_many_topics' },
      { token: 'fake.invalid-token', reason: 'invalid_token' },
      { token: 'fake.sender-mismatch', reason: 'sender_mismatch' },
    ]),
  )
  expect(fake.subscribers('news')).toEqual(['good', FID])
  expect(await sql(`select token, retired_reason from tokens where retired_at is not null`)).toEqual([
    { token: 'fake.unregistered', retired_reason: 'unregistered' },
  ])
  expect((await subscribe('news', { tokens: ['fake.unregistered'] })).body).toMatchObject({
    failed: [{ token: 'fake.unregistered', reason: 'unregistered' }],
  })
  const failed = await call('GET', '/topics/news/subscriptions?state=failed&limit=2')
  expect(failed.body).toMatchObject({ topic: { counts: { failed: 4, subscribed: 2 } } })
})

test("FCM's own API is spoken to as well, and what is so already is fine", async () => {
  const { subscribe, unsubscribe } = await start({ FCM_TOPICS_API: 'v1' })
  for (let times = 0; times < 2; times++)
    expect((await subscribe('a%25b', { tokens: ['token:1/2', 'fake.unregistered'] })).body).toMatchObject({
      waiting: 0,
    })
  expect(fake.subscribers('a%b')).toEqual(['token:1/2'])
  for (let times = 0; times < 2; times++) await unsubscribe('a%25b', { tokens: ['token:1/2'] })
  expect(fake.subscribers('a%b')).toEqual([])
  expect(calls.every(({ api }) => api === 'v1')).toBe(true)
  expect(await ledger()).toEqual([
    { topic: 'a%b', token: 'fake.unregistered', state: 'failed', reason: 'unregistered' },
    { topic: 'a%b', token: 'token:1/2', state: 'unsubscribed', reason: null },
  ])
})

test('what a device becomes, its subscriptions become', async () => {
  const { call, subscribe } = await start()
  const put = (token: string, body: object): Promise<Answer> => call('PUT', `/tokens/${token}`, body)
  await put('mine', { client: CLIENT })
  for (const token of ['gone', 'deleted', 'old', 'mine']) await subscribe('news', { tokens: [token] })
  await subscribe('sport', { to: { client: CLIENT } })
  await sql(`update tokens set retired_at = now(), retired_reason = 'unregistered' where token = 'gone'`)
  await call('DELETE', '/tokens/deleted')
  // The app has another token now.
  await put('old', { fid: FID })
  await put('new', { fid: FID })
  await until(() => !fake.subscribers('news').includes('deleted') && fake.subscribers('news').includes('new'))
  await until(async () => (await sql('select from topic_subscriptions where next_at is not null')).length === 0)
  expect(await ledger()).toEqual([
    { topic: 'news', token: 'deleted', state: 'unsubscribed', reason: 'deleted' },
    { topic: 'news', token: 'gone', state: 'unsubscribed', reason: 'unregistered' },
    { topic: 'news', token: 'mine', state: 'subscribed', reason: null },
    { topic: 'news', token: 'new', state: 'subscribed', reason: null },
    { topic: 'sport', token: 'mine', state: 'subscribed', reason: null },
  ])
  // Its retirement was a mistake.
  expect((await call('POST', '/tokens/gone/restore')).status).toBe(200)
  await until(async () => (await ledger()).some(({ token, state }) => token === 'gone' && state === 'subscribed'))

  expect((await call('DELETE', `/clients/${CLIENT}`)).status).toBe(200)
  await until(() => !fake.subscribers('news').includes('mine') && !fake.subscribers('sport').includes('mine'))
  await until(async () => (await ledger()).every(({ topic }) => topic === 'news'))
  expect(await sql(`select from topic_subscriptions where address is not null`)).toEqual([])
  expect((await call('GET', '/topics')).body).toMatchObject({ data: [{ subscribers: 2 }, { subscribers: 0 }] })
})

test('a wish outlives the node that took it, and the last one holds', async () => {
  const quiet = await start({ FCM_BASE_URL: 'http://127.0.0.1:9' })
  const { call } = quiet
  const tell = (method: string, tokens: readonly string[]): Promise<Answer> =>
    call(method, '/topics/news/subscriptions', { tokens })
  expect((await tell('POST', ['a', 'b', 'c'])).body).toMatchObject({ devices: 3, waiting: 3, failed: [] })
  expect((await tell('DELETE', ['b'])).body).toMatchObject({ waiting: 1 })
  expect((await tell('POST', ['b'])).body).toMatchObject({ waiting: 1 })
  expect((await tell('DELETE', ['c'])).body).toMatchObject({ waiting: 1 })
  await open.pop()?.app.stop()
  expect((await ledger()).map(({ state }) => state)).toEqual(['subscribing', 'subscribing', 'unsubscribing'])
  // What the node before had tried waits for a while.
  await sql('update topic_subscriptions set next_at = now(), leased_until = null')
  await Promise.all([start(), start()])
  await until(async () => (await ledger()).every(({ state }) => state === 'subscribed' || state === 'unsubscribed'))
  expect(fake.subscribers('news').toSorted()).toEqual(['a', 'b'])
})

test('without a provider it stands here alone; addresses of other services are never told to FCM', async () => {
  const { call, subscribe } = await capturing()
  expect((await subscribe('news', { tokens: ['token-1'] })).body).toMatchObject({ devices: 1, waiting: 0, failed: [] })
  expect(await ledger()).toEqual([{ topic: 'news', token: 'token-1', state: 'subscribed', reason: null }])
  expect((await call('GET', '/topics/news/subscriptions')).body).toMatchObject({ data: [{ provider: 'sandbox' }] })
  expect(calls).toEqual([])
})

test('lines are stored as they come, and only those that fail are answered', async () => {
  const { call } = await start()
  const lines = ['{}', '"one"', '{"token":"two"}', '{"token":7}', `{"fid":"${FID}"}`, '"with space"', '']
  const { body } = await call('POST', '/topics/news/subscriptions', lines.join('\n'))
  const answers = String(body['text'])
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(answers).toMatchObject([
    { index: 2, success: false, error: { code: 'invalid_request' } },
    { index: 4, success: false, error: { code: 'invalid_request' } },
    { done: true, accepted: 3, rejected: 2 },
  ])
  await until(() => fake.subscribers('news').length === 3)
})

test('what can’t be is refused with where and why, and nothing is stored', async () => {
  const { call } = await start()
  const many = Array.from({ length: 10_001 }, (_, index) => `token-${index}`)
  const refusals: readonly [string, object | undefined, object][] = [
    ['/topics/a%20b/subscriptions', { tokens: ['a'] }, { details: [{ path: 'topic' }] }],
    ['/topics/news/subscriptions', {}, { code: 'invalid_request' }],
    ['/topics/news/subscriptions', { tokens: ['a'], to: { client: CLIENT } }, { details: [{ message: BOTH }] }],
    ['/topics/news/subscriptions', { tokens: ['a', ''] }, { details: [{ path: 'tokens[1]' }] }],
    ['/topics/news/subscriptions', { tokens: ['a', 'b c'] }, { details: [{ path: 'tokens[1]' }] }],
    ['/topics/news/subscriptions', { tokens: many }, { code: 'invalid_request' }],
    ['/topics/news/subscriptions?x=1', { tokens: ['a'] }, { code: 'invalid_request' }],
  ]
  for (const [path, body, expected] of refusals)
    expect(await call('POST', path, body)).toMatchObject({ status: 400, body: expected })
  expect((await call('POST', '/topics/news/subscriptions', { to: { client: CLIENT } })).body).toMatchObject({
    code: 'no_devices',
  })
  expect((await call('GET', '/topics/news/subscriptions')).status).toBe(404)
  expect((await call('GET', '/topics/news/subscriptions?state=odd')).status).toBe(400)
  expect(await sql('select from topics')).toEqual([])
})

test('with fan_out the devices that were subscribed here are the targets, each with a status of its own', async () => {
  const { call, subscribe, unsubscribe } = await start()
  const sets = { a: ['one', 'two', 'both', 'gone'], b: ['both', 'three'], c: ['one'] }
  for (const [topic, tokens] of Object.entries(sets)) await subscribe(topic, { tokens })
  await unsubscribe('c', { tokens: ['one'] })
  await sql(`update tokens set retired_at = now(), retired_reason = 'unregistered' where token = 'gone'`)
  const words = { title: 'Hello', body: 'There is news.', fan_out: true }
  async function reached(whom: object): Promise<unknown> {
    const { status, body } = await call('POST', '/notifications/topic', { ...words, ...whom }, { prefer: 'wait=30' })
    if (status !== 200) return [status, body['code']]
    const { body: list } = await call('GET', `/notifications/${String(body['notification_id'])}/deliveries`)
    return (list['data'] as { token: string; status: string }[])
      .map(({ token, status: end }) => (end === 'sent' ? token : `${token}: ${end}`))
      .toSorted()
  }
  expect(await reached({ topic: 'a' })).toEqual(['both', 'one', 'two'])
  expect(await reached({ condition: "'a' in topics && !('b' in topics)" })).toEqual(['one', 'two'])
  expect(await reached({ condition: "!('a' in topics)" })).toEqual(['three'])
  // From left to right, as FCM takes it: (a || b) && b.
  expect(await reached({ condition: "'a' in topics || 'b' in topics && 'b' in topics" })).toEqual(['both', 'three'])
  expect(await reached({ topic: 'c' })).toEqual([409, 'no_devices'])
  expect(await reached({ condition: "'a' in topics && 'never' in topics" })).toEqual([409, 'no_devices'])

  const asTopic = await call('POST', '/notifications/topic', { ...words, fan_out: false, dry_run: true, topic: 'a' })
  expect(asTopic.body).toMatchObject({ data: { topic: 'a', targets: { total: 1 }, subscribers: 3 } })
  const oneByOne = await call('POST', '/notifications/topic', { ...words, dry_run: true, topic: 'a' })
  expect(oneByOne.body).toMatchObject({ data: { topic: null, targets: { total: 3, known: 3 }, subscribers: 3 } })
  const counted = async (condition: string): Promise<unknown> => {
    const asked = { ...words, fan_out: false, dry_run: true, condition }
    return ((await call('POST', '/notifications/topic', asked)).body['data'] as { subscribers: number }).subscribers
  }
  expect(await counted("!('a' in topics)")).toBe(1)
  expect(await counted("'a' in topics && 'never' in topics")).toBe(0)
})

test('a project that is none is refused with those there are; test keys and ONLY_TO keep FCM out of it', async () => {
  const allowed = 'allowed-device-token'
  const { call, subscribe, unsubscribe } = await start({ ONLY_TO: allowed })
  const refusal = { status: 400, body: { details: [{ path: 'project' }] } }
  expect(await subscribe('news', { tokens: ['a'], project: 'fcn' })).toMatchObject(refusal)
  expect(await call('POST', '/topics/news/subscriptions', '{"project":"nope"}\n"a"\n')).toMatchObject(refusal)
  await subscribe('news', { tokens: [allowed, 'other'] })
  expect(fake.subscribers('news')).toEqual([allowed])
  const { body } = await call('GET', '/topics/news/subscriptions')
  const ways = (body['data'] as { token: string; provider: string }[]).map(({ token, provider }) => [token, provider])
  expect(Object.fromEntries(ways)).toEqual({ other: 'sandbox', [allowed]: 'fcm' })
  expect((await unsubscribe('news', { tokens: ['other'] })).body).toMatchObject({ devices: 1, waiting: 0 })
})
