import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SCOPES } from '../../src/domain/caller.ts'
import type { Touches } from '../../src/domain/permissions.ts'
import { createServer } from '../../src/http/server.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { openKeysNode, somewhere, type KeysNode } from './keys-node.ts'
import { MESSAGE, NOTIFICATION } from './records.ts'
import { createStandIns } from './stand-ins.ts'

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { security: readonly { key?: [string] }[] }>>>>
}

let database: TestDatabase
let deeds: readonly Operation[]

beforeAll(async () => {
  database = await createTestDatabase()
  deeds = deedsIn((await createServer(createStandIns().parts).inject('/openapi.json')).json<Document>())
})

afterAll(async () => {
  await database.drop()
})

/** What a test key may do with each operation that it may call at all and that changes something, where messages leave. */
const TOUCHES: Readonly<Record<string, Touches>> = {
  'POST /smss': 'none',
  'POST /smss/batch': 'none',
  'POST /smss/{id}/cancel': 'sms',
  'POST /smss/{id}/converted': 'sms',
  'POST /smss/{id}/resend': 'none',
  'POST /notifications/topic': 'none',
  'POST /notifications/tokens': 'none',
  'POST /notifications/devices': 'none',
  'POST /notifications/{id}/cancel': 'push',
  'POST /notifications/{id}/pause': 'push',
  'POST /notifications/{id}/resume': 'push',
  'POST /notifications/{id}/resend': 'none',
  'POST /inbox/{id}/play': 'none',
  'DELETE /inbox': 'none',
  'POST /opt-outs': 'opt-outs',
  'POST /templates/{name}/preview': 'none',
  'PUT /tokens': 'devices',
  'DELETE /tokens': 'devices',
  'PUT /tokens/{token}': 'devices',
  'DELETE /tokens/{token}': 'devices',
  'POST /tokens/{token}/restore': 'devices',
  'POST /topics/{topic}/subscriptions': 'devices',
  'DELETE /topics/{topic}/subscriptions': 'devices',
  'POST /webpush/subscriptions': 'devices',
  'POST /webhooks': 'webhooks',
  'PATCH /webhooks/{id}': 'webhooks',
  'DELETE /webhooks/{id}': 'webhooks',
  'POST /webhooks/{id}/secret': 'webhooks',
  'POST /webhooks/{id}/test': 'webhooks',
  'POST /webhooks/{id}/replay': 'webhooks',
  'POST /webhooks/deliveries/{id}/replay': 'webhooks',
}

/** Which of them are refused where these messages leave, and where the message in the path was captured. */
const REFUSED: readonly [leaving: readonly ('sms' | 'push')[], captured: boolean, touches: readonly Touches[]][] = [
  [['sms', 'push'], false, ['sms', 'push', 'devices', 'opt-outs', 'webhooks']],
  [['sms', 'push'], true, ['devices', 'opt-outs', 'webhooks']],
  [['push'], false, ['push', 'devices', 'webhooks']],
  [['sms'], false, ['sms', 'opt-outs', 'webhooks']],
  [[], false, []],
]

interface Operation {
  readonly method: string
  readonly path: string
}

/** All but those that only read, that are open, and that no test key can have the scope for. */
function deedsIn({ paths }: Document): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { security }]) => method !== 'get' && ![undefined, 'admin'].includes(security[0]?.key?.[0]))
      .map(([method]) => ({ method: method.toUpperCase(), path })),
  )
}

test('what each operation changes that a test key may call is known', () => {
  const known = deeds.map(({ method, path }) => `${method} ${path}`)
  expect(known.toSorted()).toEqual(Object.keys(TOUCHES).toSorted())
})

test.each(REFUSED)(
  'where %j leave, a key that only captures changes nothing that is live (captured: %j); a live key does',
  async (leaving, captured, refused) => {
    const channel = (name: 'sms' | 'push') => ({ provider: 'live', capturing: !leaving.includes(name) })
    const provider = captured ? 'sandbox' : 'live'
    const { parts } = createStandIns()
    const here = openKeysNode(database.url, {
      channels: { sms: channel('sms'), push: channel('push') },
      reads: {
        ...parts.reads,
        message: async () => ({ ...MESSAGE, provider }),
        notification: async () => ({ ...NOTIFICATION, provider, ways: [] }),
      },
    })
    const scopes = SCOPES.filter((scope) => scope !== 'admin')
    const [tester, real] = [(await here.make({ mode: 'test', scopes })).key, (await here.make({ scopes })).key]
    try {
      for (const { method, path } of deeds) {
        const operation = `${method} ${path}`
        const touches = TOUCHES[operation] ?? 'none'
        const answer = await inject(here, method, path, tester)
        expect({ operation, isRefused: answer.statusCode === 403 }).toEqual({
          operation,
          isRefused: refused.includes(touches),
        })
        // No other scope would mend it.
        expect(answer.headers['www-authenticate']).toBeUndefined()
        if (answer.statusCode === 403)
          expect(answer.json<{ message: string }>().message).toMatch(/^This is a test key, and /)
        expect({ operation, status: (await inject(here, method, path, real)).statusCode }).not.toMatchObject({
          status: 403,
        })
      }
    } finally {
      await here.close()
    }
  },
)

function inject({ app }: KeysNode, method: string, path: string, key: string): Promise<LightMyRequestResponse> {
  const where = path === '/inbox/{id}/play' ? '/inbox/sms_1/play' : path.replaceAll(/\{\w+\}/g, '1')
  const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': somewhere() }
  return app.inject({ method: method as 'POST', url: where, headers })
}

test('a route that changes something and does not say what keeps the service from starting', () => {
  const app = createServer(createStandIns().parts)
  const config = { scope: 'sms:send' } as const
  expect(() => app.post('/forgotten', { config }, () => ({ success: true }))).toThrow(
    'POST /forgotten does not declare what it changes: config.touches',
  )
  app.get('/read', { config }, () => ({ success: true }))
  app.post('/kept', { config: { scope: 'admin' } }, () => ({ success: true }))
})
