import { getEventListeners } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import webPush from 'web-push'
import { failure } from '../../../src/domain/failure.ts'
import type { Gate, Outcome, PushContent, PushProvider } from '../../../src/domain/provider.ts'
import { startFakeWebPush, type FakeWebPush, type FakeWebPushOptions } from '../../../src/fakes/webpush.ts'
import { until } from '../../support/until.ts'
import { after, CONTENT, failureOf, NEVER, OPEN, range, tokens } from '../fcm/rig.ts'
import { KEYS, openRig, type Rig, type RigOptions } from './rig.ts'

function rig(options: RigOptions = {}): Rig {
  const opened = openRig(options)
  after(() => opened.provider.close())
  return opened
}

async function startFake(options: FakeWebPushOptions = {}): Promise<FakeWebPush> {
  const fake = await startFakeWebPush(options)
  after(() => fake.close())
  return fake
}

async function submit(
  provider: PushProvider,
  names: readonly string[],
  content: Partial<PushContent> = {},
  { signal = NEVER, gate = OPEN } = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  await provider.submitMany(
    { ...CONTENT, ...content },
    tokens(...names),
    (index, outcome) => {
      if (outcomes[index] !== undefined) throw new Error(`two outcomes for ${index}`)
      outcomes[index] = outcome
    },
    signal,
    gate,
  )
  expect(Object.keys(outcomes)).toHaveLength(names.length)
  return outcomes
}

describe('a push to a browser', () => {
  test('is signed, encrypted and taken, over TLS; its Location is the provider message id, and the ledger has it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webpush-'))
    after(() => rm(folder, { recursive: true }))
    const ledger = join(folder, 'ledger')
    const fake = await startFake({ tls: true, ledger })
    const { provider, add } = rig({ trust: [fake.ca ?? ''] })
    const name = add(fake.subscribe(KEYS.publicKey))
    const content = {
      link: 'https://shop.example/orders/7',
      data: { order: '7' },
      ttlSeconds: 60,
      webpush: { headers: { Urgency: 'high', Topic: 'parcel' }, notification: { icon: 'https://shop.example/i.png' } },
    }
    expect(await submit(provider, [name], content)).toEqual([
      { kind: 'accepted', providerMessageId: `${fake.url}/message/1`, status: 'sent' },
    ])
    const payload = JSON.stringify({
      notification: { title: 'Hello', body: 'World', tag: 'tidings-7', icon: 'https://shop.example/i.png' },
      link: 'https://shop.example/orders/7',
      data: { tidings_id: '7', order: '7' },
    })
    const push = { push: '1', ttl: '60', urgency: 'high', topic: 'parcel', payload }
    expect(fake.pushes()).toMatchObject([push])
    expect(JSON.parse(await readFile(ledger, 'utf8'))).toMatchObject({ provider: 'webpush', ...push })
  })

  test.each([
    [{ status: 404 }, { class: 'recipient-gone', reason: 'unregistered', address: 'retire' }],
    [{ status: 410 }, { class: 'recipient-gone', reason: 'unregistered', address: 'retire' }],
    [{ status: 413 }, { class: 'permanent', reason: 'invalid_payload', address: 'keep' }],
    [
      { status: 400, body: '{"errno": 110}' },
      { class: 'permanent', reason: 'invalid_payload', address: 'keep' },
    ],
    [
      { status: 400, body: 'UnauthorizedRegistration' },
      { class: 'blocked', reason: 'vapid_refused', address: 'keep' },
    ],
    [{ status: 401 }, { class: 'blocked', reason: 'vapid_refused', address: 'keep', pause: 'recipient' }],
    [{ status: 403 }, { class: 'blocked', reason: 'vapid_refused', address: 'keep', pause: 'recipient' }],
    [
      { status: 429, retryAfter: '7' },
      { class: 'throttled', waitMs: 7_000, pause: 'recipient' },
    ],
    [{ status: 500 }, { class: 'transient', reason: 'internal' }],
    [
      { status: 503, retryAfter: '20' },
      { class: 'transient', reason: 'unavailable', waitMs: 20_000 },
    ],
    [{ status: 504 }, { class: 'uncertain', reason: 'gateway_timeout' }],
    [{ status: 307 }, { class: 'transient', reason: 'unknown' }],
    [{ link: 'reset' }, { class: 'uncertain', reason: 'reset' }],
    [{ link: 'hang' }, { class: 'uncertain', reason: 'timeout' }],
  ])('that is answered %j is %j', async (play, wanted) => {
    const fake = await startFake({ rules: [{ play }] })
    const { provider, add } = rig({ totalMs: 300 })
    const [outcome] = await submit(provider, [add(fake.subscribe())])
    expect(failureOf(outcome)).toMatchObject(wanted)
  })

  test('is safe to send again where nobody listens, and never goes to an address that is not public', async () => {
    const fake = await startFake()
    const gone = fake.subscribe()
    await fake.close()
    const { provider, add } = rig()
    expect(failureOf((await submit(provider, [add(gone)]))[0])).toMatchObject({
      class: 'transient',
      reason: 'connect_failed',
    })
    const listening = await startFake()
    const strict = rig({ allowed: [] })
    const outcomes = await submit(strict.provider, [
      strict.add(listening.subscribe()),
      strict.add({ ...listening.subscribe(), endpoint: 'http://localhost:1/push' }),
    ])
    expect(outcomes.map((outcome) => failureOf(outcome).reason)).toEqual(['private_address', 'private_address'])
    expect(listening.asked()).toBe(0)
  })

  test('without a subscription is gone; one of another VAPID key is marked, and one that cannot be read is kept', async () => {
    const fake = await startFake()
    const { provider, add } = rig({ find: async () => new Map([['webpush:sealed', null]]) })
    const outcomes = await submit(provider, ['webpush:nobody', 'webpush:sealed'])
    expect(outcomes.map((outcome) => [failureOf(outcome).reason, failureOf(outcome).address])).toEqual([
      ['unregistered', 'retire'],
      ['unreadable_subscription', 'keep'],
    ])
    const other = rig()
    const name = other.add(fake.subscribe(), { vapidKey: 'another' })
    expect(failureOf((await submit(other.provider, [name]))[0])).toMatchObject({
      reason: 'sender_mismatch',
      address: 'mismatch',
    })
    const without = rig({ find: () => Promise.reject(new Error('no database')) })
    const waiting = failureOf((await submit(without.provider, [add(fake.subscribe())]))[0])
    expect(waiting).toMatchObject({ class: 'transient', counted: false })
    expect(fake.asked()).toBe(0)
  })
})

describe('of several push services', () => {
  test('one that hangs holds no other, and is soon left alone', async () => {
    const hanging = await startFake({ rules: [{ play: { link: 'hang' } }] })
    const fine = await startFake()
    const { provider, add } = rig({ totalMs: 1_000 })
    const slow = range(150).map(() => add(hanging.subscribe()))
    const quick = range(100).map(() => add(fine.subscribe()))
    const done = submit(provider, slow)
    await until(() => hanging.asked() === 64)
    expect((await submit(provider, quick)).every(({ kind }) => kind === 'accepted')).toBe(true)
    const reasons = (await done).map((outcome) => failureOf(outcome).reason)
    // The first four to end let one more in each; the fifth is one too many.
    expect(reasons.filter((reason) => reason === 'timeout')).toHaveLength(68)
    expect(reasons.filter((reason) => reason === 'unavailable')).toHaveLength(82)
    expect(failureOf((await submit(provider, slow.slice(0, 1)))[0])).toMatchObject({
      reason: 'unavailable',
      counted: false,
    })
  })

  test('one that is busy is asked by nobody until it said', async () => {
    const busy = await startFake({ rules: [{ times: 1, play: { status: 503, retryAfter: '60' } }] })
    const fine = await startFake()
    const { provider, add } = rig()
    await submit(provider, [add(busy.subscribe())])
    const [held, sent] = await submit(provider, [add(busy.subscribe()), add(fine.subscribe())])
    expect(failureOf(held)).toMatchObject({ class: 'transient', reason: 'unavailable', counted: false })
    expect(failureOf(held).waitMs).toBeGreaterThan(50_000)
    expect([sent?.kind, busy.asked()]).toEqual(['accepted', 1])
  })

  test('a browser that gets too many holds no other of its maker’s; three in a row hold them all', async () => {
    const fake = await startFake()
    const { provider, add } = rig()
    const send = async (status: number) => {
      fake.script([{ play: { status, retryAfter: '60' } }])
      return (await submit(provider, [add(fake.subscribe())]))[0]
    }
    const limited = await send(429)
    expect(failureOf(limited)).toMatchObject({ class: 'throttled', waitMs: 60_000, pause: 'recipient' })
    await send(429)
    expect((await send(201))?.kind).toBe('accepted')
    for (const status of [429, 429, 429]) await send(status)
    const held = await send(201)
    expect(failureOf(held)).toMatchObject({ class: 'throttled', counted: false, pause: 'recipient' })
    expect([failureOf(held).waitMs !== null, fake.asked()]).toEqual([true, 6])
  })

  test('one that refuses our signature is left alone after the third, and told of once', async () => {
    const strange = await startFake()
    const { provider, add, refusing } = rig()
    const names = range(10).map(() => add(strange.subscribe(webPush.generateVAPIDKeys().publicKey)))
    for (const name of names) expect(failureOf((await submit(provider, [name]))[0]).address).toBe('keep')
    expect([strange.asked(), refusing]).toEqual([3, [strange.url]])
  })

  test('what still waits for its place when a pause begins is not written', async () => {
    const slow = await startFake({ rules: [{ play: { slowMs: 300 } }] })
    const { provider, add } = rig()
    const paused = failure('transient', 'paused', { counted: false })
    let isPaused = false
    const gate: Gate = () => (isPaused ? paused : null)
    const { signal } = new AbortController()
    const done = submit(
      provider,
      range(100).map(() => add(slow.subscribe())),
      {},
      { signal, gate },
    )
    await until(() => slow.asked() === 64)
    isPaused = true
    const outcomes = await done
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(64)
    expect(outcomes.slice(64).map(failureOf)).toEqual(outcomes.slice(64).map(() => paused))
  })

  test('what is not written when it is told to stop is as it was', async () => {
    const hanging = await startFake({ rules: [{ play: { link: 'hang' } }] })
    const { provider, add } = rig()
    const names = range(100).map(() => add(hanging.subscribe()))
    const stop = new AbortController()
    const done = submit(provider, names, {}, { signal: stop.signal, gate: OPEN })
    await until(() => hanging.asked() === 64)
    stop.abort()
    const classes = (await done).map((outcome) => failureOf(outcome).class)
    expect([...new Set(classes)].toSorted()).toEqual(['transient', 'uncertain'])
    expect(classes.filter((one) => one === 'uncertain')).toHaveLength(64)
  })
})
