import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeFcm, type FakeFcm, type SeenSend } from '../../src/fakes/fcm.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

let database: TestDatabase
let fcm: FakeFcm
let node: WholeNode
const sends: SeenSend[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  fcm = await startFakeFcm({
    onSend(seen) {
      // What the node asks by itself is no push of anybody.
      if (!seen.body.includes('"tidings-check"')) sends.push(seen)
    },
  })
  node = await startWholeNode(database.url, {
    FCM_SERVICE_ACCOUNT: JSON.stringify(fcm.serviceAccount),
    FCM_BASE_URL: fcm.url,
    AUTH: 'off',
    FCM_RAMP_SECONDS: '0',
  })
})

afterAll(async () => {
  await node.app.stop()
  await fcm.close()
  await database.drop()
})

interface Answer {
  readonly notification_id: number
  readonly code?: string
  readonly data: Readonly<Record<string, unknown>>
  readonly details: readonly { readonly path: string }[]
}

async function call(path: string, body?: object | string): Promise<Answer> {
  const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json'
  const sent = typeof body === 'object' ? JSON.stringify(body) : body
  const request = sent === undefined ? {} : { method: 'POST', headers: { 'content-type': type }, body: sent }
  // Our own answers.
  return (await (await fetch(`${node.url}${path}`, request)).json()) as Answer
}

/** What FCM was sent since the last look, once there are so many. */
async function arrived(count: number): Promise<unknown[]> {
  await until(() => sends.length >= count)
  return sends.splice(0).map(({ body }): unknown => JSON.parse(body))
}

const CONDITION = "'news' in topics && !('sport' in topics)"

test('a condition is stored, reaches FCM as one, is shown, and can be sent again', async () => {
  const push = { condition: CONDITION, title: 'Open late', body: 'Until ten', priority: 'high', badge: 3 }
  const { notification_id: id } = await call('/notifications/topic', push)
  expect(await arrived(1)).toMatchObject([
    {
      message: {
        condition: CONDITION,
        android: { priority: 'high', notification: { notification_count: 3, tag: `tidings-${id}` } },
        apns: { headers: { 'apns-priority': '10' }, payload: { aps: { badge: 3 } } },
      },
    },
  ])
  await until(async () => (await call(`/notifications/${id}`)).data['status'] === 'sent')
  expect((await call(`/notifications/${id}`)).data).toMatchObject({
    topic: null,
    condition: CONDITION,
    content: { priority: 'high', badge: 3 },
  })
  const again = await call(`/notifications/${id}/resend`, {})
  expect(await arrived(1)).toMatchObject([
    { message: { condition: CONDITION, data: { tidings_id: String(again.notification_id) } } },
  ])
})

test('data alone is stored and sent without words, and again without them', async () => {
  const { notification_id: id } = await call('/notifications/topic', {
    topic: 'news',
    data_only: true,
    data: { sync: '1' },
  })
  const [first] = await arrived(1)
  expect(first).toMatchObject({ message: { topic: 'news', data: { sync: '1', tidings_id: String(id) } } })
  expect(first).not.toHaveProperty('message.notification')
  await until(async () => (await call(`/notifications/${id}`)).data['status'] === 'sent')
  await call(`/notifications/${id}/resend`, {})
  const [again] = await arrived(1)
  expect(again).toMatchObject({ message: { topic: 'news', data: { sync: '1' } } })
  expect(again).not.toHaveProperty('message.notification')
})

test('a dry run asks FCM when it is told to, in JSON and by line, and nothing is stored or delivered', async () => {
  const words = { title: 'Hello', body: 'World' }
  const asking = { ...words, dry_run: true, validate_only: true }
  const stored = async (): Promise<number> => Object.keys((await call('/notifications?limit=100')).data).length
  const before = await stored()
  const accepted = fcm.accepted()
  const good = await call('/notifications/tokens', { tokens: ['token-1'], ...asking })
  expect(good.data).toMatchObject({ validation: { result: 'accepted' } })
  const bad = await call('/notifications/tokens', `${JSON.stringify(asking)}\n"fake.unregistered"\n`)
  expect(bad.data).toMatchObject({ validation: { result: 'refused', reason: 'unregistered', code: 'UNREGISTERED' } })
  expect(await arrived(2)).toMatchObject([{ validate_only: true }, { validate_only: true }])

  const lone = await call('/notifications/tokens', { tokens: ['token-1'], ...words, validate_only: true })
  expect(lone).toMatchObject({ code: 'invalid_request', details: [{ path: 'validate_only' }] })
  expect(await stored()).toBe(before)
  expect([fcm.accepted(), sends.length]).toEqual([accepted, 0])
})
