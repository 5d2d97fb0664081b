import type { LightMyRequestResponse } from 'fastify'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { makeSecret } from '../../src/domain/api-key.ts'
import { ANYONE } from '../../src/domain/caller.ts'
import { KNOWN_MS } from '../../src/flows/keyring.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { openKeysNode, type KeysNode } from './keys-node.ts'

let database: TestDatabase
let node: KeysNode
let admin: string

beforeAll(async () => {
  database = await createTestDatabase()
  node = openKeysNode(database.url)
})

beforeEach(async () => {
  await node.db.query('truncate api_keys, audit cascade')
  admin = (await node.make({ name: 'admin', scopes: ['admin'] })).key
})

afterAll(async () => {
  await node.close()
  await database.drop()
})

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

let addresses = 0
/** An address nobody has called from yet. */
const somewhere = (): string => `2001:db8:0:${(++addresses).toString(16)}::1`

interface Call {
  readonly key?: string
  readonly body?: object
  readonly from?: string
  readonly at?: KeysNode
}

async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, options: Call = {}): Promise<Answer> {
  const { key, body, from = somewhere(), at = node } = options
  const headers = { 'x-forwarded-for': from, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }
  const answer = await at.app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

interface Answer {
  readonly status: number
  readonly headers: LightMyRequestResponse['headers']
  readonly body: Readonly<Record<string, unknown>> & { readonly data?: Readonly<Record<string, unknown>> }
}

const send = (key: string, options: Call = {}): Promise<Answer> => call('POST', '/smss', { key, body: SMS, ...options })

/** A key made over HTTP. */
async function create(body: object): Promise<{ key: string; id: string }> {
  const answer = await call('POST', '/keys', { key: admin, body: { name: 'a key', scopes: ['sms:send'], ...body } })
  expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  return { key: String(answer.body['key']), id: String(answer.body.data?.['id']) }
}

test('a key opens what its scopes say, and its caller is known by it', async () => {
  const { key, id } = await create({ scopes: ['sms:send'] })
  expect((await send(key)).status).toBe(200)
  const other = await call('GET', '/smss/1', { key })
  expect(other).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(other.headers['www-authenticate']).toBe(
    'Bearer realm="tidings", error="insufficient_scope", scope="messages:read"',
  )
  const headers = { authorization: `bearer   ${key}`, 'idempotency-key': 'one' }
  await node.app.inject({ method: 'POST', url: '/smss', headers, payload: SMS })
  expect(node.recorded.sms.at(-1)?.idempotency?.caller).toBe(`key:${id}`)
})

test('the key itself is in the answer that made it, and nowhere else', async () => {
  const { key, id } = await create({})
  const secret = key.split('_')[3] ?? ''
  const seen = [await call('GET', '/keys', { key: admin }), await call('GET', `/keys/${id}`, { key: admin })]
  const { rows } = await node.db.query<{ row: string }>(
    `select k::text as row from api_keys k union all select a::text from audit a`,
  )
  expect(seen.map(({ status }) => status)).toEqual([200, 200])
  expect(rows.length).toBeGreaterThan(2)
  for (const part of [secret, secret.slice(0, 43)]) expect(JSON.stringify([seen, rows])).not.toContain(part)
})

test('a key without one, a whole wrong one, and one that was cut or mistyped each get a 401 that says what is wrong', async () => {
  const { key, id } = await create({})
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
    const answer = await call('POST', '/smss', { body: SMS, ...(one === undefined ? {} : { key: one }) })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(answer.body['message']).toContain(message)
    expect(answer.headers['www-authenticate']).toMatch(one === undefined ? /^Bearer realm="tidings"$/ : /invalid_token/)
  }
  const basic = await node.app.inject({ url: '/smss/1', headers: { authorization: 'Basic YTpi' } })
  expect(basic.json()).toMatchObject({ code: 'unauthorized' })
})

test('where no key is needed, one that is sent counts all the same, and another program’s Authorization does not', async () => {
  const open = openKeysNode(database.url, { auth: { required: false, keyring: node.keyring, session: () => null } })
  const { key } = await create({ scopes: ['push:send'] })
  expect((await call('POST', '/smss', { at: open, body: SMS })).status).toBe(200)
  expect((await send(key, { at: open })).status).toBe(403)
  expect((await send(key.slice(0, -1), { at: open })).status).toBe(401)
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
  const { key, id } = await create({})
  expect([(await send(key)).status, (await send(key, { at: other })).status]).toEqual([200, 200])
  const revoked = await call('DELETE', `/keys/${id}`, { key: admin })
  expect(revoked.body.data?.['revoked_at']).toEqual(expect.any(String))
  expect((await send(key)).body['message']).toBe('This API key was revoked')
  other.pass(KNOWN_MS)
  expect((await send(key, { at: other })).status).toBe(401)
  const again = await call('DELETE', `/keys/${id}`, { key: admin })
  expect(again.body.data).toEqual(revoked.body.data)
  await other.close()
})

test('a key in use is looked up again before its time is over, without anybody waiting for it', async () => {
  const { key, id } = await create({})
  const header = `Bearer ${key}`
  await send(key)
  await node.db.query(`update api_keys set revoked_at = now() where public_id = $1`, [id])
  node.pass(KNOWN_MS - 1)
  // The first caller after a while still goes by what was known, and starts the look.
  expect((await send(key)).status).toBe(200)
  await until(() => !node.keyring.wasGood(header))
  expect((await send(key)).status).toBe(401)
})

test('a key that is known is good for as long as the database is away, up to 5 s; then its callers are told to come back', async () => {
  const lonely = openKeysNode(database.url)
  const { key } = await create({})
  expect((await send(key, { at: lonely })).status).toBe(200)
  await lonely.db.end()
  expect((await send(key, { at: lonely })).status).toBe(200)
  lonely.pass(KNOWN_MS)
  expect((await send(key, { at: lonely })).status).toBeGreaterThanOrEqual(500)
  await lonely.app.close()
})

test('a rotated key has two secrets that open, one after the overlap; a further rotation ends the oldest at once', async () => {
  const { key, id } = await create({})
  const rotate = async (body: object): Promise<string> =>
    String((await call('POST', `/keys/${id}/rotate`, { key: admin, body })).body['key'])
  const second = await rotate({})
  expect((await Promise.all([key, second].map((one) => send(one)))).map(({ status }) => status)).toEqual([200, 200])
  const third = await rotate({ overlap_seconds: 3_600 })
  const statuses = (await Promise.all([key, second, third].map((one) => send(one)))).map(({ status }) => status)
  expect(statuses).toEqual([401, 200, 200])
  const fourth = await rotate({ overlap_seconds: 0 })
  expect((await send(third)).body['message']).toBe('This API key has expired, or was replaced')
  expect((await send(fourth)).status).toBe(200)
})

test('an overlap that ends within 5 s ends on time, whatever a node remembers', async () => {
  const { key, id } = await create({})
  const other = openKeysNode(database.url)
  await call('POST', `/keys/${id}/rotate`, { key: admin, body: {} })
  await node.db.query(`update api_keys set old_secret_until = now() + interval '3 seconds' where public_id = $1`, [id])
  // On a machine that stands still for so long it is over already.
  expect([200, 401]).toContain((await send(key, { at: other })).status)
  expect(other.keyring.known(`Bearer ${key}`, 1_000 + 3_000)).toBeNull()
  await other.close()
})

test('a key expires when it says, also on a node that knows it', async () => {
  const { key } = await create({ expires_at: new Date(Date.now() + 60_000).toISOString() })
  expect((await send(key)).status).toBe(200)
  await node.db.query(`update api_keys set expires_at = now() where scopes = '{sms:send}'`)
  node.pass(KNOWN_MS)
  expect((await send(key)).body).toMatchObject({ code: 'unauthorized' })
  const past = await call('POST', '/keys', {
    key: admin,
    body: { name: 'late', scopes: ['admin'], expires_at: '2020-01-01T00:00:00Z' },
  })
  expect(past).toMatchObject({ status: 400, body: { details: [{ path: 'expires_at' }] } })
})

test('a key with a list of addresses opens from these alone, and the caller is told his own', async () => {
  const { key } = await create({ cidrs: ['203.0.113.7', '10.0.0.0/8', '2001:db8::/40'] })
  const from = async (address: string): Promise<number> => (await send(key, { from: address })).status
  for (const address of ['203.0.113.7', '10.200.1.1', '::ffff:10.0.0.1', '2001:db8:ff::1'])
    expect(await from(address)).toBe(200)
  for (const address of ['203.0.113.8', '11.0.0.1', '2001:db9::1']) expect(await from(address)).toBe(403)
  const refused = await send(key, { from: '203.0.113.8' })
  expect(refused.body['message']).toBe('This key may not be used from 203.0.113.8; its cidrs say from where it may')
})

test('scopes and limits can be changed, and what is left out stays', async () => {
  const { key, id } = await create({ countries: ['eg'], topics: ['news', 'city-*'] })
  const changed = await call('PATCH', `/keys/${id}`, {
    key: admin,
    body: { scopes: ['push:send'], countries: null, cidrs: ['::1'] },
  })
  expect(changed.body.data).toMatchObject({
    name: 'a key',
    scopes: ['push:send'],
    countries: null,
    topics: ['news', 'city-*'],
    cidrs: ['::1'],
  })
  expect((await send(key, { from: '::1' })).status).toBe(403)
})

test('what can’t be in a key is refused, each fault at its place', async () => {
  const bad = {
    mode: 'test',
    scopes: ['admin'],
    countries: ['XX'],
    topics: ['a b', 'a*b'],
    cidrs: ['10.0.0.0/33', '::/0'],
  }
  const answer = await call('POST', '/keys', { key: admin, body: { name: 'x', ...bad } })
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  const paths = (answer.body['details'] as { path: string }[]).map(({ path }) => path)
  expect(paths).toEqual(['countries[0]', 'topics[0]', 'topics[1]', 'cidrs[0]', 'scopes'])
  for (const body of [{}, { name: '' }, { scopes: [] }, { scopes: ['sms'] }, { expires_at: '2030-02-01' }])
    expect(
      (await call('POST', '/keys', { key: admin, body: { name: 'x', scopes: ['admin'], ...body, z: 1 } })).status,
    ).toBe(400)
  const leap = { name: 'x', scopes: ['admin'], expires_at: '2030-06-30T23:59:60Z' }
  expect((await call('POST', '/keys', { key: admin, body: leap })).status).toBe(400)
})

test('a key that does not exist can’t be read, changed, rotated or revoked', async () => {
  const calls = [
    call('GET', '/keys/aaaaaaaaa1', { key: admin }),
    call('PATCH', '/keys/aaaaaaaaa1', { key: admin, body: { name: 'x' } }),
    call('POST', '/keys/aaaaaaaaa1/rotate', { key: admin, body: {} }),
    call('DELETE', '/keys/aaaaaaaaa1', { key: admin }),
    call('GET', '/keys/x', { key: admin }),
  ]
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
})

test('a revoked key can neither be changed nor rotated', async () => {
  const { id } = await create({})
  await call('DELETE', `/keys/${id}`, { key: admin })
  const change = await call('PATCH', `/keys/${id}`, { key: admin, body: { name: 'x' } })
  const rotate = await call('POST', `/keys/${id}/rotate`, { key: admin, body: {} })
  for (const answer of [change, rotate]) expect(answer).toMatchObject({ status: 409, body: { code: 'key_revoked' } })
})

test('the last administrator can’t be removed: not revoked, not without its scope, not expired; two can’t remove each other', async () => {
  const first = admin.split('_')[2] ?? ''
  const refused = await Promise.all([
    call('DELETE', `/keys/${first}`, { key: admin }),
    call('PATCH', `/keys/${first}`, { key: admin, body: { scopes: ['sms:send'] } }),
    call('PATCH', `/keys/${first}`, { key: admin, body: { expires_at: '2020-01-01T00:00:00Z' } }),
  ])
  for (const answer of refused) expect(answer).toMatchObject({ status: 409, body: { code: 'last_admin_key' } })
  const second = await create({ scopes: ['admin'] })
  const both = await Promise.all([
    call('DELETE', `/keys/${first}`, { key: second.key }),
    call('DELETE', `/keys/${second.id}`, { key: admin }),
  ])
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409])
})

test('whoever comes without a key manages test keys alone, and so does nobody with a test key', async () => {
  const live = await node.make({}, ANYONE).catch((error: unknown) => error)
  expect(live).toMatchObject({ code: 'forbidden' })
  const test = await node.make({ mode: 'test' }, ANYONE)
  expect(test.key).toMatch(/^tidings_test_/)
  const { id } = await create({})
  await expect(node.keys.rotate(id, 0, ANYONE)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(node.keys.revoke(id, { ...ANYONE, name: 'key:x', mode: 'test' })).rejects.toMatchObject({
    code: 'forbidden',
  })
  await expect(node.keys.rotate(test.record.id, 0, ANYONE)).resolves.toMatchObject({ record: { mode: 'test' } })
})

test('without a SECRET_KEY test keys are made, and live ones are not', async () => {
  const bare = openKeysNode(database.url, {}, null)
  const { key } = await bare.make({ mode: 'test' })
  expect((await send(key, { at: bare })).status).toBe(200)
  await expect(bare.make()).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining('SECRET_KEY') })
  expect((await send(key)).body['message']).toContain('another SECRET_KEY')
  await bare.close()
})

test('of eight nodes that start together one makes the first key; where it can’t be handed over there is none', async () => {
  await node.db.query('truncate api_keys cascade')
  await expect(node.keys.makeFirst(() => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full')
  const handed: string[] = []
  const hand = async (key: string): Promise<void> => void handed.push(key)
  const made = await Promise.all(Array.from({ length: 8 }, () => node.keys.makeFirst(hand)))
  expect(made.filter((record) => record !== null)).toHaveLength(1)
  expect(handed).toHaveLength(1)
  expect((await call('GET', '/keys', { key: handed[0] ?? '' })).status).toBe(200)
  // Whoever revoked it meant it.
  await node.db.query('update api_keys set revoked_at = now()')
  expect(await node.keys.makeFirst(hand)).toBeNull()
})

test('after 20 wrong keys from an address no unknown one is looked at for a minute; a key that was right goes on', async () => {
  const from = somewhere()
  const good = await create({})
  const fresh = await create({})
  expect((await send(good.key, { from })).status).toBe(200)
  for (let count = 0; count < 20; count += 1) expect((await send('tidings_live_x', { from })).status).toBe(401)
  const blocked = await send(fresh.key, { from })
  expect(blocked).toMatchObject({ status: 429, body: { code: 'too_many_wrong_keys' } })
  expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0)
  // Of IPv6 the whole network of the address counts.
  expect((await send('tidings_live_x', { from: from.replace('::1', '::2') })).status).toBe(429)
  node.pass(KNOWN_MS)
  expect((await send(good.key, { from })).status).toBe(200)
  expect((await send(fresh.key)).status).toBe(200)
  node.pass(60_000)
  expect((await send(fresh.key, { from })).status).toBe(200)
})

test('when a key was last used is stored once a minute at most', async () => {
  const { key, id } = await create({})
  await send(key)
  const lastUse = async (): Promise<unknown> => {
    await node.keyring.noteUses(node.db)
    return (await call('GET', `/keys/${id}`, { key: admin })).body.data?.['last_used_at']
  }
  const first = await lastUse()
  expect(first).toEqual(expect.any(String))
  await send(key)
  expect(await lastUse()).toBe(first)
  await node.db.query(`update api_keys set last_used_at = last_used_at - interval '61 seconds'`)
  await send(key)
  expect(Date.parse(String(await lastUse()))).toBeGreaterThanOrEqual(Date.parse(String(first)))
})

test('each act stands in the audit with who did it, newest first, page by page', async () => {
  const { id } = await create({ name: 'shop' })
  await call('PATCH', `/keys/${id}`, { key: admin, body: { name: 'web shop' } })
  await call('POST', `/keys/${id}/rotate`, { key: admin, body: {} })
  await call('DELETE', `/keys/${id}`, { key: admin })
  const first = await call('GET', '/audit?limit=3', { key: admin })
  const rest = await call('GET', `/audit?limit=3&cursor=${String(first.body['next'])}`, { key: admin })
  const acts = [first, rest].flatMap(({ body }) => body['data'] as { act: string; what: string; caller: string }[])
  expect(acts.map(({ act }) => act)).toEqual([
    'key.revoked',
    'key.rotated',
    'key.changed',
    'key.created',
    'key.created',
  ])
  expect(acts.slice(0, 4).every(({ what, caller }) => what === id && caller === `key:${admin.split('_')[2]}`)).toBe(
    true,
  )
  expect(first.headers['link']).toMatch(/^<\/audit\?limit=3&cursor=\w+>; rel="next"$/)
  expect(rest.body['next']).toBeNull()
})

test('keys are listed in the order they were made, page by page', async () => {
  for (const name of ['one', 'two']) await create({ name })
  const first = await call('GET', '/keys?limit=2', { key: admin })
  const rest = await call('GET', `/keys?limit=2&cursor=${String(first.body['next'])}`, { key: admin })
  const names = [first, rest].flatMap(({ body }) =>
    (body['data'] as unknown as { name: string }[]).map(({ name }) => name),
  )
  expect(names).toEqual(['admin', 'one', 'two'])
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
  const { key } = await create({})
  const body = { name: 'x', scopes: ['sms:send'] }
  for (const one of [key, admin, key.slice(0, -1), makeSecret({ mode: 'live', id: 'abcdefghij' }, randomBytes)]) {
    await send(one, { at: logged })
    const made = await call('POST', '/keys', { at: logged, key: one, body })
    await send(String(made.body['key']), { at: logged })
  }
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.join('')).not.toMatch(/_[0-9A-Za-z]{40}/)
  await logged.close()
})
