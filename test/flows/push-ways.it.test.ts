import { expect, test } from 'vitest'
import { ANYONE, type Caller } from '../../src/domain/caller.ts'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, PushProvider } from '../../src/domain/provider.ts'
import { noWaySentence, projectsOf, toPushWays, type PushWay } from '../../src/domain/push/push-ways.ts'
import { createDevicePush, type DevicePush } from '../../src/flows/push/device-push.ts'
import { createDryRuns } from '../../src/flows/sending/dry-run.ts'
import { createFoundPush } from '../../src/flows/push/found-push.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPushFlow, type PushFlow } from '../../src/flows/push/push.ts'
import { createTokens, type Tokens } from '../../src/flows/push/tokens.ts'
import { countOutcomes } from '../../src/store/push/notifications.ts'
import { ACCEPTED, ask, refused, type NodeOptions, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { NO_TEMPLATES } from '../support/templates.ts'
import { until } from '../support/until.ts'

const nodes = useNodes()

const WAYS: readonly PushWay[] = [
  { name: 'fcm', channel: 'fcm', project: 'main-1', apps: ['main'] },
  { name: 'fcm-shop', channel: 'fcm', project: 'shop-2', apps: ['shop'] },
  { name: 'webpush', channel: 'webpush', project: '', apps: [] },
]

const APPLES = `apns:${'ab'.repeat(32)}`

const PUSH = { title: 'Hello', body: 'There' }
const OTP = { ...PUSH, category: 'otp' as const }

interface Sent {
  readonly way: string
  readonly to: string
}

interface Rig {
  readonly node: TestNode
  readonly push: PushFlow
  readonly tokens: Tokens
  readonly devicePush: DevicePush
}

/** `answer` null: it never comes. */
function provider(
  { name, project }: PushWay,
  sent: Sent[],
  answer: (to: string) => Outcome | null = () => ACCEPTED,
): PushProvider {
  return {
    ...{ name, project },
    window: 200,
    async submitMany(_content, targets, onOutcome, signal) {
      for (const [index, { value: to }] of targets.entries()) {
        sent.push({ way: name, to })
        const outcome = answer(to)
        if (outcome === null) await new Promise((resolve) => signal.addEventListener('abort', resolve))
        else onOutcome(index, outcome)
      }
    },
    async *check() {},
    close: async () => undefined,
  }
}

async function open(push: readonly PushProvider[], ways = WAYS, more: NodeOptions['ways'] = {}): Promise<Rig> {
  const node = await nodes.start({ push, ways: more })
  const { db, delivery } = node
  const clock = (): Date => delivery.lease.clock()
  const outcomes = createOutcomes(
    db,
    () => performance.now(),
    (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  )
  const set = toPushWays(ways)
  const flow = createPushFlow({
    ...{ db, intake: delivery.intake, keys: createKeyGuard(db), outcomes, templates: NO_TEMPLATES },
    ...{ ways: set, staging: null, clock },
  })
  const tokens = createTokens({ db, readDb: db, defaultCountry: null, projects: projectsOf(set), clock })
  return { node, push: flow, tokens, devicePush: createDevicePush(tokens, createFoundPush(flow)) }
}

async function settled({ node }: Rig, id: number): Promise<Record<string, number>> {
  return until(async () => {
    const found = await countOutcomes(node.db, id)
    return found?.pending === 0 && found.counts
  })
}

const lanesOf = ({ node }: Rig, id: number): Promise<Record<string, unknown>[]> =>
  ask(node, 'select lane, size from push_chunks where notification_id = $1 order by id', [id])

test('each device of one push goes by the way of its address and app, and the push is shown with the first', async () => {
  const sent: Sent[] = []
  const rig = await open(WAYS.map((way) => provider(way, sent)))
  await rig.tokens.put('in-shop', { app: 'shop' })
  await rig.tokens.put('in-main', { app: 'main' })
  await rig.tokens.put('in-other', { app: 'other' })
  const targets = ['webpush:1', 'in-shop', 'in-main', 'in-other', 'never-seen']
  const { answer } = await rig.push.acceptTokens(OTP, targets, [], ANYONE, null)
  expect(answer.targets).toBe(5)
  expect(await settled(rig, answer.notification_id)).toEqual({ sent: 5 })
  expect(sent.toSorted((a, b) => a.to.localeCompare(b.to))).toEqual([
    { way: 'fcm', to: 'in-main' },
    { way: 'fcm', to: 'in-other' },
    { way: 'fcm-shop', to: 'in-shop' },
    { way: 'fcm', to: 'never-seen' },
    { way: 'webpush', to: 'webpush:1' },
  ])
  const [shown] = await ask(rig.node, 'select provider, targets from notifications')
  expect(shown).toEqual({ provider: 'fcm', targets: 5 })
  const lanes = (await lanesOf(rig, answer.notification_id)).map(({ lane }) => lane)
  expect(new Set(lanes)).toEqual(new Set(['fcm:otp', 'fcm-shop:otp', 'webpush:otp']))
  expect(lanes).toHaveLength(3)
})

test('a way that does not answer, and one that waits, hold up no other; what is tried again stays in its lane', async () => {
  const sent: Sent[] = []
  const quota = refused(failure('throttled', 'quota_exceeded', { waitMs: 600_000, pause: 'lane', counted: false }))
  const [main, shop, web] = WAYS.map((way) =>
    provider(way, sent, () => ({ fcm: ACCEPTED, 'fcm-shop': quota, webpush: null })[way.name] ?? null),
  )
  if (main === undefined || shop === undefined || web === undefined) throw new Error('three ways')
  const rig = await open([main, shop, web])
  await rig.tokens.put('in-shop', { app: 'shop' })
  const first = await rig.push.acceptTokens(PUSH, ['webpush:1', 'in-shop', 'a'], [], ANYONE, null)
  const again = await until(async () => {
    const lanes = await lanesOf(rig, first.answer.notification_id)
    return lanes.length === 4 && lanes
  })
  expect(again.at(-1)).toEqual({ lane: 'fcm-shop:transactional', size: 1 })
  for (const token of ['b', 'c']) {
    const { answer } = await rig.push.acceptTokens(PUSH, [token], [], ANYONE, null)
    expect(await settled(rig, answer.notification_id)).toEqual({ sent: 1 })
  }
  expect(sent.filter(({ way }) => way !== 'fcm')).toHaveLength(2)
})

test('after a crash another node goes on with each chunk by its own way', async () => {
  const lost: Sent[] = []
  const hangs = WAYS.map((way) => provider(way, lost, () => null))
  const rig = await open(hangs)
  await rig.tokens.put('in-shop', { app: 'shop' })
  const { answer } = await rig.push.acceptTokens(PUSH, ['webpush:1', 'in-shop', 'a'], [], ANYONE, null)
  await until(() => lost.length === 3)
  await nodes.kill(rig.node)
  const sent: Sent[] = []
  const next = await open(WAYS.map((way) => provider(way, sent)))
  const bySent = (): readonly string[] => sent.map(({ way, to }) => `${way} ${to}`).toSorted()
  expect(await settled(next, answer.notification_id)).toEqual({ sent: 3 })
  expect(bySent()).toEqual(['fcm a', 'fcm-shop in-shop', 'webpush webpush:1'])
})

test('a token of another project is marked with the one it was sent through, and goes on through others', async () => {
  const wrong = refused(failure('permanent', 'sender_mismatch', { address: 'mismatch' }))
  const sent: Sent[] = []
  const [main, shop] = WAYS.map((way) => provider(way, sent, () => (way.name === 'fcm-shop' ? wrong : ACCEPTED)))
  if (main === undefined || shop === undefined) throw new Error('two ways')
  const rig = await open([main, shop], WAYS.slice(0, 2))
  await rig.tokens.put('moved', { app: 'shop' })
  const push = async (): Promise<Record<string, number>> => {
    const { answer } = await rig.push.acceptTokens(PUSH, ['moved', 'a'], [], ANYONE, null)
    return settled(rig, answer.notification_id)
  }
  expect(await push()).toEqual({ failed: 1, sent: 1 })
  expect(await rig.tokens.get('moved')).toMatchObject({ wrongProject: 'shop-2' })
  expect(await push()).toEqual({ suppressed: 1, sent: 1 })
  await expect(rig.devicePush.accept(PUSH, { apps: ['shop'] }, ANYONE, null)).rejects.toMatchObject({
    code: 'no_devices',
  })
  await ask(rig.node, `update tokens set app = 'main' where token = 'moved'`)
  expect(await push()).toEqual({ sent: 2 })
})

test('what nothing is set for is refused where a call names it, and left out where it was looked up', async () => {
  const sent: Sent[] = []
  const rig = await open(
    WAYS.slice(0, 1).map((way) => provider(way, sent)),
    WAYS.slice(0, 1),
  )
  const named = rig.push.acceptTokens(PUSH, ['a', 'webpush:1', APPLES], [], ANYONE, null)
  await expect(named).rejects.toMatchObject({
    code: 'invalid_request',
    details: [
      { path: 'tokens[1]', message: noWaySentence('webpush') },
      { path: 'tokens[2]', message: noWaySentence('apns') },
    ],
  })
  const long = await rig.push.openLong(PUSH, ANYONE)
  await expect(long.add([{ kind: 'token', value: 'webpush:1' }], 7)).rejects.toMatchObject({
    details: [{ path: 'targets[7]' }],
  })
  expect(await ask(rig.node, 'select from notifications')).toEqual([])
  await rig.tokens.put('webpush:1', { platform: 'web' })
  await rig.tokens.put('a', { platform: 'web' })
  const { answer } = await rig.devicePush.accept(PUSH, { platforms: ['web'] }, ANYONE, null)
  expect(await settled(rig, answer.notification_id)).toEqual({ suppressed: 1, sent: 1 })
  expect(await ask(rig.node, 'select reason from tokennotifications where status = $1', ['suppressed'])).toEqual([
    { reason: 'no_provider' },
  ])
})

test('of a test key everything is captured, whatever its way, and topics are Firebase’s', async () => {
  const sent: Sent[] = []
  const sandbox: PushWay = { name: 'sandbox', channel: 'fcm', project: '', apps: [] }
  const rig = await open([...WAYS, sandbox].map((way) => provider(way, sent)))
  const tester: Caller = { ...ANYONE, mode: 'test' }
  const { answer } = await rig.push.acceptTokens(PUSH, ['webpush:1', APPLES, 'a'], [], tester, null)
  await settled(rig, answer.notification_id)
  const topic = await rig.push.acceptTopic(PUSH, 'news', ANYONE, null)
  await settled(rig, topic.answer.notification_id)
  expect(sent.map(({ way, to }) => `${way} ${to}`)).toEqual([
    'sandbox webpush:1',
    `sandbox ${APPLES}`,
    'sandbox a',
    'fcm news',
  ])
  const withoutFcm = await open([], WAYS.slice(2))
  await expect(withoutFcm.push.acceptTopic(PUSH, 'news', ANYONE, null)).rejects.toMatchObject({
    details: [{ path: 'topic' }],
  })
})

test('too many dead devices of one project stop retiring its own alone, and the alarm says whose they are', async () => {
  const gone = refused(failure('recipient-gone', 'unregistered', { code: 'UNREGISTERED', address: 'retire' }))
  const alarms: string[] = []
  const set = WAYS.slice(0, 2).map((way) => provider(way, [], () => gone))
  const rig = await open(set, WAYS.slice(0, 2), { onTokensKept: (_, { project }) => void alarms.push(project ?? '') })
  const names = Array.from({ length: 1_000 }, (_, index) => `s-${index}`)
  await rig.tokens.putAll(names.map((token) => rig.tokens.read(token, { app: 'shop' })))
  for (let round = 0; round < 2; round++) {
    const { answer } = await rig.push.acceptTokens(PUSH, names, [], ANYONE, null)
    await settled(rig, answer.notification_id)
    await ask(rig.node, 'update tokens set retired_at = null, retired_reason = null')
  }
  const { answer } = await rig.push.acceptTokens(PUSH, ['s-1', 'a'], [], ANYONE, null)
  await settled(rig, answer.notification_id)
  expect(alarms).toEqual(['shop-2'])
  expect(await ask(rig.node, 'select token from tokens where retired_at is not null')).toEqual([{ token: 'a' }])
})

test('a dry run says how many targets each way would have, and asks the way of the first', async () => {
  const rig = await open(WAYS.map((way) => provider(way, [])))
  await rig.tokens.put('in-shop', { app: 'shop' })
  await rig.tokens.put('dead', {})
  await ask(rig.node, `update tokens set retired_at = now(), retired_reason = 'unregistered' where token = 'dead'`)
  const asked: string[] = []
  const dryRuns = createDryRuns({
    ...{ db: rig.node.db, pauses: async () => [], pushBody: () => '', clock: () => new Date() },
    async validate(name) {
      asked.push(name)
      return { result: 'accepted', reason: null, code: null }
    },
  })
  const report = async (targets: readonly string[]) => {
    const call = { ...PUSH, dry_run: true, validate_only: true }
    return dryRuns.push(await rig.push.prepareTokens(call, targets, [], ANYONE), ANYONE)
  }
  const { ways, targets, route } = await report(['in-shop', 'dead', 'new', 'webpush:1', 'webpush:2'])
  expect(ways.toSorted((a, b) => a.provider.localeCompare(b.provider))).toEqual([
    { provider: 'fcm', targets: 1 },
    { provider: 'fcm-shop', targets: 1 },
    { provider: 'webpush', targets: 2 },
  ])
  expect(targets).toEqual({ total: 5, known: 2, suppressed: 1 })
  expect(route.provider).toBe('fcm')
  expect(asked).toEqual(['fcm-shop'])
  expect((await report(['a'])).route.reason).toBe('It is the provider that is set for this channel.')
})

test('a long list is divided by ways, too, in chunks of a thousand', async () => {
  const sent: Sent[] = []
  const rig = await open(WAYS.map((way) => provider(way, sent)))
  const long = await rig.push.openLong(PUSH, ANYONE)
  const range = Array.from({ length: 1_500 }, (_, index) => index)
  await long.add(
    range.map((index) => ({ kind: 'token', value: `t-${index}` })),
    0,
  )
  await long.add(
    range.slice(0, 500).map((index) => ({ kind: 'token', value: `webpush:${index}` })),
    1_500,
  )
  const { answer } = await long.accept(null)
  expect(await lanesOf(rig, answer.notification_id)).toEqual([
    { lane: 'fcm:transactional', size: 1_000 },
    { lane: 'fcm:transactional', size: 500 },
    { lane: 'webpush:transactional', size: 500 },
  ])
  expect(await settled(rig, answer.notification_id)).toEqual({ sent: 2_000 })
  expect(sent.filter(({ way, to }) => (way === 'webpush') !== to.startsWith('webpush:'))).toEqual([])
})
