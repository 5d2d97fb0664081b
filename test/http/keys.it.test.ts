import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeSecret } from '../../src/domain/api-key.ts'
import { KNOWN_MS } from '../../src/flows/keys/keyring.ts'
import type { HttpParts } from '../../src/http/parts.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { call, create, emptyKeys, openKeysNode, send, SMS, somewhere, type KeysNode } from './keys-node.ts'

let database: TestDatabase
let node: KeysNode
let admin: string

beforeAll(async () => {
  database = await createTestDatabase()
  node = openKeysNode(database.url)
})

beforeEach(async () => {
  await emptyKeys(node)
  admin = (await node.make({ name: 'admin', scopes: ['admin'] })).key
})

afterAll(async () => {
  await node.close()
  await database.drop()
})

test('a key opens what its scopes say, and its caller is known by it', async () => {
  const { key, id } = await create(node, admin, { scopes: ['sms:send'] })
  expect((await send(node, key)).status).toBe(200)
  const other = await call(node, 'GET', '/smss/1', { key })
  expect(other).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(other.headers['www-authenticate']).toBe(
    'Bearer realm="tidings", error="insufficient_scope", scope="messages:read"',
  )
  const headers = { authorization: `bearer   ${key}`, 'idempotency-key': 'one' }
  await node.app.inject({ method: 'POST', url: '/smss', headers, payload: SMS })
  expect(node.recorded.sms.at(-1)?.idempotency?.caller).toBe(`key:${id}`)
})

test('the key itself is in the answer that made it, and nowhere else', async () => {
  const { key, id } = await create(node, admin, {})
  const secret = key.split('_')[3] ?? ''
  const seen = [
    await call(node, 'GET', '/keys', { key: admin }),
    await call(node, 'GET', `/keys/${id}`, { key: admin }),
  ]
  const { rows } = await node.db.query<{ row: string }>(
    `select k::text as row from api_keys k union all select a::text from audit a`,
  )
  expect(seen.map(({ status }) => status)).toEqual([200, 200])
  expect(rows.length).toBeGreaterThan(2)
  for (const part of [secret, secret.slice(0, 43)]) expect(JSON.stringify([seen, rows])).not.toContain(part)
})

test('a key without one, a whole wrong one, and one that was cut or mistyped each get a 401 that says what is wrong', async () => {
  const { key, id } = await create(node, admin, {})
  const forged = makeSecret({ mode: 'live', id }, randomBytes)
  const unknown = makeSecret({ mode: 'live', id: 'abcdefghij' }, randomBytes)
  const wrong: [string | undefined, string][] = [
    [undefined, 'An API key is needed'],
    [forged, 'There is no such API key'],
    [unknown, 'There is no such API key'],
    [key.slice(0, -1), 'This is not a whole API key'],
    [key.replace('live', 'test'), 'This is not a whole API key'],
  ]
  for (const [one, message] of wrong) {
    const answer = await call(node, 'POST', '/smss', { body: SMS, ...(one === undefined ? {} : { key: one }) })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(answer.body['message']).toContain(message)
    expect(answer.headers['www-authenticate']).toMatch(one === undefined ? /^Bearer realm="tidings"$/ : /invalid_token/)
  }
  const basic = await node.app.inject({ url: '/smss/1', headers: { authorization: 'Basic YTpi' } })
  expect(basic.json()).toMatchObject({ code: 'unauthorized' })
})

test('where no key is needed, one that is sent counts all the same, and another program’s Authorization does not', async () => {
  const open = openKeysNode(database.url, { auth: { required: false, keyring: node.keyring, session: () => null } })
  const { key } = await create(node, admin, { scopes: ['push:send'] })
  expect((await call(open, 'POST', '/smss', { body: SMS })).status).toBe(200)
  expect((await send(open, key)).status).toBe(403)
  expect((await send(open, key.slice(0, -1))).status).toBe(401)
  const basic = { method: 'POST', url: '/smss', headers: { authorization: 'Basic YTpi' }, payload: SMS } as const
  expect((await open.app.inject(basic)).statusCode).toBe(200)
  await open.close()
})

test('the body of a caller without a key is not looked at', async () => {
  const answer = await node.app.inject({ method: 'POST', url: '/smss', payload: '{', headers: JSON_TYPE })
  expect(answer.json()).toMatchObject({ code: 'unauthorized' })
})

const JSON_TYPE = { 'content-type': 'application/json' }

test('a revoked key opens nothing on its own node at once, and on another one after 5 s', async () => {
  const other = openKeysNode(database.url)
  const { key, id } = await create(node, admin, {})
  expect([(await send(node, key)).status, (await send(other, key)).status]).toEqual([200, 200])
  const revoked = await call(node, 'DELETE', `/keys/${id}`, { key: admin })
  expect(revoked.body.data?.['revoked_at']).toEqual(expect.any(String))
  expect((await send(node, key)).body['message']).toBe('This API key was revoked')
  other.pass(KNOWN_MS)
  expect((await send(other, key)).status).toBe(401)
  const again = await call(node, 'DELETE', `/keys/${id}`, { key: admin })
  expect(again.body.data).toEqual(revoked.body.data)
  await other.close()
})

test('a key in use is looked up again before its time is over, without anybody waiting for it', async () => {
  const { key, id } = await create(node, admin, {})
  const header = `Bearer ${key}`
  await send(node, key)
  await node.db.query(`update api_keys set revoked_at = now() where public_id = $1`, [id])
  node.pass(KNOWN_MS - 1)
  // The first caller after a while still goes by what was known, and starts the look.
  expect((await send(node, key)).status).toBe(200)
  await until(() => !node.keyring.wasGood(header))
  expect((await send(node, key)).status).toBe(401)
})

test('a key that is known is good for as long as the database is away, up to 5 s; then its callers are told to come back', async () => {
  const lonely = openKeysNode(database.url)
  const { key } = await create(node, admin, {})
  expect((await send(lonely, key)).status).toBe(200)
  await lonely.db.end()
  expect((await send(lonely, key)).status).toBe(200)
  lonely.pass(KNOWN_MS)
  expect((await send(lonely, key)).status).toBeGreaterThanOrEqual(500)
  await lonely.app.close()
})

test('a rotated key has two secrets that open, one after the overlap; a further rotation ends the oldest at once', async () => {
  const { key, id } = await create(node, admin, {})
  const rotate = async (body: object): Promise<string> =>
    String((await call(node, 'POST', `/keys/${id}/rotate`, { key: admin, body })).body['key'])
  const second = await rotate({})
  expect((await Promise.all([key, second].map((one) => send(node, one)))).map(({ status }) => status)).toEqual([
    200, 200,
  ])
  const third = await rotate({ overlap_seconds: 3_600 })
  const statuses = (await Promise.all([key, second, third].map((one) => send(node, one)))).map(({ status }) => status)
  expect(statuses).toEqual([401, 200, 200])
  const fourth = await rotate({ overlap_seconds: 0 })
  expect((await send(node, third)).body['message']).toBe('This API key has expired, or was replaced')
  expect((await send(node, fourth)).status).toBe(200)
})

test('an overlap that ends within 5 s ends on time, whatever a node remembers', async () => {
  const { key, id } = await create(node, admin, {})
  const other = openKeysNode(database.url)
  await call(node, 'POST', `/keys/${id}/rotate`, { key: admin, body: {} })
  await node.db.query(`update api_keys set old_secret_until = now() + interval '3 seconds' where public_id = $1`, [id])
  // On a machine that stands still for so long it is over already.
  expect([200, 401]).toContain((await send(other, key)).status)
  expect(other.keyring.known(`Bearer ${key}`, 1_000 + 3_000)).toBeNull()
  await other.close()
})

test('a key expires when it says, also on a node that knows it', async () => {
  const { key } = await create(node, admin, { expires_at: new Date(Date.now() + 60_000).toISOString() })
  expect((await send(node, key)).status).toBe(200)
  await node.db.query(`update api_keys set expires_at = now() where scopes = '{sms:send}'`)
  node.pass(KNOWN_MS)
  expect((await send(node, key)).body).toMatchObject({ code: 'unauthorized' })
  const past = await call(node, 'POST', '/keys', {
    key: admin,
    body: { name: 'late', scopes: ['admin'], expires_at: '2020-01-01T00:00:00Z' },
  })
  expect(past).toMatchObject({ status: 400, body: { details: [{ path: 'expires_at' }] } })
})

test('a key with a list of addresses opens from these alone, and the caller is told his own', async () => {
  const { key } = await create(node, admin, { cidrs: ['203.0.113.7', '10.0.0.0/8', '2001:db8::/40'] })
  const from = async (address: string): Promise<number> => (await send(node, key, { from: address })).status
  for (const address of ['203.0.113.7', '10.200.1.1', '::ffff:10.0.0.1', '2001:db8:ff::1'])
    expect(await from(address)).toBe(200)
  for (const address of ['203.0.113.8', '11.0.0.1', '2001:db9::1']) expect(await from(address)).toBe(403)
  const refused = await send(node, key, { from: '203.0.113.8' })
  expect(refused.body['message']).toBe('This key may not be used from 203.0.113.8; its cidrs say from where it may')
})

test('after 20 wrong keys from an address no unknown one is looked at for a minute; a key that was right goes on', async () => {
  const from = somewhere()
  const good = await create(node, admin, {})
  const fresh = await create(node, admin, {})
  expect((await send(node, good.key, { from })).status).toBe(200)
  for (let count = 0; count < 20; count += 1) expect((await send(node, 'tidings_live_x', { from })).status).toBe(401)
  const blocked = await send(node, fresh.key, { from })
  expect(blocked).toMatchObject({ status: 429, body: { code: 'too_many_wrong_keys' } })
  expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0)
  // Of IPv6 the whole network of the address counts.
  expect((await send(node, 'tidings_live_x', { from: from.replace('::1', '::2') })).status).toBe(429)
  node.pass(KNOWN_MS)
  expect((await send(node, good.key, { from })).status).toBe(200)
  expect((await send(node, fresh.key)).status).toBe(200)
  node.pass(60_000)
  expect((await send(node, fresh.key, { from })).status).toBe(200)
})

test('when a key was last used is stored once a minute at most', async () => {
  const { key, id } = await create(node, admin, {})
  await send(node, key)
  const lastUse = async (): Promise<unknown> => {
    await node.keyring.noteUses(node.db)
    return (await call(node, 'GET', `/keys/${id}`, { key: admin })).body.data?.['last_used_at']
  }
  const first = await lastUse()
  expect(first).toEqual(expect.any(String))
  await send(node, key)
  expect(await lastUse()).toBe(first)
  await node.db.query(`update api_keys set last_used_at = last_used_at - interval '61 seconds'`)
  await send(node, key)
  expect(Date.parse(String(await lastUse()))).toBeGreaterThanOrEqual(Date.parse(String(first)))
})

test('calls a minute are counted by key, wherever it is used from, and by address where keys are not asked for', async () => {
  const callers: string[] = []
  const rateLimiter: HttpParts['rateLimiter'] = async (caller) => {
    callers.push(caller)
    return { allowed: true, limit: 60, remaining: 59, resetSeconds: 60 }
  }
  const limited = openKeysNode(database.url, { rateLimiter })
  const open = openKeysNode(database.url, {
    rateLimiter,
    auth: { required: false, keyring: node.keyring, session: () => null },
  })
  const { key, id } = await create(node, admin, {})
  for (const from of ['203.0.113.7', '203.0.113.8']) await send(limited, key, { from })
  await call(limited, 'POST', '/smss', { body: SMS })
  await call(open, 'POST', '/smss', { body: SMS, from: '203.0.113.7' })
  expect(callers).toEqual([`key:${id}`, `key:${id}`, '203.0.113.7'])
  await Promise.all([limited.close(), open.close()])
})

test('no line of the log holds a key, whatever becomes of its call', async () => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const logged = openKeysNode(database.url, { log: pino({ level: 'trace' }, sink) })
  const { key } = await create(node, admin, {})
  const body = { name: 'x', scopes: ['sms:send'] }
  for (const one of [key, admin, key.slice(0, -1), makeSecret({ mode: 'live', id: 'abcdefghij' }, randomBytes)]) {
    await send(logged, one)
    const made = await call(logged, 'POST', '/keys', { key: one, body })
    await send(logged, String(made.body['key']))
  }
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.join('')).not.toMatch(/_[0-9A-Za-z]{40}/)
  await logged.close()
})
