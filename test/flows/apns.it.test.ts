import { expect, onTestFinished, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { PushProvider } from '../../src/domain/provider.ts'
import { projectsOf, toPushWays, type PushWay } from '../../src/domain/push/push-ways.ts'
import { startFakeApns, type FakeApns, type FakeApnsOptions } from '../../src/fakes/apns.ts'
import { refusalOf } from '../../src/fakes/apns/reasons.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPushFlow, type PushFlow } from '../../src/flows/push/push.ts'
import type { PushTemplates } from '../../src/flows/push/push-words.ts'
import { createTokens, type Tokens } from '../../src/flows/push/tokens.ts'
import { apnsProject } from '../../src/providers/apns/key.ts'
import { countOutcomes } from '../../src/store/push/notifications.ts'
import { deviceToken, openApns } from '../providers/apns/rig.ts'
import { ACCEPTED, ask, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { NO_TEMPLATES } from '../support/templates.ts'
import { until } from '../support/until.ts'

const nodes = useNodes()

const OTP = { title: 'Hello', body: 'World', category: 'otp' } as const
const FCM: PushWay = { name: 'fcm', channel: 'fcm', project: 'main-1', apps: [] }
const address = (index: number): string => `apns:${deviceToken(index)}`

/** In German it is so long that neither Apple takes it, nor anybody with a ticket beside it. */
const SALE: PushTemplates = {
  ...NO_TEMPLATES,
  wordings: async () => ({
    usual: 'en',
    pick: (locale) => locale ?? 'en',
    words: (locale) => ({
      title: 'Sale',
      body: (locale === 'de' ? '"' : '').repeat(3_900),
      origin: `sale@1/${locale}`,
    }),
  }),
}

interface Rig {
  readonly node: TestNode
  readonly push: PushFlow
  readonly tokens: Tokens
}

/** Delivery through Apple's look-alike, and through a provider for FCM that takes everything. */
async function open(fake: FakeApns, environment: 'production' | 'sandbox' = 'production'): Promise<Rig> {
  const apns = openApns(fake, { environment })
  const fcm: PushProvider = {
    ...{ name: 'fcm', project: 'main-1', window: 200 },
    submitMany: async (_content, targets, onOutcome) => targets.forEach((_, index) => onOutcome(index, ACCEPTED)),
    async *check() {},
    close: async () => undefined,
  }
  const node = await nodes.start({ push: [fcm, apns] })
  const ways = toPushWays([
    FCM,
    { name: 'apns', channel: 'apns', project: apnsProject({ topic: fake.topic, environment }), apps: [] },
  ])
  const clock = (): Date => node.delivery.lease.clock()
  const outcomes = createOutcomes(
    node.db,
    () => performance.now(),
    (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  )
  const push = createPushFlow({
    ...{ db: node.db, intake: node.delivery.intake, keys: createKeyGuard(node.db), outcomes },
    ...{ templates: SALE, ways, staging: null, clock, reporting: { usual: false, ticket: { length: 400 } } },
  })
  const tokens = createTokens({ db: node.db, readDb: node.db, defaultCountry: null, projects: projectsOf(ways), clock })
  return { node, push, tokens }
}

async function fakeApns(options: FakeApnsOptions = {}): Promise<FakeApns> {
  const fake = await startFakeApns(options)
  onTestFinished(() => fake.close())
  return fake
}

async function settled({ node, push }: Rig, addresses: readonly string[]): Promise<Record<string, number>> {
  const { answer } = await push.acceptTokens(OTP, addresses, [], ANYONE, null)
  return until(async () => {
    const found = await countOutcomes(node.db, answer.notification_id)
    return found?.pending === 0 && found.counts
  })
}

const statesOf = ({ node }: Rig): Promise<Record<string, unknown>[]> =>
  ask(
    node,
    `select token, retired_reason as retired, wrong_project as wrong from tokens where token like 'apns:%' order by token`,
  )

test('of one push the addresses of Apple go to Apple, and the others to FCM', async () => {
  const fake = await fakeApns()
  const rig = await open(fake)
  expect(await settled(rig, [address(1), 'for-fcm', address(2)])).toEqual({ sent: 3 })
  expect(fake.accepted()).toBe(2)
  const ids = await ask(
    rig.node,
    'select provider_message_id as id from tokennotifications where provider_message_id is not null',
  )
  expect(ids.filter(({ id }) => /^[0-9a-f-]{36}$/.test(String(id)))).toHaveLength(2)
})

test('a device that was registered after Apple found it gone is kept, and one that was not is retired', async () => {
  const hourMs = 3_600_000
  const [before, after] = [Date.now() - hourMs, Date.now() + hourMs].map(String)
  const since = new Map([
    [deviceToken(1), before],
    [deviceToken(2), after],
    [deviceToken(3), before],
  ])
  const fake = await fakeApns({
    script: ({ device }) => ({ kind: 'refusal', refusal: refusalOf('Unregistered', since.get(device)) }),
  })
  const rig = await open(fake)
  await rig.tokens.put(address(1), {})
  await rig.tokens.put(address(2), {})
  expect(await settled(rig, [address(1), address(2), address(3)])).toEqual({ failed: 3 })
  expect(await statesOf(rig)).toEqual([
    { token: address(1), retired: null, wrong: null },
    { token: address(2), retired: 'unregistered', wrong: null },
    // Nobody registered it: nothing speaks against Apple's word.
    { token: address(3), retired: 'unregistered', wrong: null },
  ])
})

test('addresses of the other environment are not sent to again in this one, lost nowhere, and reached once it is right', async () => {
  const addresses = [1, 2, 3].map(address)
  const wrong = await open(
    await fakeApns({ script: () => ({ kind: 'refusal', refusal: refusalOf('BadDeviceToken') }) }),
  )
  expect(await settled(wrong, addresses)).toEqual({ failed: 3 })
  expect(await statesOf(wrong)).toEqual(
    addresses.map((token) => ({ token, retired: null, wrong: 'com.example.app production' })),
  )
  expect(await settled(wrong, addresses)).toEqual({ suppressed: 3 })
  await nodes.close(wrong.node)
  const fake = await fakeApns()
  const right = await open(fake, 'sandbox')
  expect(await settled(right, addresses)).toEqual({ sent: 3 })
  expect(fake.accepted()).toBe(3)
  expect(await statesOf(right)).toEqual(addresses.map((token) => ({ token, retired: null, wrong: null })))
})

test('what is too large for Apple is refused before it is stored, where one of its devices is meant', async () => {
  const fake = await fakeApns()
  const rig = await open(fake)
  const large = { ...OTP, body: '"'.repeat(2_500) }
  const push = (targets: readonly string[]) => rig.push.acceptTokens(large, targets, [], ANYONE, null)
  await expect(push(['for-fcm', address(1)])).rejects.toMatchObject({
    code: 'push_too_large',
    message: expect.stringMatching(
      /^As JSON for Apple the payload has 5,\d{3} bytes, most of them in body; Apple takes 4,096/,
    ) as unknown,
  })
  expect(await ask(rig.node, 'select 1 from notifications')).toEqual([])
  expect((await push(['for-fcm'])).answer.targets).toBe(1)
  const long = await rig.push.openLong(large, ANYONE)
  await long.add([{ kind: 'token', value: 'for-fcm' }], 0)
  await expect(long.add([{ kind: 'token', value: address(1) }], 1)).rejects.toMatchObject({ code: 'push_too_large' })
})

test('words of a language are judged for the services of those who read it, in a list of any length, with room for what devices report by', async () => {
  const rig = await open(await fakeApns())
  const devices = ['for-fcm', 'german', address(1)]
  for (const token of devices) await rig.tokens.put(token, token === 'for-fcm' ? {} : { locale: 'de' })
  const sale = { template: { name: 'sale' } }
  const push = (targets: readonly string[], more: object = {}) =>
    rig.push.acceptTokens({ ...sale, ...more }, targets, [], ANYONE, null)
  const long = async (value: string) => (await rig.push.openLong(sale, ANYONE)).add([{ kind: 'token', value }], 0)
  const tooLarge = { code: 'push_too_large', message: expect.stringContaining('`de`') as unknown }
  await expect(push([address(1)])).rejects.toMatchObject(tooLarge)
  await expect(long(address(1))).rejects.toMatchObject(tooLarge)
  await long('german')
  await expect(push(['german'], { evidence: true })).rejects.toMatchObject(tooLarge)
  expect((await push(['german'])).answer.targets).toBe(1)
  expect((await push(['for-fcm'], { evidence: true })).answer.targets).toBe(1)
})

test('an address that Apple can not have given is refused, with its path and how it is spelled', async () => {
  const rig = await open(await fakeApns())
  const upper = `apns:${deviceToken(1).toUpperCase()}`
  await expect(rig.push.acceptTokens(OTP, ['for-fcm', upper], [], ANYONE, null)).rejects.toMatchObject({
    code: 'invalid_request',
    details: [{ path: 'tokens[1]', suggestion: address(1) }],
  })
  await expect(async () => rig.tokens.put('apns:abc', {})).rejects.toMatchObject({ code: 'invalid_request' })
})
