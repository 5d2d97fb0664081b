import { expect, onTestFinished, test } from 'vitest'
import type { Check } from '../src/contract/health.ts'
import { startFakeApns, type FakeApns, type FakeApnsOptions } from '../src/fakes/apns.ts'
import { deviceToken } from './providers/apns/rig.ts'
import { createTestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode } from './support/whole-node.ts'

const SOME = { title: 'Your parcel', body: 'It is at the door' }
const address = (index: number): string => `apns:${deviceToken(index)}`

function variablesFor({ key, url, topic }: FakeApns): Record<string, string> {
  return {
    AUTH: 'off',
    APNS_KEY: key.key,
    APNS_KEY_ID: key.keyId,
    APNS_TEAM_ID: key.teamId,
    APNS_TOPIC: topic,
    APNS_BASE_URL: url,
  }
}

async function setUp(variables: Readonly<Record<string, string>> = {}, options: FakeApnsOptions = {}) {
  const fake = await startFakeApns(options)
  const database = await createTestDatabase()
  const { app, url, lines } = await startWholeNode(database.url, {
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...variablesFor(fake),
    ...variables,
  })
  onTestFinished(async () => {
    await app.stop()
    await database.drop()
    await fake.close()
  })
  async function call(path: string, body?: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(url + path, { ...sent, headers: { 'content-type': 'application/json' } })
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
  }
  return { fake, call, lines }
}

test('with four variables a push reaches Apple, and what became of it is told', async () => {
  const { fake, call, lines } = await setUp()
  const { status, json } = await call('/notifications/tokens', { tokens: [address(1), address(2)], ...SOME })
  expect(status).toBe(200)
  const found = await until(async () => {
    const one = (await call(`/notifications/${String(json['notification_id'])}`)).json['data'] as Record<
      string,
      unknown
    >
    return one['status'] === 'sent' && one
  })
  expect(found).toMatchObject({ provider: 'apns', counts: { sent: 2 } })
  expect(fake.accepted()).toBe(2)
  expect(lines.join('\n')).not.toContain(deviceToken(1))
})

test('readyz tells how Apple takes our key', async () => {
  const well = await setUp()
  const ofApns = ({ call }: typeof well, state: string) =>
    until(async () => {
      const checks = (await call('/readyz?verbose')).json['checks'] as readonly Check[]
      return checks.find(({ check, state: is }) => check === 'provider.apns' && is === state)
    })
  expect(await ofApns(well, 'ok')).toBeDefined()
  const ill = await setUp({ APNS_KEY_ID: 'ABC123DEFG' })
  const fault = await ofApns(ill, 'fail')
  expect(fault?.what).toContain('InvalidProviderToken')
  expect(fault?.fix.join(' ')).toContain('APNS_KEY_ID')
})

test('an address for a service that nothing is set for is refused, with what to set', async () => {
  const { fake, call } = await setUp()
  const { status, json } = await call('/notifications/tokens', { tokens: [address(1), 'for-fcm'], ...SOME })
  expect(status).toBe(400)
  expect(JSON.stringify(json)).toContain('FCM_SERVICE_ACCOUNT')
  expect(json['details']).toMatchObject([{ path: 'tokens[1]' }])
  expect(fake.accepted()).toBe(0)
})

test('a dry run shows what Apple would get', async () => {
  const { fake, call } = await setUp()
  const push = { tokens: [address(1)], ...SOME, badge: 3, data: { parcel: '1042' }, dry_run: true }
  const { json } = await call('/notifications/tokens', push)
  expect(json['data']).toMatchObject({
    ways: [{ provider: 'apns', targets: 1 }],
    apns: {
      aps: { alert: { title: 'Your parcel', body: 'It is at the door' }, badge: 3 },
      parcel: '1042',
      tidings_id: '0',
    },
  })
  expect(fake.accepted()).toBe(0)
})
