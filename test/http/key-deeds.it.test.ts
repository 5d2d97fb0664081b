import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { call, create, emptyKeys, openKeysNode, send, type KeysNode } from './keys-node.ts'

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

test('scopes and limits can be changed, and what is left out stays', async () => {
  const { key, id } = await create(node, admin, { countries: ['eg'], topics: ['news', 'city-*'] })
  const changed = await call(node, 'PATCH', `/keys/${id}`, {
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
  expect((await send(node, key, { from: '::1' })).status).toBe(403)
})

test('what can’t be in a key is refused, each fault at its place', async () => {
  const bad = {
    mode: 'test',
    scopes: ['admin'],
    countries: ['XX'],
    topics: ['a b', 'a*b'],
    cidrs: ['10.0.0.0/33', '::/0'],
  }
  const answer = await call(node, 'POST', '/keys', { key: admin, body: { name: 'x', ...bad } })
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  const paths = (answer.body['details'] as { path: string }[]).map(({ path }) => path)
  expect(paths).toEqual(['countries[0]', 'topics[0]', 'topics[1]', 'cidrs[0]', 'scopes'])
  for (const body of [{ name: '' }, { scopes: [] }, { scopes: ['sms'] }, { expires_at: '2030-02-01' }, { z: 1 }])
    expect(
      (await call(node, 'POST', '/keys', { key: admin, body: { name: 'x', scopes: ['admin'], ...body } })).status,
    ).toBe(400)
  const leap = { name: 'x', scopes: ['admin'], expires_at: '2030-06-30T23:59:60Z' }
  expect((await call(node, 'POST', '/keys', { key: admin, body: leap })).status).toBe(400)
})

test('a key that does not exist can’t be read, changed, rotated or revoked', async () => {
  const calls = [
    call(node, 'GET', '/keys/aaaaaaaaa1', { key: admin }),
    call(node, 'PATCH', '/keys/aaaaaaaaa1', { key: admin, body: { name: 'x' } }),
    call(node, 'POST', '/keys/aaaaaaaaa1/rotate', { key: admin, body: {} }),
    call(node, 'DELETE', '/keys/aaaaaaaaa1', { key: admin }),
    call(node, 'GET', '/keys/x', { key: admin }),
  ]
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
})

test('a revoked key can neither be changed nor rotated', async () => {
  const { id } = await create(node, admin, {})
  await call(node, 'DELETE', `/keys/${id}`, { key: admin })
  const change = await call(node, 'PATCH', `/keys/${id}`, { key: admin, body: { name: 'x' } })
  const rotate = await call(node, 'POST', `/keys/${id}/rotate`, { key: admin, body: {} })
  for (const answer of [change, rotate]) expect(answer).toMatchObject({ status: 409, body: { code: 'key_revoked' } })
})

test('the last administrator can’t be removed: not revoked, not without its scope, not expired; two can’t remove each other', async () => {
  const first = admin.split('_')[2] ?? ''
  const refused = await Promise.all([
    call(node, 'DELETE', `/keys/${first}`, { key: admin }),
    call(node, 'PATCH', `/keys/${first}`, { key: admin, body: { scopes: ['sms:send'] } }),
    call(node, 'PATCH', `/keys/${first}`, { key: admin, body: { expires_at: '2020-01-01T00:00:00Z' } }),
  ])
  for (const answer of refused) expect(answer).toMatchObject({ status: 409, body: { code: 'last_admin_key' } })
  const second = await create(node, admin, { scopes: ['admin'] })
  // Known from then on: both calls are let in before either key is gone.
  await call(node, 'GET', '/keys', { key: second.key })
  const both = await Promise.all([
    call(node, 'DELETE', `/keys/${first}`, { key: second.key }),
    call(node, 'DELETE', `/keys/${second.id}`, { key: admin }),
  ])
  expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]))
})

test('whoever comes without a key manages test keys alone, and so does nobody with a test key', async () => {
  const live = await node.make({}, ANYONE).catch((error: unknown) => error)
  expect(live).toMatchObject({ code: 'forbidden' })
  const harmless = await node.make({ mode: 'test' }, ANYONE)
  expect(harmless.key).toMatch(/^tidings_test_/)
  const { id } = await create(node, admin, {})
  await expect(node.keys.rotate(id, 0, ANYONE)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(node.keys.revoke(id, { ...ANYONE, name: 'key:x', mode: 'test' })).rejects.toMatchObject({
    code: 'forbidden',
  })
  await expect(node.keys.rotate(harmless.record.id, 0, ANYONE)).resolves.toMatchObject({ record: { mode: 'test' } })
})

test('without a SECRET_KEY test keys are made, and live ones are not', async () => {
  const bare = openKeysNode(database.url, {}, null)
  const { key } = await bare.make({ mode: 'test' })
  expect((await send(bare, key)).status).toBe(200)
  await expect(bare.make()).rejects.toThrow('Live keys need a SECRET_KEY on every node')
  expect((await send(node, key)).body['message']).toContain('another SECRET_KEY')
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
  expect((await call(node, 'GET', '/keys', { key: handed[0] ?? '' })).status).toBe(200)
  // Whoever revoked it meant it.
  await node.db.query('update api_keys set revoked_at = now()')
  expect(await node.keys.makeFirst(hand)).toBeNull()
})

test('each act stands in the audit with who did it, newest first, page by page', async () => {
  const { id } = await create(node, admin, { name: 'shop' })
  await call(node, 'PATCH', `/keys/${id}`, { key: admin, body: { name: 'web shop' } })
  await call(node, 'POST', `/keys/${id}/rotate`, { key: admin, body: {} })
  await call(node, 'DELETE', `/keys/${id}`, { key: admin })
  const first = await call(node, 'GET', '/audit?limit=3', { key: admin })
  const rest = await call(node, 'GET', `/audit?limit=3&cursor=${String(first.body['next'])}`, { key: admin })
  const acts = [first, rest].flatMap(
    ({ body }) => body['data'] as unknown as { act: string; what: string; caller: string }[],
  )
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
  for (const name of ['one', 'two']) await create(node, admin, { name })
  const first = await call(node, 'GET', '/keys?limit=2', { key: admin })
  const rest = await call(node, 'GET', `/keys?limit=2&cursor=${String(first.body['next'])}`, { key: admin })
  const names = [first, rest].flatMap(({ body }) =>
    (body['data'] as unknown as { name: string }[]).map(({ name }) => name),
  )
  expect(names).toEqual(['admin', 'one', 'two'])
})
