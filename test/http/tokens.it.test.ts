import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ask } from '../support/node.ts'
import { until } from '../support/until.ts'
import { startBatchNode, type BatchNode } from './batch-node.ts'
import { openCall } from './ndjson-client.ts'

let database: TestDatabase
let node: BatchNode

beforeEach(async () => {
  database = await createTestDatabase()
  node = await startBatchNode(database.url)
})

afterEach(async () => {
  await node.close()
  await database.drop()
})

const CONTACT = '+201009129288'
const OTHER = '+15005550006'
const FID = 'c'.repeat(22)
const FACTS = {
  client: CONTACT,
  platform: 'android',
  app: 'com.example.shop',
  locale: 'ar-eg',
  time_zone: 'Africa/Cairo',
}
const CONTENT = { title: 'Hello', body: 'There is news.' }

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

async function call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, payload?: object): Promise<Answer> {
  const answer = await node.app.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
  return { status: answer.statusCode, body: answer.json() }
}

const put = (token: string, body: object = {}): Promise<Answer> => call('PUT', `/tokens/${token}`, body)
const rows = (statement: string): Promise<Record<string, unknown>[]> => ask(node.node, statement)
const retire = (token: string, days: number, reason = 'unregistered'): Promise<unknown> =>
  ask(
    node.node,
    `update tokens set retired_at = now() - make_interval(days => $1), retired_reason = $2 where token = $3`,
    [days, reason, token],
  )

/** Tokens that a push went to, or was kept from; it has come to its end. */
async function targetsOf(body: object, path = '/notifications/devices'): Promise<unknown> {
  const { status, body: answer } = await call('POST', path, { ...CONTENT, ...body })
  if (status !== 200) return answer['code']
  await until(async () => (await rows('select from push_chunks where done_at is null')).length === 0)
  const found = await ask(
    node.node,
    `select t.token from tokennotifications n join tokens t on t.id = n.token_id where n.notification_id = $1 order by t.token`,
    [answer['notification_id']],
  )
  return found.map(({ token }) => token)
}

test('a device is registered, read, found by what is known of it, and taken away', async () => {
  const made = await put('token-1', FACTS)
  expect(made).toMatchObject({ status: 200, body: { data: { ...FACTS, locale: 'ar-EG', retired_at: null } } })
  expect((await call('GET', '/tokens/token-1')).body).toEqual({
    ...made.body,
    data: { ...(made.body['data'] as object), topics: [] },
  })
  const again = await put('token-1', { platform: 'ios' })
  expect(again.body).toMatchObject({ data: { token_id: 1, client: null, platform: 'ios', app: null } })

  expect(await call('DELETE', '/tokens/token-1')).toMatchObject({ status: 200, body: { success: true, deleted: 1 } })
  expect((await call('GET', '/tokens/token-1')).body).toMatchObject({
    data: { platform: null, last_seen_at: null, retired_reason: 'deleted', undo_until: null },
  })
  await retire('token-1', 400, 'deleted')
  expect(await call('POST', '/notifications/tokens', { ...CONTENT, tokens: ['token-1'] })).toMatchObject({
    status: 200,
  })
  expect(await rows('select status, reason from tokennotifications')).toEqual([
    { status: 'suppressed', reason: 'deleted' },
  ])
  expect((await put('token-1')).body).toMatchObject({ data: { retired_at: null } })
  expect((await call('GET', '/tokens/nobody')).status).toBe(404)
  expect((await call('DELETE', '/tokens/nobody')).status).toBe(404)
})

test('what cannot be is refused with each fault, and nothing is stored', async () => {
  const wrong = await put('token-1', { client: '12', locale: '?', time_zone: 'Cairo +2' })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect(wrong.body['details']).toMatchObject([{ path: 'client' }, { path: 'locale' }, { path: 'time_zone' }])
  expect((await put('token-1', { plattform: 'ios' })).body).toMatchObject({ details: [{ suggestion: 'platform' }] })
  const items = [{ token: 'a' }, { token: 'b', kind: 'fid' }]
  expect((await call('PUT', '/tokens', { items })).body).toMatchObject({ details: [{ path: 'items[1].token' }] })
  expect(await rows('select from tokens')).toEqual([])
  expect(await rows('select from clients')).toEqual([])
})

test('what no database can hold is nobody’s token, and no time that anybody was seen', async () => {
  for (const token of ['%00', 'a%00b']) {
    expect((await call('GET', `/tokens/${token}`)).status).toBe(404)
    expect((await call('DELETE', `/tokens/${token}`)).status).toBe(404)
    expect((await call('POST', `/tokens/${token}/restore`)).status).toBe(404)
    expect((await put(token)).status).toBe(400)
  }
  for (const seen of ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+23:59', '1969-12-31T23:59:59Z']) {
    expect((await put('a', { last_seen_at: seen })).body).toMatchObject({ details: [{ path: 'last_seen_at' }] })
    const items = [{ token: 'b', last_seen_at: seen }, { token: 'c' }]
    expect((await call('PUT', '/tokens', { items, partial: true })).body).toMatchObject({ accepted: 1, rejected: 1 })
  }
  expect((await put('a', { last_seen_at: '1970-01-01T00:00:00Z' })).status).toBe(200)
})

test('many devices come in one call; of one that stands there twice the last one holds', async () => {
  const items = [{ token: 'a' }, { token: 'b', client: OTHER }, { token: 'c d' }, { token: 'a', platform: 'web' }]
  const { status, body } = await call('PUT', '/tokens', { client: CONTACT, platform: 'ios', partial: true, items })
  expect([status, body['accepted'], body['rejected']]).toEqual([200, 3, 1])
  expect(body['data']).toMatchObject([
    { index: 0, success: true },
    { index: 1, success: true },
    { index: 2, success: false, error: { code: 'invalid_request' } },
    { index: 3, success: true },
  ])
  const [first, , , last] = body['data'] as readonly { token_id: number }[]
  expect(first?.token_id).toBe(last?.token_id)
  expect(
    await rows('select t.token, t.platform, c.contact from tokens t join clients c on c.id = t.client_id order by 1'),
  ).toEqual([
    { token: 'a', platform: 'web', contact: CONTACT },
    { token: 'b', platform: 'ios', contact: OTHER },
  ])
  expect((await call('DELETE', '/tokens', { tokens: ['a', 'x', 'b', 'a'] })).body).toEqual({
    success: true,
    deleted: 2,
  })
})

test('lines are answered one by one, after their commit, and counted in the end', async () => {
  const stream = openCall(`${node.url}/tokens`, {}, 'PUT')
  stream.send({ app: 'com.example.shop' }, { token: 'a' }, { token: 'b', kind: 'fid' }, { token: FID, kind: 'fid' })
  stream.end()
  expect((await stream.answer).statusCode).toBe(200)
  expect(await stream.next()).toEqual({ index: 0, success: true, token_id: expect.any(Number) as number })
  expect(await stream.next()).toMatchObject({ index: 1, success: false, error: { code: 'invalid_request' } })
  expect(await stream.next()).toMatchObject({ index: 2, success: true })
  expect(await stream.next()).toEqual({ done: true, accepted: 2, rejected: 1 })
  expect(await rows('select kind, app from tokens order by kind')).toEqual([
    { kind: 'fid', app: 'com.example.shop' },
    { kind: 'token', app: 'com.example.shop' },
  ])
})

test('a device that is known by several addresses gets a push once, by the one that was registered last', async () => {
  const both = { tokens: ['old', 'new'], fids: [FID] }
  expect(await targetsOf(both, '/notifications/tokens')).toEqual([FID, 'new', 'old'])
  expect((await put('old', { ...FACTS, fid: FID })).body).toMatchObject({ data: { fid: FID, sent_as: null } })
  expect(await targetsOf(both, '/notifications/tokens')).toEqual(['new', 'old'])
  expect((await put('new', { ...FACTS, fid: FID })).status).toBe(200)
  expect(await targetsOf(both, '/notifications/tokens')).toEqual(['new'])
  expect(await targetsOf({ tokens: ['old'] }, '/notifications/tokens')).toEqual(['new'])
  expect(await targetsOf({ to: { client: CONTACT } })).toEqual(['new'])
  const dry = await call('POST', '/notifications/tokens', { ...CONTENT, ...both, dry_run: true })
  expect(dry.body).toMatchObject({ data: { targets: { total: 1, known: 1, suppressed: 0 } } })

  await retire('new', 1)
  expect(await targetsOf(both, '/notifications/tokens')).toEqual([FID])
  expect(await targetsOf({ to: { client: CONTACT } })).toEqual([FID])
  await retire(FID, 1)
  expect(await targetsOf({ to: { client: CONTACT } })).toBe('no_devices')

  await put(FID, { kind: 'fid' })
  expect(await targetsOf(both, '/notifications/tokens')).toEqual([FID])
  expect((await call('GET', '/tokens/old')).body).toMatchObject({ data: { client: null, last_seen_at: null } })
})

test('registrations of one device at the same time, beside pushes to it, leave it one address', async () => {
  const fids = [FID, 'd'.repeat(22)]
  const names = Array.from({ length: 6 }, (_, index) => `token-${index}`)
  const all = { tokens: names, fids }
  await targetsOf(all, '/notifications/tokens')
  const calls = Array.from({ length: 60 }, (_, index) => {
    const fid = fids[index % 2]
    return index % 4 === 3
      ? call('POST', '/notifications/tokens', { ...CONTENT, ...all })
      : put(names[index % 6] ?? '', { fid })
  })
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 200))
  await put('token-0', { fid: FID })
  await put('token-0', { fid: fids[1] })
  expect(await targetsOf(all, '/notifications/tokens')).toEqual(['token-0'])
  expect(await rows('select from tokens t join tokens s on s.id = t.sent_as where s.sent_as is not null')).toEqual([])
}, 30_000)

test('a push goes to the devices that are all of what is asked for', async () => {
  await put('a', { ...FACTS, locale: 'en-GB' })
  await put('b', { ...FACTS, platform: 'ios', locale: 'en' })
  await put('c', { client: OTHER, platform: 'ios', last_seen_at: '2026-01-01T00:00:00Z' })
  expect(await targetsOf({ to: { client: CONTACT } })).toEqual(['a', 'b'])
  expect(await targetsOf({ to: { clients: [CONTACT, OTHER], platforms: ['ios'] } })).toEqual(['b', 'c'])
  expect(await targetsOf({ to: { locales: ['en'], apps: ['com.example.shop'] } })).toEqual(['a', 'b'])
  expect(await targetsOf({ to: { locales: ['en-GB'] } })).toEqual(['a'])
  expect(await targetsOf({ to: { time_zones: ['Africa/Cairo'], platforms: ['ios'] } })).toEqual(['b'])
  expect(await targetsOf({ to: { platforms: ['ios'], seen_within_days: 30 } })).toEqual(['b'])
  expect(await targetsOf({ to: { client: '+15005550009' } })).toBe('no_devices')
  expect(await targetsOf({ to: {} })).toBe('invalid_request')
  const dry = await call('POST', '/notifications/devices', { to: { client: CONTACT }, ...CONTENT, dry_run: true })
  expect(dry.body).toMatchObject({ dry_run: true, data: { targets: { total: 2, known: 2 } } })
})

test('few pushes to all of a kind are gathered at once, and none to a person waits for them', async () => {
  await put('a', FACTS)
  const to = { platforms: ['android'] }
  const send = (body: object): Promise<Answer> => call('POST', '/notifications/devices', { ...CONTENT, ...body })
  const broad = Array.from({ length: 12 }, (_, index) => send({ to, dry_run: index % 2 === 0 }))
  const person = await send({ to: { client: CONTACT, ...to } })
  const ended = await Promise.all(broad)
  expect(person.status).toBe(200)
  expect(ended.filter(({ status }) => status === 200)).toHaveLength(8)
  expect(ended.filter(({ body }) => body['code'] === 'overloaded')).toHaveLength(4)
  expect(await send({ to })).toMatchObject({ status: 200 })
})

test('a push to a person that is repeated is answered as the first one was, though no device is left', async () => {
  await put('a', FACTS)
  const repeated = { method: 'POST', url: '/notifications/devices', headers: { 'idempotency-key': 'k-1' } } as const
  const payload = { ...CONTENT, to: { client: CONTACT } }
  const first = await node.app.inject({ ...repeated, payload })
  await call('DELETE', '/tokens/a')
  const second = await node.app.inject({ ...repeated, payload })
  expect([second.statusCode, second.json()]).toEqual([200, first.json()])
  expect(second.headers['idempotent-replayed']).toBe('true')
  expect((await node.app.inject({ ...repeated, payload: { ...payload, to: { client: OTHER } } })).statusCode).toBe(422)
})

test('a retirement is undone within thirty days, of one or of all since a time', async () => {
  for (const token of ['a', 'b', 'c', 'd', 'e']) await put(token)
  await retire('a', 29)
  await retire('b', 31)
  await retire('c', 2, 'invalid_token')
  await retire('d', 2)
  await call('DELETE', '/tokens/e')
  const codes = []
  for (const token of ['a', 'b', 'e', 'nobody'])
    codes.push((await call('POST', `/tokens/${token}/restore`)).body['code'])
  expect(codes).toEqual([undefined, 'nothing_to_undo', 'nothing_to_undo', 'not_found'])
  expect((await call('POST', '/tokens/a/restore')).body).toMatchObject({ code: 'nothing_to_undo' })
  const since = new Date(Date.now() - 10 * 86_400_000).toISOString()
  expect((await call('POST', '/tokens/restore', { since, reason: 'unregistered' })).body).toEqual({
    success: true,
    restored: 1,
  })
  expect((await call('POST', '/tokens/restore', { since })).body).toEqual({ success: true, restored: 1 })
  expect((await call('POST', '/tokens/restore', { since: '2020-01-01T00:00:00Z' })).status).toBe(400)
  expect(await rows(`select token from tokens where retired_at is not null order by token`)).toEqual([
    { token: 'b' },
    { token: 'e' },
  ])
  expect(await rows(`select act, what from audit order by id`)).toEqual([
    { act: 'token.restored', what: '1' },
    { act: 'tokens.restored', what: 'unregistered' },
    { act: 'tokens.restored', what: '*' },
  ])
})
