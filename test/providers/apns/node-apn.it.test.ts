import apn from '@parse/node-apn'
import { expect, onTestFinished, test } from 'vitest'
import { toPushContent, type CheckedPushFields } from '../../../src/domain/push/push-fields.ts'
import type { FakeApns } from '../../../src/fakes/apns.ts'
import { refusalOf } from '../../../src/fakes/apns/reasons.ts'
import type { SeenStream } from '../../../src/fakes/http2-sessions.ts'
import { deviceToken, NEVER, rig } from './rig.ts'

/** Another client of Apple's service, by others, on the same look-alike. */
function startTheirs(fake: FakeApns): apn.Provider {
  const { hostname, port } = new URL(fake.tlsUrl)
  const token = { key: Buffer.from(fake.key.key), keyId: fake.key.keyId, teamId: fake.key.teamId }
  const theirs = new apn.Provider({ token, address: hostname, port: Number(port), ca: [fake.ca], production: false })
  onTestFinished(() => void theirs.shutdown())
  return theirs
}

async function setUp() {
  const seen: SeenStream[] = []
  const { fake, provider } = await rig({ fake: { onRequest: (one) => void seen.push(one) } })
  const theirs = startTheirs(fake)

  /** What both wrote for the same content. */
  async function both(fields: CheckedPushFields, notification: apn.Notification) {
    seen.length = 0
    const { sent, failed } = await theirs.send(notification, deviceToken(1))
    expect([failed, sent.length]).toEqual([[], 1])
    const target = { kind: 'token', value: `apns:${deviceToken(1)}` } as const
    await provider.submitMany(
      toPushContent(7, fields),
      [target],
      (_, { kind }) => expect(kind).toBe('accepted'),
      NEVER,
      () => null,
    )
    return seen.map(({ path, headers, body }) => ({ path, headers: known(headers), body: JSON.parse(body) as unknown }))
  }
  return { both, fake, theirs }
}

const COMPARED = ['apns-topic', 'apns-push-type', 'apns-priority', 'apns-expiration', 'apns-collapse-id'] as const

function known(headers: SeenStream['headers']): Record<string, unknown> {
  return Object.fromEntries(COMPARED.map((name) => [name, headers[name]]))
}

/** What is ours alone is given to the other one by hand. */
const OURS = { topic: 'com.example.app', collapseId: 'tidings-7' }

test('what is shown is written as node-apn writes it', async () => {
  const { both } = await setUp()
  const notification = new apn.Notification({
    ...OURS,
    pushType: 'alert',
    priority: 10,
    expiry: 0,
    alert: { title: 'Hello', body: 'World' },
    badge: 3,
    sound: 'ding.caf',
    category: 'PARCEL',
    threadId: 'parcels',
    mutableContent: true,
    interruptionLevel: 'time-sensitive',
    relevanceScore: 0.5,
    payload: { parcel: '1042', tidings_id: '7', fcm_options: { image: 'https://example.com/a.png' } },
  })
  const own = {
    category: 'PARCEL',
    'thread-id': 'parcels',
    'interruption-level': 'time-sensitive',
    'relevance-score': 0.5,
  }
  const [theirs, ours] = await both(
    {
      title: 'Hello',
      body: 'World',
      image: 'https://example.com/a.png',
      priority: 'high',
      ttl: 0,
      badge: 3,
      sound: 'ding.caf',
      data: { parcel: '1042' },
      apns: { payload: { aps: own } },
    },
    notification,
  )
  expect(ours).toEqual(theirs)
})

test('data alone is written as node-apn writes a background push', async () => {
  const { both } = await setUp()
  const notification = new apn.Notification({
    ...OURS,
    pushType: 'background',
    priority: 5,
    contentAvailable: true,
    payload: { sync: 'orders', tidings_id: '7' },
  })
  const [theirs, ours] = await both({ title: '', body: '', data_only: true, data: { sync: 'orders' } }, notification)
  expect(ours).toEqual(theirs)
})

test('node-apn understands what the look-alike refuses', async () => {
  const { fake } = await rig({
    fake: { script: () => ({ kind: 'refusal', refusal: refusalOf('Unregistered', '1454948015990') }) },
  })
  const theirs = startTheirs(fake)
  const { failed } = await theirs.send(new apn.Notification({ ...OURS, alert: 'Hello' }), deviceToken(1))
  expect(failed[0]).toMatchObject({ status: 410, response: { reason: 'Unregistered', timestamp: 1_454_948_015_990 } })
  const nowhere = await theirs.send(new apn.Notification({ topic: 'com.example.none', alert: 'Hello' }), deviceToken(2))
  expect(nowhere.failed[0]).toMatchObject({ status: 400, response: { reason: 'TopicDisallowed' } })
})
