import { getMessaging, type Message } from 'firebase-admin/messaging'
import { expect, test } from 'vitest'
import type { PushContent, PushTarget } from '../../../src/domain/provider.ts'
import { checkPushContent } from '../../../src/domain/push/push-content.ts'
import { toPushContent, type CheckedPushFields } from '../../../src/domain/push/push-fields.ts'
import type { SeenSend } from '../../../src/fakes/fcm.ts'
import { createServer } from '../../../src/http/server.ts'
import { createStandIns } from '../../http/stand-ins.ts'
import { startSdk } from './sdk.ts'
import { SDK_EVERYTHING } from './sdk-everything.ts'
import { after, CONTENT, NEVER, OPEN, rig } from './rig.ts'

async function setUp() {
  const sends: SeenSend[] = []
  const { fake, provider } = await rig({ tls: true, fake: { onSend: (send) => void sends.push(send) } })
  const messaging = getMessaging(startSdk(fake))

  /** What both wrote for the same content. */
  async function both(content: Partial<PushContent>, target: PushTarget, message: Message) {
    sends.length = 0
    const { responses } = await messaging.sendEach([message])
    expect(responses[0]?.error).toBeUndefined()
    await provider.submitMany(
      { ...CONTENT, ...content },
      [target],
      (_, { kind }) => expect(kind).toBe('accepted'),
      NEVER,
      OPEN,
    )
    const [theirs, ours] = sends
    if (theirs === undefined || ours === undefined) throw new Error('one of them wrote nothing')
    return { theirs, ours }
  }
  return { fake, messaging, sends, provider, both }
}

/** The tag and id that are ours are given to the SDK by hand: it has no such thing. */
const TAGGED = {
  notification: { title: 'Hello', body: 'World' },
  data: { tidings_id: '7' },
  android: { notification: { tag: 'tidings-7' } },
  apns: { headers: { 'apns-collapse-id': 'tidings-7' } },
  webpush: { notification: { tag: 'tidings-7' } },
}

/** Proto3's JSON mapping takes a field's name in both spellings; the SDK writes these in lower camel case. */
function toSnake(body: string): unknown {
  return JSON.parse(
    body.replaceAll('"fcmOptions"', '"fcm_options"').replaceAll('"analyticsLabel"', '"analytics_label"'),
  )
}

const OWN_HEADERS = ['authorization', 'content-type', ':path', ':method', ':scheme', ':authority']

test('to a token and to a topic, body, path and headers are those of the official SDK', async () => {
  const { both } = await setUp()
  const targets = [
    [{ kind: 'token', value: 'token-1' }, { token: 'token-1' }],
    [{ kind: 'topic', value: 'news' }, { topic: 'news' }],
  ] as const
  for (const [target, theirTarget] of targets) {
    const { theirs, ours } = await both({}, target, { ...TAGGED, ...theirTarget })
    expect([theirs.httpVersion, ours.httpVersion]).toEqual(['2', '2'])
    expect(ours.path).toBe(theirs.path)
    expect(toSnake(ours.body)).toEqual(toSnake(theirs.body))
    expect(Object.keys(ours.headers).toSorted()).toEqual(OWN_HEADERS.toSorted())
    expect(ours.headers[':method']).toBe(theirs.headers[':method'])
    expect(ours.headers.authorization).toMatch(/^Bearer ya29\./)
    expect(theirs.headers.authorization).toMatch(/^Bearer ya29\./)
    expect(ours.headers['content-type']).toBe('application/json')
    expect(theirs.headers['content-type']).toBe('application/json;charset=utf-8')
  }
})

test('every field of a rich message is written as the official SDK writes it', async () => {
  const { both } = await setUp()
  const link = 'https://example.com/offer'
  const image = 'https://example.com/offer.png'
  const content: Partial<PushContent> = {
    ttlSeconds: 3_600,
    image,
    link,
    data: { offer: '17', name: 'é "quoted" \u2028' },
    android: { priority: 'high', data: { only: 'android' }, notification: { color: '#112233', channel_id: 'offers' } },
    apns: {
      headers: { 'apns-priority': '10', 'apns-expiration': '1772370000' },
      payload: {
        aps: { badge: 3, 'content-available': 1, 'mutable-content': 1, alert: { 'loc-key': 'KEY', 'loc-args': ['a'] } },
      },
    },
    webpush: { headers: { Urgency: 'high' }, notification: { icon: image, requireInteraction: true } },
    fcmOptions: { analytics_label: 'spring' },
  }
  const { theirs, ours } = await both(
    content,
    { kind: 'token', value: 'token-1' },
    {
      token: 'token-1',
      notification: { ...TAGGED.notification, imageUrl: image },
      data: { ...TAGGED.data, offer: '17', name: 'é "quoted" \u2028' },
      android: {
        priority: 'high',
        ttl: 3_600_000,
        data: { only: 'android' },
        notification: { tag: 'tidings-7', color: '#112233', channelId: 'offers' },
      },
      apns: {
        headers: { 'apns-collapse-id': 'tidings-7', 'apns-priority': '10', 'apns-expiration': '1772370000' },
        payload: {
          aps: { badge: 3, contentAvailable: true, mutableContent: true, alert: { locKey: 'KEY', locArgs: ['a'] } },
        },
      },
      webpush: {
        headers: { Urgency: 'high', TTL: '3600' },
        notification: { tag: 'tidings-7', icon: image, requireInteraction: true },
        fcmOptions: { link },
      },
      fcmOptions: { analyticsLabel: 'spring' },
    },
  )
  expect(toSnake(ours.body)).toEqual(toSnake(theirs.body))
})

test('whatever the official SDK can say is taken by our own contract, word for word, and reaches FCM unchanged', async () => {
  const { fake, messaging, sends, provider } = await setUp()
  await messaging.sendEach([{ token: 'token-1', ...SDK_EVERYTHING }])
  const { notification, token, ...theirs } = messageIn(sends[0])
  const app = createServer(createStandIns().parts)
  after(() => app.close())
  const payload = { tokens: [token], ...objectOf(notification), ...theirs, dry_run: true }
  const response = await app.inject({ method: 'POST', url: '/notifications/tokens', payload })
  expect(response.json()).not.toHaveProperty('details')

  const fields: CheckedPushFields = { title: 'Hello', body: 'World', ...objectOf(notification), ...theirs }
  expect(checkPushContent(fields, 'token')).toEqual([])
  sends.length = 0
  const target = { kind: 'token', value: 'token-1' } as const
  await provider.submitMany(
    toPushContent(7, fields),
    [target],
    (_, { kind }) => expect(kind).toBe('accepted'),
    NEVER,
    OPEN,
  )
  const ours = messageIn(sends[0])
  expect(ours).toMatchObject({ notification, token, ...theirs })
  expect(fake.accepted()).toBe(2)
})

function messageIn(send: SeenSend | undefined): Readonly<Record<string, unknown>> {
  if (send === undefined) throw new Error('nothing was written')
  return objectOf(objectOf(toSnake(send.body))['message'])
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('no object')
  return { ...value }
}

test('the official SDK reads the errors of the look-alike as what they are', async () => {
  const { messaging } = await setUp()
  const rows = [
    ['unregistered', 'messaging/registration-token-not-registered'],
    ['invalid-token', 'messaging/invalid-argument'],
    ['invalid-payload', 'messaging/invalid-argument'],
    ['sender-mismatch', 'messaging/mismatched-credential'],
    ['quota-project', 'messaging/message-rate-exceeded'],
    ['internal', 'messaging/internal-error'],
    ['third-party-auth', 'messaging/third-party-auth-error'],
    // Why a 404 without FCM's own word must never retire a token: to the SDK it is the same as the first row.
    ['not-found', 'messaging/registration-token-not-registered'],
    ['unspecified', 'messaging/unknown-error'],
  ] as const
  const { responses } = await messaging.sendEach(rows.map(([word]) => ({ ...TAGGED, token: `fake.${word}` })))
  expect(responses.map(({ error }) => error?.code)).toEqual(rows.map(([, code]) => code))
})

test("the SDK's own claim is taken by the same token endpoint, also over HTTP/1.1", async () => {
  const { fake, messaging } = await setUp()
  expect(await messaging.send({ ...TAGGED, token: 'token-1' })).toContain(`projects/${fake.projectId}/messages/`)
  expect(fake.tokensIssued()).toBe(1)
})
