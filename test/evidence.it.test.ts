import { expect, onTestFinished, test } from 'vitest'
import { startFakeFcm } from '../src/fakes/fcm.ts'
import { createTestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode } from './support/whole-node.ts'

const PUBLIC_URL = 'https://push.example/behind'

interface Sent {
  readonly message: {
    readonly token: string
    readonly data: Readonly<Record<string, string>>
    readonly apns: { readonly payload?: { readonly aps: object } }
  }
}

test('what FCM is handed tells each device where to report, from its report on it is received, and a call may do without', async () => {
  const bodies: Sent[] = []
  // The check of the provider asks with a message that has nothing in it.
  const fcm = await startFakeFcm({
    onSend: ({ body }) => void (body.includes('tidings_id') && bodies.push(JSON.parse(body) as Sent)),
  })
  const database = await createTestDatabase()
  const { app, url } = await startWholeNode(database.url, {
    ...{ AUTH: 'off', SECRET_KEY: Buffer.alloc(32, 7).toString('base64'), PUBLIC_URL, PUSH_EVIDENCE: 'on' },
    ...{ FCM_SERVICE_ACCOUNT: JSON.stringify(fcm.serviceAccount), FCM_BASE_URL: fcm.url },
  })
  onTestFinished(async () => {
    await app.stop()
    await fcm.close()
    await database.drop()
  })
  async function call(path: string, body?: unknown): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/json' }
    const post = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) }
    return (await fetch(url + path, post)).json() as Promise<Record<string, unknown>>
  }

  const words = { title: 'Parcel', body: 'Here', data: { order: '1042' } }
  const { notification_id: id } = await call('/notifications/tokens', { tokens: ['one', 'two'], ...words })
  await until(() => bodies.length === 2)
  const [first, second] = bodies.map(({ message }) => message)
  expect(first?.data).toMatchObject({ order: '1042', tidings_id: String(id) })
  expect(first?.apns.payload).toEqual({ aps: { 'mutable-content': 1 } })
  expect(first?.data['tidings']).not.toBe(second?.data['tidings'])
  for (const evidence of ['received', 'opened']) {
    const report = await fetch(`${first?.data['tidings']?.replace(PUBLIC_URL, url)}/${evidence}`, { method: 'POST' })
    expect(report.status).toBe(200)
  }
  const { data } = await until(async () => {
    const answer = await call(`/notifications/${String(id)}`)
    return JSON.stringify(answer).includes('"sent":1') && answer
  })
  expect(data).toMatchObject({
    counts: { opened: 1, sent: 1 },
    verdict: 'It was opened on 1 of 2 devices.',
  })
  const { data: deliveries } = await call(`/notifications/${String(id)}/deliveries`)
  const [one, two] = deliveries as { token: string; status: string; provider_message_id: string | null }[]
  const [told, silent] = one?.token === first?.token ? [one, two] : [two, one]
  expect([told?.status, silent?.status]).toEqual(['opened', 'sent'])
  expect(told?.provider_message_id).toMatch(/^projects\//)

  await call('/notifications/tokens', { tokens: ['three'], ...words, evidence: false })
  await until(() => bodies.length === 3)
  expect(bodies[2]?.message.data).not.toHaveProperty('tidings')
  const taken = await call('/notifications/tokens', { tokens: ['four'], ...words, data: { tidings: 'mine' } })
  expect(taken).toMatchObject({ error: 400, details: [{ path: 'data.tidings' }] })
})

test('without a public address no device can report, and the refusal says what to set', async () => {
  const database = await createTestDatabase()
  const { app, url } = await startWholeNode(database.url)
  onTestFinished(async () => {
    await app.stop()
    await database.drop()
  })
  const sms = { contact: '+15005550006', message: 'Hello' }
  const calls = [
    [{ evidence: true }, 'evidence', 'Set PUBLIC_URL'],
    [{ fallback: { sms } }, 'fallback.unless', '"unless": "sent"'],
  ] as const
  for (const [more, path, suggestion] of calls) {
    const body = JSON.stringify({ tokens: ['one'], title: 'a', body: 'b', ...more })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/notifications/tokens`, { method: 'POST', headers, body })
    expect(await answer.json()).toMatchObject({ error: 400, details: [{ path, suggestion }] })
  }
  const sent = { tokens: ['one'], title: 'a', body: 'b', dry_run: true, fallback: { sms, unless: 'sent' } }
  const headers = { 'content-type': 'application/json' }
  const plan = await fetch(`${url}/notifications/tokens`, { method: 'POST', headers, body: JSON.stringify(sent) })
  expect(await plan.json()).toMatchObject({
    dry_run: true,
    data: { fallback: { contact: '+15005550006', text: 'Hello', subject: 'a', segments: 1 } },
  })
})
