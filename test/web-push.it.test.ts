import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import webPush from 'web-push'
import { startFakeWebPush, type FakeWebPush } from '../src/fakes/webpush.ts'
import type { FakeSubscription } from '../src/fakes/webpush/subscriptions.ts'
import { createDb, type Db } from '../src/store/db.ts'
import { markStale } from '../src/store/push/retired-tokens.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

const KEYS = webPush.generateVAPIDKeys()
const CONTACT = '+201009129288'
const CONTENT = { title: 'Hello', body: 'There is news.' }

let database: TestDatabase
let node: WholeNode
let db: Db
let fake: FakeWebPush

beforeAll(async () => {
  database = await createTestDatabase()
  db = createDb(
    database.url,
    { max: 2, name: 'test', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 },
    () => undefined,
  )
  node = await startWholeNode(database.url, {
    WEBPUSH_VAPID_PUBLIC_KEY: KEYS.publicKey,
    WEBPUSH_VAPID_PRIVATE_KEY: KEYS.privateKey,
    WEBPUSH_VAPID_SUBJECT: 'mailto:push@example.com',
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    AUTH: 'off',
    WEBHOOKS_ALLOW_HTTP: 'on',
    WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1',
  })
}, 120_000)
afterAll(async () => {
  await node.app.stop()
  await db.end()
  await database.drop()
})
beforeEach(async () => {
  fake = await startFakeWebPush()
})
afterEach(() => fake.close())

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function call(method: string, path: string, body?: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json', prefer: 'wait=20' }
  const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) }
  const answer = await fetch(`${node.url}${path}`, { method, ...sent })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function register(subscription: FakeSubscription, more: object = {}): Promise<string> {
  const { status, body } = await call('POST', '/webpush/subscriptions', { subscription, ...more })
  expect([status, body]).toMatchObject([
    200,
    { data: { token: expect.stringMatching(/^webpush:[\w-]{22}$/) as string } },
  ])
  return (body['data'] as { token: string }).token
}

const rows = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
  (await db.query<Record<string, unknown>>({ text, values })).rows

const isKept = async (token: string): Promise<boolean> =>
  (await rows('select from web_subscriptions w join tokens t on t.id = w.token_id where t.token = $1', [token]))
    .length > 0

test('a browser is registered with what it gave to its page, is one device however often it comes, and gets pushes', async () => {
  expect((await call('GET', '/webpush/key')).body).toEqual({ success: true, public_key: KEYS.publicKey })
  const subscription = fake.subscribe(KEYS.publicKey)
  const facts = { client: CONTACT, app: 'shop', locale: 'ar-eg', time_zone: 'Africa/Cairo' }
  const token = await register(subscription, { ...facts, application_server_key: KEYS.publicKey })
  expect(await register({ ...subscription, expirationTime: null }, { client: CONTACT })).toBe(token)
  expect((await call('GET', `/tokens/${token}`)).body).toMatchObject({
    data: { client: CONTACT, platform: 'web', app: null, kind: 'token' },
  })

  const sent = await call('POST', '/notifications/devices', { ...CONTENT, to: { client: CONTACT } })
  expect(sent).toMatchObject({ status: 200, body: { status: 'sent' } })
  const id = String(sent.body['notification_id'])
  expect(fake.pushes()).toMatchObject([{ topic: `tidings-${id}`, ttl: '2419200' }])
  expect(JSON.parse(fake.pushes()[0]?.payload ?? '')).toMatchObject({
    notification: { ...CONTENT, tag: `tidings-${id}` },
    data: { tidings_id: id },
  })
  const [attempt] = await rows('select provider_message_id from tokennotifications where notification_id = $1', [id])
  expect(attempt).toEqual({ provider_message_id: `${fake.url}/message/1` })
})

test('what a browser gave is stored sealed, and neither shown nor logged', async () => {
  const subscription = fake.subscribe(KEYS.publicKey)
  const token = await register(subscription)
  await call('POST', '/notifications/tokens', { ...CONTENT, tokens: [token] })
  const [stored] = await rows(
    `select encode(w.subscription, 'escape') as text, t.* from web_subscriptions w join tokens t on t.id = w.token_id where t.token = $1`,
    [token],
  )
  const seen = JSON.stringify([stored, (await call('GET', `/tokens/${token}`)).body, node.lines])
  const secrets = [subscription.endpoint.split('/').at(-1), subscription.keys.auth, subscription.keys.p256dh]
  for (const secret of secrets) expect(seen).not.toContain(secret)
})

test('what is no subscription is refused with each fault, and nothing is stored', async () => {
  const good = fake.subscribe()
  const before = await rows('select count(*) from tokens')
  const point = Buffer.from(good.keys.p256dh, 'base64url').fill(1, 40)
  const keys = { p256dh: point.toString('base64url'), auth: 'c2hvcnQ' }
  const subscription = { endpoint: 'https://10.0.0.1/push', keys }
  const wrong = await call('POST', '/webpush/subscriptions', { subscription, application_server_key: good.keys.p256dh })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect((wrong.body['details'] as { path: string }[]).map(({ path }) => path)).toEqual([
    'subscription.endpoint',
    'subscription.keys.p256dh',
    'subscription.keys.auth',
    'application_server_key',
  ])
  const odd = await call('POST', '/webpush/subscriptions', { subscription: { ...good, endpoint: 'ftp://x' } })
  const person = await call('POST', '/webpush/subscriptions', { subscription: good, client: '12' })
  expect([odd.status, person.status]).toEqual([400, 400])
  expect(await rows('select count(*) from tokens')).toEqual(before)
})

test('a payload that no push service need take is refused where a browser is among the targets, before it is stored', async () => {
  const tokens = [await register(fake.subscribe(KEYS.publicKey))]
  const large = { ...CONTENT, data: { text: 'x'.repeat(3_900) } }
  const refused = await call('POST', '/notifications/tokens', { ...large, tokens })
  expect(refused).toMatchObject({ status: 400, body: { code: 'push_too_large' } })
  expect(refused.body['message']).toContain('Web Push takes 3,993')
  expect(fake.asked()).toBe(0)
})

test('one that the push service does not know any more is retired, and what it gave goes with it', async () => {
  const gone = fake.subscribe(KEYS.publicKey)
  const [first, second] = [await register(gone), await register(fake.subscribe(KEYS.publicKey))]
  fake.script([{ when: { id: gone.endpoint.split('/').at(-1) }, play: { status: 410 } }])
  await call('POST', '/notifications/tokens', { ...CONTENT, tokens: [first, second] })
  await until(async () => !(await isKept(first)))
  expect((await call('GET', `/tokens/${first}`)).body).toMatchObject({ data: { retired_reason: 'unregistered' } })
  expect(await isKept(second)).toBe(true)

  fake.script([])
  expect(await register(gone)).toBe(first)
  const again = await call('POST', '/notifications/tokens', { ...CONTENT, tokens: [first] })
  expect(again.body).toMatchObject({ status: 'sent' })
})

test('what a browser gave goes when it is taken away, when its person is erased, and when it was stale for too long to be undone', async () => {
  const deleted = await register(fake.subscribe(KEYS.publicKey))
  await call('DELETE', `/tokens/${deleted}`)
  expect(await isKept(deleted)).toBe(false)
  expect((await call('POST', '/notifications/tokens', { ...CONTENT, tokens: [deleted] })).body).toMatchObject({
    counts: { suppressed: 1 },
  })

  const before = Number((await rows('select count(*) from web_subscriptions'))[0]?.['count'])
  await register(fake.subscribe(KEYS.publicKey), { client: '+15005550006' })
  await call('DELETE', '/clients/%2B15005550006')
  await until(async () => Number((await rows('select count(*) from web_subscriptions'))[0]?.['count']) === before)

  const stale = await register(fake.subscribe(KEYS.publicKey))
  const seen = (days: number): Promise<unknown> =>
    rows(`update tokens set last_seen_at = now() - make_interval(days => $1) where token = $2`, [days, stale])
  const look = async (): Promise<unknown> => markStale(db, 0, 10_000, { staleDays: 30, dropDays: 270 })
  await seen(300)
  await look()
  expect((await call('GET', `/tokens/${stale}`)).body).toMatchObject({ data: { retired_reason: 'stale' } })
  expect(await isKept(stale)).toBe(true)
  await rows(`update tokens set retired_at = now() - interval '31 days' where token = $1`, [stale])
  await look()
  expect(await isKept(stale)).toBe(false)
})
