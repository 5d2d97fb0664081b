import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Check } from '../../src/contract/health.ts'
import { createServer } from '../../src/http/server.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { openKeysNode, type KeysNode } from './keys-node.ts'
import { createStandIns } from './stand-ins.ts'

const CHECK: Check = { check: 'disk', state: 'fail', what: 'It is full.', why: 'So.', fix: ['Make room.'], more: null }
const STEP = { name: 'lease', ok: false, detail: 'It is not fresh.', fix: null }

let database: TestDatabase
let node: KeysNode

beforeAll(async () => {
  database = await createTestDatabase()
  const health = { ready: async () => [STEP], warnings: () => [], look: async () => [CHECK] }
  node = openKeysNode(database.url, { health })
})

afterAll(async () => {
  await node.close()
  await database.drop()
})

async function ask(path: string, key: string | null): Promise<{ status: number; body: unknown }> {
  const headers = key === null ? {} : { authorization: `Bearer ${key}` }
  const answer = await node.app.inject({ url: path, headers })
  return { status: answer.statusCode, body: answer.json() }
}

test('only a key with the scope admin is told everything', async () => {
  const admin = (await node.make({ scopes: ['admin'] })).key
  const reader = (await node.make({ scopes: ['messages:read'] })).key
  expect(await ask('/readyz?verbose', null)).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
  expect(await ask('/readyz?verbose=1', 'tidings_live_x')).toMatchObject({ status: 401 })
  expect(await ask('/readyz?verbose', reader)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await ask('/readyz?verbose', admin)).toEqual({
    status: 200,
    body: { success: true, ready: false, checks: [CHECK] },
  })
})

test('without verbose nobody is asked who he is, and the answer is the short one', async () => {
  expect(await ask('/readyz', null)).toMatchObject({ status: 503, body: { code: 'not_ready' } })
  expect(await ask('/readyz?other', null)).toMatchObject({ status: 503 })
})

test('where nobody needs a key, everybody is told', async () => {
  const app = createServer(createStandIns({}).parts)
  const answer = await app.inject({ url: '/readyz?verbose' })
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual({ success: true, ready: true, checks: [] })
  await app.close()
})
