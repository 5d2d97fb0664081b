import { getMessaging } from 'firebase-admin/messaging'
import { expect, test } from 'vitest'
import type { Outcome } from '../../../src/domain/provider.ts'
import type { TopicAddress, TopicProvider } from '../../../src/domain/push/topic-provider.ts'
import type { TopicWish } from '../../../src/domain/push/topics.ts'
import { startFakeFcm, type FakeFcmOptions, type SeenSend } from '../../../src/fakes/fcm.ts'
import { readCredentials } from '../../../src/providers/fcm/credentials.ts'
import { readOneAnswer } from '../../../src/providers/fcm/topic-answers.ts'
import { createFcmTopics } from '../../../src/providers/fcm/topics.ts'
import { createHttpCall } from '../../../src/providers/http-call.ts'
import { after, NEVER } from './rig.ts'
import { startSdk } from './sdk.ts'

async function setUp(api: 'iid' | 'v1', options: FakeFcmOptions = {}) {
  const fake = await startFakeFcm(options)
  after(() => fake.close())
  const reading = readCredentials(fake.serviceAccount)
  if (reading.kind === 'problem') throw new Error(reading.problem)
  const call = createHttpCall({ connections: 64 })
  after(() => call.close())
  const clock = { ms: 0 }
  const topics = createFcmTopics(
    { name: 'fcm', credentials: reading.credentials, api, iidUrl: fake.url, fcmUrl: fake.url },
    {
      call,
      now: () => new Date(),
      monotonic: () => clock.ms,
      chance: () => 0,
      nodes: () => 1,
      sleep: async (ms) => void (clock.ms += ms),
      warn: () => undefined,
    },
  )
  after(() => topics.close())
  return { fake, topics, clock }
}

async function outcomes(
  topics: TopicProvider,
  wish: TopicWish,
  devices: readonly TopicAddress[],
): Promise<readonly Outcome[]> {
  const told: Outcome[] = []
  await topics.change(wish, 'news', devices, (index, outcome) => void (told[index] = outcome), NEVER)
  return told
}

const tokens = (...values: readonly string[]): readonly TopicAddress[] =>
  values.map((value) => ({ kind: 'token', value }))

const wordOf = (outcome: Outcome | undefined): unknown =>
  outcome?.kind === 'refused' ? [outcome.failure.class, outcome.failure.reason] : outcome?.kind

test('what is written is what the official SDK writes, and errors of single tokens are read as it reads them', async () => {
  const sends: SeenSend[] = []
  const { fake, topics } = await setUp('iid', { onSend: (send) => void sends.push(send) })
  const messaging = getMessaging(startSdk(fake))
  const named = ['token-1', 'fake.unregistered', 'fake.invalid-token', 'fake.too-many-topics', 'fake.internal']
  const pairs = [
    ['subscribe', 'subscribeToTopic'],
    ['unsubscribe', 'unsubscribeFromTopic'],
  ] as const
  for (const [wish, theirCall] of pairs) {
    sends.length = 0
    const their = await messaging[theirCall](named, 'news')
    const our = await outcomes(topics, wish, tokens(...named))
    const [theirs, ours] = sends
    expect(ours?.path).toBe(theirs?.path)
    expect(JSON.parse(ours?.body ?? '')).toEqual(JSON.parse(theirs?.body ?? ''))
    expect(ours?.headers['access_token_auth']).toBe(theirs?.headers['access_token_auth'])
    expect(ours?.headers.authorization).toMatch(/^Bearer ya29\./)
    expect(our.flatMap((outcome, index) => (outcome.kind === 'refused' ? [index] : []))).toEqual(
      their.errors.map(({ index }) => index),
    )
    expect(our.map(wordOf)).toEqual([
      'accepted',
      ['recipient-gone', 'unregistered'],
      ['permanent', 'invalid_token'],
      ['permanent', 'too_many_topics'],
      ['transient', 'internal'],
    ])
  }
})

test('of a batch that is refused as a whole only the token that spoils it is', async () => {
  const { fake, topics } = await setUp('iid')
  const told = await outcomes(topics, 'subscribe', tokens('a', 'b', '', 'd'))
  expect(told.map(wordOf)).toEqual(['accepted', 'accepted', ['permanent', 'invalid_argument'], 'accepted'])
  expect(fake.subscribers('news')).toEqual(['a', 'b', 'd'])
})

test('a rate that is exceeded pauses all of it for a minute, then for twice as long', async () => {
  const { fake, topics, clock } = await setUp('iid', {
    rules: [{ when: { kind: 'subscribe' }, times: 2, play: 'quota-topic' }],
  })
  for (const seconds of [60, 120]) {
    const [first] = await outcomes(topics, 'subscribe', tokens('a'))
    expect(wordOf(first)).toEqual(['throttled', 'topic_rate'])
    expect(topics.pausedMs()).toBe(seconds * 1_000)
    expect((await outcomes(topics, 'subscribe', tokens('a'))).map(wordOf)).toEqual([['transient', 'not_sent']])
    clock.ms += seconds * 1_000
  }
  expect((await outcomes(topics, 'subscribe', tokens('a'))).map(wordOf)).toEqual(['accepted'])
  expect(fake.subscribers('news')).toEqual(['a'])
})

test('fifty calls a second are made and no more, whatever there is to tell', async () => {
  const { topics, clock } = await setUp('iid')
  for (let calls = 0; calls < 150; calls++) await outcomes(topics, 'subscribe', tokens('a'))
  expect(clock.ms).toBeGreaterThanOrEqual(1_980)
  expect(clock.ms).toBeLessThan(2_100)
})

test('FCM’s own API says of one device what the other says of many; a 404 is an unknown device only where FCM says so', async () => {
  const { topics } = await setUp('v1')
  const words = ['unregistered', 'sender-mismatch', 'unavailable', 'quota-project']
  const told = await outcomes(topics, 'subscribe', tokens(...words.map((word) => `fake.${word}`)))
  expect(told.map(wordOf)).toEqual([
    ['recipient-gone', 'unregistered'],
    ['permanent', 'sender_mismatch'],
    ['transient', 'unavailable'],
    ['throttled', 'topic_rate'],
  ])
  const other = await setUp('v1')
  expect((await outcomes(other.topics, 'subscribe', tokens('fake.not-found'))).map(wordOf)).toEqual([
    ['blocked', 'project_not_found'],
  ])
  expect((await outcomes(other.topics, 'unsubscribe', tokens('never'))).map(wordOf)).toEqual(['accepted'])
})

test.each([
  ['subscribe', 409, { error: { status: 'ABORTED' } }, ['transient', 'unknown']],
  ['unsubscribe', 404, '<title>Error 404 (Not Found)!!1</title>', ['blocked', 'project_not_found']],
] as const)('a wish to %s is not fulfilled by any %i', (wish, status, said, expected) => {
  const body = Buffer.from(typeof said === 'string' ? said : JSON.stringify(said))
  const parts = { now: () => new Date(), chance: () => 0 }
  const reading = readOneAnswer(wish, { kind: 'answer', status, headers: {}, body }, 'token', parts)
  expect(reading.kind === 'each' && reading.outcomes.map(wordOf)).toEqual([expected])
})

test('an access token that is not taken any more is replaced once', async () => {
  const { fake, topics } = await setUp('iid')
  await outcomes(topics, 'subscribe', tokens('a'))
  fake.revokeTokens()
  expect((await outcomes(topics, 'subscribe', tokens('b'))).map(wordOf)).toEqual(['accepted'])
  expect(fake.tokensIssued()).toBe(2)
})

test('without an access token a wish waits as a push does: with Google’s word, and for as long as nobody is asked', async () => {
  const { fake, topics } = await setUp('iid')
  const failureOf = async () => {
    const [first] = await outcomes(topics, 'subscribe', tokens('a'))
    return first?.kind === 'refused' ? first.failure : null
  }
  fake.failTokens({ status: 400, body: { error: 'invalid_grant' } })
  expect(await failureOf()).toMatchObject({
    class: 'blocked',
    reason: 'credentials_refused',
    code: 'invalid_grant',
    waitMs: 5_000,
  })
  const other = await setUp('iid', { rules: [{ when: { kind: 'subscribe' }, play: 'unauthenticated' }] })
  const [refused] = await outcomes(other.topics, 'subscribe', tokens('a'))
  expect(refused).toMatchObject({ failure: { class: 'blocked', reason: 'unauthenticated', waitMs: 60_000 } })
  expect(other.fake.tokensIssued()).toBe(2)
})

test('of many at once those with a token go in one call, whichever stand between them', async () => {
  const { fake, topics } = await setUp('iid')
  const mixed = Array.from({ length: 20 }, (_, at): TopicAddress => {
    return at % 3 === 0 ? { kind: 'fid', value: `${at}`.padStart(22, 'c') } : { kind: 'token', value: `token-${at}` }
  })
  expect((await outcomes(topics, 'subscribe', mixed)).map(wordOf)).toEqual(mixed.map(() => 'accepted'))
  expect(fake.subscribers('news')).toHaveLength(20)
})
