import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKey } from '../../src/domain/api-key.ts'
import { SCOPES, type Scope } from '../../src/domain/caller.ts'
import type { KeyInput } from '../../src/flows/keys/keys.ts'
import { createServer } from '../../src/http/server.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { openKeysNode, type KeysNode } from './keys-node.ts'
import { createStandIns } from './stand-ins.ts'

interface Operation {
  readonly method: string
  readonly path: string
  readonly scope: Scope | 'open'
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { security: readonly { key?: [Scope] }[] }>>>>
  readonly components: { readonly securitySchemes: object }
}

let database: TestDatabase
let node: KeysNode
let url: string
let operations: readonly Operation[]

beforeAll(async () => {
  database = await createTestDatabase()
  node = openKeysNode(database.url)
  url = await node.app.listen({ host: '127.0.0.1', port: 0 })
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path,
      scope: security[0]?.key?.[0] ?? 'open',
    })),
  )
})

afterAll(async () => {
  await node.close()
  await database.drop()
})

let callers = 0

/** Status and code of a call with what its path needs, and nothing in its body. Each comes from an address of its own. */
async function call({ method, path }: Operation, key: string | null): Promise<{ status: number; code: string }> {
  const answer = await fetch(url + path.replaceAll(/\{\w+\}/g, '1'), {
    method,
    headers: {
      'x-forwarded-for': `10.0.${(++callers >> 8) & 255}.${callers & 255}`,
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(method === 'POST' || method === 'PATCH' || method === 'PUT' ? { 'content-type': 'application/json' } : {}),
    },
    ...(method === 'POST' || method === 'PATCH' || method === 'PUT' ? { body: '{}' } : {}),
  })
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true
  const body = isJson ? ((await answer.json()) as { code?: string }) : {}
  // A stream of events has no end.
  if (!isJson) await answer.body?.cancel()
  return { status: answer.status, code: body.code ?? '' }
}

async function make(input: Partial<KeyInput>): Promise<string> {
  return (await node.make(input)).key
}

const guarded = (): readonly (Operation & { readonly scope: Scope })[] =>
  operations.flatMap(({ scope, ...rest }) => (scope === 'open' ? [] : [{ ...rest, scope }]))

test('most operations are guarded, by every kind of scope that a route declares', () => {
  expect(guarded().length).toBeGreaterThan(15)
  for (const scope of ['sms:send', 'push:send', 'messages:read', 'admin'])
    expect(guarded().map((operation) => operation.scope)).toContain(scope)
})

test('every guarded operation refuses a call without a key', async () => {
  for (const operation of guarded()) {
    expect({ operation, ...(await call(operation, null)) }).toEqual({ operation, status: 401, code: 'unauthorized' })
  }
})

test('every guarded operation refuses a key that has every scope but the one it needs', async () => {
  const without = new Map<Scope, string>()
  for (const scope of SCOPES) without.set(scope, await make({ scopes: SCOPES.filter((other) => other !== scope) }))
  for (const operation of guarded()) {
    const answer = await call(operation, without.get(operation.scope) ?? '')
    expect({ operation, ...answer }).toEqual({ operation, status: 403, code: 'forbidden' })
  }
})

test('every guarded operation lets a key in that has its scope and no other', async () => {
  const keys = new Map<Scope, string>()
  for (const scope of SCOPES) keys.set(scope, await make({ scopes: [scope] }))
  for (const operation of guarded()) {
    const { status, code } = await call(operation, keys.get(operation.scope) ?? '')
    expect({ operation, code, isRefused: [401, 403, 429].includes(status) || status >= 500 }).toEqual({
      operation,
      code,
      isRefused: false,
    })
  }
})

test('every guarded operation refuses an expired, a revoked, a replaced and a forged key', async () => {
  const [expired, revoked, replaced] = await Promise.all(Array.from({ length: 3 }, () => node.make({ scopes: SCOPES })))
  if (expired === undefined || revoked === undefined || replaced === undefined) throw new Error('a key was not made')
  await node.make({ name: 'another administrator', scopes: SCOPES })
  await node.db.query(`update api_keys set expires_at = now() where public_id = $1`, [expired.record.id])
  await node.db.query(`update api_keys set revoked_at = now() where public_id = $1`, [revoked.record.id])
  await node.db.query(`update api_keys set secret_hash = sha256('x') where public_id = $1`, [replaced.record.id])
  const cut = expired.key.slice(0, -1)
  for (const operation of guarded()) {
    for (const key of [expired.key, revoked.key, replaced.key, cut]) {
      const answer = await call(operation, key)
      expect({ operation, ...answer }).toEqual({ operation, status: 401, code: 'unauthorized' })
    }
  }
})

test('a key with one scope opens the operations of that scope, and no other', async () => {
  for (const scope of SCOPES) {
    const key = await make({ scopes: [scope] })
    for (const operation of guarded()) {
      const { status } = await call(operation, key)
      expect({ operation, scope, isRefused: status === 403 }).toEqual({
        operation,
        scope,
        isRefused: operation.scope !== scope,
      })
    }
  }
})

test('every guarded operation refuses what is no key, and a key that was never made', async () => {
  for (const operation of guarded()) {
    for (const key of [makeKey('live', randomBytes).key, 'tidings_live_', 'tidings_live_x_y', 'secret']) {
      const answer = await call(operation, key)
      expect({ operation, ...answer }).toEqual({ operation, status: 401, code: 'unauthorized' })
    }
  }
})

test('a key that only captures is let in as any other, but never as an administrator', async () => {
  const key = await make({ mode: 'test', scopes: SCOPES.filter((scope) => scope !== 'admin') })
  for (const operation of guarded()) {
    const { status } = await call(operation, key)
    const refused = operation.scope === 'admin'
    expect({ operation, isRefused: status === 401 || status === 403 }).toEqual({ operation, isRefused: refused })
  }
})

test('every guarded operation refuses a key that is used from elsewhere', async () => {
  const key = await make({ scopes: SCOPES, cidrs: ['192.0.2.0/24', '2001:db8::/32'] })
  for (const operation of guarded()) {
    expect({ operation, ...(await call(operation, key)) }).toEqual({ operation, status: 403, code: 'forbidden' })
  }
})

test('an open operation asks nobody for a key', async () => {
  const open = operations.filter(({ scope }) => scope === 'open')
  expect(open.length).toBeGreaterThan(5)
  for (const operation of open) {
    const { code } = await call(operation, null)
    expect({ operation, code: ['unauthorized', 'forbidden'].includes(code) }).toEqual({ operation, code: false })
  }
})

test('HEAD asks for the same key as GET', async () => {
  for (const { path } of guarded().filter(({ method }) => method === 'GET')) {
    const answer = await fetch(url + path.replaceAll(/\{\w+\}/g, '1'), { method: 'HEAD' })
    // A stream has no HEAD.
    expect([401, 405]).toContain(answer.status)
  }
})

test('the document says of each operation which scope its key needs, and where keys may be left out', async () => {
  const required = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  expect(required.components.securitySchemes).toMatchObject({ key: { type: 'http', scheme: 'bearer' } })
  expect(required.paths['/smss']?.['post']?.security).toEqual([{ key: ['sms:send'] }])
  expect(required.paths['/livez']?.['get']?.security).toEqual([])
  const optional = (await createServer(createStandIns().parts).inject('/openapi.json')).json<Document>()
  expect(optional.paths['/smss']?.['post']?.security).toEqual([{ key: ['sms:send'] }, {}])
})

test('a route that declares no scope keeps the service from starting', async () => {
  const app = createServer(createStandIns().parts)
  expect(() => app.get('/forgotten', () => ({ success: true }))).toThrow(
    'GET /forgotten does not declare its scope: config.scope',
  )
  const late = createServer(createStandIns().parts)
  late.register(async (scope) => void scope.post('/late', { config: {} }, () => ({ success: true })))
  await expect(late.ready()).rejects.toThrow('POST /late does not declare its scope')
})
