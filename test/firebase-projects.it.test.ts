import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Check } from '../src/contract/health.ts'
import { startFakeApns } from '../src/fakes/apns.ts'
import { startFakeFcm, type FakeFcm } from '../src/fakes/fcm.ts'
import { deviceToken } from './providers/apns/rig.ts'
import { createTestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode } from './support/whole-node.ts'

const SOME = { title: 'Your parcel', body: 'It is at the door' }
const APPLE = `apns:${deviceToken(1)}`

interface Answer {
  readonly status: number
  readonly text: string
  readonly json: Record<string, unknown>
}

async function setUp({ refused = false }: { readonly refused?: boolean } = {}) {
  const [main, courier] = [await startFakeFcm({ projectId: 'main-1' }), await startFakeFcm({ projectId: 'courier-2' })]
  if (refused) courier.failTokens({ status: 401, body: { error: 'invalid_grant' } })
  const apns = await startFakeApns()
  const directory = mkdtempSync(join(tmpdir(), 'tidings-projects-'))
  const describe = (fake: FakeFcm, env: string) => ({ credentials: { env }, base_url: fake.url, ramp_seconds: 0 })
  const projects = [
    { name: 'courier', apps: ['com.example.courier'], ...describe(courier, 'COURIER_KEY') },
    { name: 'main', default: true, ...describe(main, 'MAIN_KEY') },
  ]
  writeFileSync(join(directory, 'projects.json'), JSON.stringify({ projects }))
  const database = await createTestDatabase()
  const { app, url, lines } = await startWholeNode(database.url, {
    ...{ AUTH: 'off', SECRET_KEY: Buffer.alloc(32, 7).toString('base64') },
    ...{ FCM_PROJECTS_FILE: join(directory, 'projects.json') },
    ...{ MAIN_KEY: JSON.stringify(main.serviceAccount), COURIER_KEY: JSON.stringify(courier.serviceAccount) },
    ...{ APNS_KEY: apns.key.key, APNS_KEY_ID: apns.key.keyId, APNS_TEAM_ID: apns.key.teamId },
    ...{ APNS_TOPIC: apns.topic, APNS_BASE_URL: apns.url },
  })
  onTestFinished(async () => {
    await app.stop()
    await database.drop()
    await Promise.all([main.close(), courier.close(), apns.close()])
    rmSync(directory, { recursive: true })
  })
  async function call(path: string, body?: unknown, method = 'POST'): Promise<Answer> {
    const sent = body === undefined ? {} : { method, body: JSON.stringify(body) }
    const answer = await fetch(url + path, { ...sent, headers: { 'content-type': 'application/json' } })
    const text = await answer.text()
    const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status: answer.status, text, json }
  }
  return { main, courier, apns, call, lines }
}

test('one push goes by two Firebase projects and Apple, and everything says which', async () => {
  const { main, courier, apns, call, lines } = await setUp()
  await call('/tokens/in-courier', { app: 'com.example.courier' }, 'PUT')
  const tokens = ['in-courier', 'anywhere', APPLE]
  const plan = await call('/notifications/tokens', { tokens, ...SOME, dry_run: true })
  const ways = ['apns', 'fcm-courier', 'fcm-main'].map((provider) => ({ provider, targets: 1 }))
  const sorted = (data: unknown): unknown =>
    (data as { ways: { provider: string }[] }).ways.toSorted((a, b) => a.provider.localeCompare(b.provider))
  expect(sorted(plan.json['data'])).toEqual(ways)
  const sent = await call('/notifications/tokens', { tokens, ...SOME })
  const found = await until(async () => {
    const { json } = await call(`/notifications/${String(sent.json['notification_id'])}`)
    const data = json['data'] as Record<string, unknown>
    return data['status'] === 'sent' && data
  })
  expect(sorted(found)).toEqual(ways)
  expect([main.accepted(), courier.accepted(), apns.accepted()]).toEqual([1, 1, 1])
  const { text } = await call('/metrics')
  for (const { provider } of ways) expect(text).toContain(`provider="${provider}",outcome="accepted"} 1`)
  expect(lines.join('\n')).not.toContain('PRIVATE KEY')
})

test('a call names the project of a topic; a slip is told, and what was meant', async () => {
  const { main, courier, call } = await setUp()
  const { status, json } = await call('/notifications/topic', { topic: 'drivers', project: 'courier', ...SOME })
  expect(status).toBe(200)
  await until(() => courier.accepted() === 1)
  const again = `/notifications/${String(json['notification_id'])}/resend`
  await until(async () => (await call(again, {})).status === 200)
  await until(() => courier.accepted() === 2)
  expect(main.accepted()).toBe(0)
  for (const [path, whom] of [
    ['tokens', { tokens: ['a'] }],
    ['topic', { topic: 'drivers' }],
    ['devices', { to: { apps: ['com.example.courier'] } }],
  ] as const) {
    await call('/tokens/in-courier', { app: 'com.example.courier' }, 'PUT')
    const refused = await call(`/notifications/${path}`, { ...whom, project: 'curier', ...SOME })
    expect(refused.json).toMatchObject({
      code: 'invalid_request',
      details: [{ path: 'project', suggestion: 'courier' }],
    })
    expect(refused.status).toBe(400)
  }
})

test('readyz looks at each project by itself', async () => {
  const { call } = await setUp({ refused: true })
  const looked = await until(async () => {
    const checks = (await call('/readyz?verbose')).json['checks'] as readonly Check[]
    return checks.some(({ check, state }) => check === 'provider.fcm-courier' && state === 'fail') && checks
  })
  const standing = Object.fromEntries(looked.map(({ check, state }) => [check, state]))
  expect(standing).toMatchObject({ 'provider.fcm-main': 'ok', 'provider.apns': 'ok' })
})

test('a pause is of one project alone, and what it keeps says so', async () => {
  const { main, courier, call } = await setUp()
  const paused = await call('/pause', { provider: 'fcm-courier' })
  expect(paused.status).toBe(200)
  const both = { tokens: ['a', 'in-courier'], ...SOME }
  await call('/tokens/in-courier', { app: 'com.example.courier' }, 'PUT')
  const { json } = await call('/notifications/tokens', both)
  const found = async () => {
    const { data } = (await call(`/notifications/${String(json['notification_id'])}`)).json
    return data as Record<string, unknown>
  }
  await until(() => main.accepted() === 1)
  await until(async () => JSON.stringify((await found())['counts']) === '{"sent":1,"queued":1}')
  expect(await found()).toMatchObject({ status: 'queued', reason: 'paused', provider: 'fcm-main' })
  expect(courier.accepted()).toBe(0)
  await call('/resume', { provider: 'fcm-courier' })
  await until(() => courier.accepted() === 1)
})
