import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { failure } from '../../../src/domain/failure.ts'
import type { CheckStep, Outcome } from '../../../src/domain/provider.ts'
import { refusalOf } from '../../../src/fakes/apns/reasons.ts'
import type { SeenStream } from '../../../src/fakes/http2-sessions.ts'
import { createWindow } from '../../../src/providers/apns/window.ts'
import { until } from '../../support/until.ts'
import { device, deviceToken, failureOf, NEVER, openApns, range, rig, submit } from './rig.ts'

const TAKEN: Outcome = { kind: 'accepted', providerMessageId: 'x', status: 'sent' }
const BUSY: Outcome = { kind: 'refused', failure: failure('transient', 'unavailable') }
const OF_ONE_DEVICE: Outcome = { kind: 'refused', failure: failure('throttled', 'device_rate') }

test('over TLS thousands go over few connections, though each may carry ten at once', async () => {
  const { fake } = await rig()
  fake.setMaxStreams(10)
  const provider = openApns(fake, { pool: { origin: fake.tlsUrl, ca: fake.ca } })
  onTestFinished(() => provider.close())
  const outcomes = await submit(provider, range(2_000).map(device))
  expect(outcomes.every((outcome) => outcome.kind === 'accepted' && outcome.status === 'sent')).toBe(true)
  expect(fake.accepted()).toBe(2_000)
  expect(fake.sessions()).toBeLessThanOrEqual(4)
})

test('a connection has one push under way until Apple has taken its token, as Apple wants it', async () => {
  let [open, most] = [0, 0]
  const { provider, fake } = await rig({
    pool: { sessions: 1 },
    fake: {
      script: () => {
        open += 1
        most = Math.max(most, open)
        setImmediate(() => (open -= 1))
        return null
      },
    },
  })
  const outcomes = await submit(provider, range(200).map(device))
  expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true)
  expect(fake.accepted()).toBe(200)
  expect(most).toBeGreaterThan(1)
})

test('the apns-id is ours, the same for each attempt at a device, and in the ledger of the look-alike', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'apns-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const ledger = join(folder, 'ledger')
  const { provider } = await rig({ fake: { ledger } })
  const outcomes = [...(await submit(provider, [device(1), device(2)])), ...(await submit(provider, [device(1)]))]
  const ids = outcomes.map((outcome) => (outcome.kind === 'accepted' ? outcome.providerMessageId : null))
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(ids[2]).toBe(ids[0])
  expect(ids[1]).not.toBe(ids[0])
  const lines = (await readFile(ledger, 'utf8')).trim().split('\n')
  expect(lines.map((line): unknown => JSON.parse(line))[0]).toEqual({
    apns_id: ids[0],
    device: deviceToken(1),
    topic: 'com.example.app',
    type: 'alert',
    id: '7',
  })
})

test('a token that Apple finds too old is sent again with a newer one, once it is there', async () => {
  let nowMs = new Date('2026-03-01T12:35:00Z').getTime()
  const seen: SeenStream[] = []
  const { fake, provider } = await rig({
    now: () => new Date(nowMs),
    // Half an hour ahead of us.
    fake: { now: () => new Date(nowMs + 30 * 60_000), onRequest: (one) => void seen.push(one) },
  })
  expect((await submit(provider, [device(1)]))[0]?.kind).toBe('accepted')
  nowMs += 27 * 60_000
  expect((await submit(provider, [device(2)]))[0]?.kind).toBe('accepted')
  expect(seen).toHaveLength(3)
  expect(seen[1]?.headers.authorization).not.toBe(seen[2]?.headers.authorization)
  expect(fake.accepted()).toBe(2)
})

test('where the clock is more than an hour slow the way is held, and nothing is asked over and over', async () => {
  let requests = 0
  const { provider } = await rig({
    window: 10,
    fake: { now: () => new Date(Date.now() + 3_600_000), onRequest: () => void (requests += 1) },
  })
  const failures = (await submit(provider, range(100).map(device))).map(failureOf)
  expect(failures[0]).toMatchObject({ class: 'blocked', reason: 'apns_auth', code: 'ExpiredProviderToken' })
  expect(failures.at(-1)).toMatchObject({ reason: 'not_sent', waitMs: 60_000 })
  expect(requests).toBeLessThanOrEqual(20)
})

test('a device that has too much at once holds no other', async () => {
  const { fake, provider } = await rig({
    fake: {
      script: ({ device: one }) =>
        one === deviceToken(0) ? { kind: 'refusal', refusal: refusalOf('TooManyRequests') } : null,
    },
  })
  const outcomes = await submit(provider, range(300).map(device))
  expect(failureOf(outcomes[0])).toMatchObject({ reason: 'device_rate', pause: 'recipient', waitMs: 60_000 })
  expect(fake.accepted()).toBe(299)
})

test('while Apple has too much fewer are under way at once, and more again with what goes well', async () => {
  let nowMs = 0
  const window = createWindow(64, () => nowMs)
  const count = (outcome: Outcome, times: number) => range(times).forEach(() => window.count(outcome))
  count(BUSY, 20)
  expect(window.size()).toBe(32)
  nowMs += 1_000
  count(BUSY, 20)
  expect(window.size()).toBe(16)
  count(TAKEN, 17)
  expect(window.size()).toBe(17)
  for (let turn = 0; turn < 10; turn++) {
    nowMs += 1_000
    window.count(BUSY)
  }
  expect(window.size()).toBe(4)
  count(OF_ONE_DEVICE, 100)
  const narrow = createWindow(1, () => nowMs)
  narrow.count(BUSY)
  expect(narrow.size()).toBe(1)
  count(TAKEN, 10_000)
  expect(window.size()).toBe(64)
})

test('after Apple had too much, no more are under way at once than the window has', async () => {
  let [requests, busy] = [0, true]
  const { provider } = await rig({
    window: 16,
    fake: {
      script: () => (busy ? { kind: 'refusal', refusal: refusalOf('ServiceUnavailable') } : { kind: 'hang' }),
      onRequest: () => void (requests += 1),
    },
  })
  await submit(provider, [device(1)])
  ;[requests, busy] = [0, false]
  const stop = new AbortController()
  const outcomes = submit(provider, range(64).map(device), stop.signal)
  await until(() => requests >= 8)
  await new Promise((resolve) => setImmediate(resolve))
  expect(requests).toBe(8)
  stop.abort()
  expect((await outcomes).filter((outcome) => failureOf(outcome).class === 'uncertain')).toHaveLength(8)
})

test('ENHANCE_YOUR_CALM makes doubt of what was written, and holds the way', async () => {
  let requests = 0
  const { fake, provider } = await rig({
    fake: { script: () => ({ kind: 'hang' }), onRequest: () => void (requests += 1) },
  })
  const outcomes = submit(provider, range(3).map(device))
  await until(() => requests === 3)
  fake.goaway(11)
  for (const outcome of await outcomes) {
    expect(failureOf(outcome)).toMatchObject({ class: 'uncertain', reason: 'enhance_your_calm', pause: 'lane' })
  }
})

test('an address that is none of Apple’s is refused, and never written', async () => {
  let requests = 0
  const { provider } = await rig({ fake: { onRequest: () => void (requests += 1) } })
  for (const target of [
    { kind: 'token', value: 'apns:../../4/broadcasts' },
    { kind: 'token', value: 'fcm-token' },
    { kind: 'topic', value: 'news' },
  ] as const) {
    expect(failureOf((await submit(provider, [target]))[0])).toMatchObject({ reason: 'invalid_token', address: 'keep' })
  }
  expect(requests).toBe(0)
})

test.each([
  [{ teamId: 'ANOTHERONE' }, 'apns_auth, InvalidProviderToken', 'APNS_TEAM_ID'],
  [{ topic: 'com.example.none' }, 'apns_topic, TopicDisallowed', 'APNS_TOPIC'],
])('a check with %o says what Apple said, and how to mend it', async (options, detail, fix) => {
  const { provider } = await rig(options)
  const steps: CheckStep[] = []
  for await (const step of provider.check(NEVER)) steps.push(step)
  expect(steps.map(({ ok }) => ok)).toEqual([true, false])
  expect(steps[1]).toMatchObject({ name: 'Apple', detail })
  expect(steps[1]?.fix).toContain(fix)
})
