import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { projectsOf } from '../../src/domain/push/push-ways.ts'
import { startFakeFcm, type FakeFcm, type SeenSend } from '../../src/fakes/fcm.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPushFlow, type PushFlow } from '../../src/flows/push/push.ts'
import { createTokens, type Tokens } from '../../src/flows/push/tokens.ts'
import { failuresOf } from '../../src/wiring/provider-checks.ts'
import { readConfig, type Config } from '../../src/settings/config.ts'
import { countOutcomes } from '../../src/store/push/notifications.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { pushWaysOf } from '../../src/settings/push-ways.ts'
import { openFirebase } from '../../src/wiring/firebase.ts'
import { ask, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { NO_TEMPLATES } from '../support/templates.ts'
import { until } from '../support/until.ts'

const nodes = useNodes()

interface Place {
  readonly fake: FakeFcm
  readonly seen: SeenSend[]
}

interface Rig {
  readonly node: TestNode
  readonly push: PushFlow
  readonly tokens: Tokens
  readonly providers: ReturnType<typeof openFirebase>
}

const started: FakeFcm[] = []
let directory = ''

beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'tidings-projects-'))))

afterEach(async () => {
  await Promise.all(started.splice(0).map((fake) => fake.close()))
  rmSync(directory, { recursive: true, force: true })
})

async function place(projectId: string): Promise<Place> {
  const seen: SeenSend[] = []
  const fake = await startFakeFcm({ projectId, onSend: (send) => void seen.push(send) })
  started.push(fake)
  return { fake, seen }
}

const tokensOf = ({ seen }: Place): readonly string[] =>
  seen
    .map(({ body }) => (JSON.parse(body) as { message: { token?: string; topic?: string } }).message)
    .map(({ token, topic }) => token ?? `topic ${topic}`)

/** The two are `fcm`, of the variables, and `shop`, of the file. */
async function open(main: Place, shop: Place, more: object = {}): Promise<Rig> {
  const { serviceAccount, url } = shop.fake
  const file = join(directory, 'projects.json')
  const described = { name: 'shop', credentials: { env: 'SHOP_KEY' }, apps: ['shop'], base_url: url, ramp_seconds: 0 }
  writeFileSync(file, JSON.stringify({ projects: [{ ...described, ...more }] }))
  const reading = readConfig({
    ...{ FCM_SERVICE_ACCOUNT: JSON.stringify(main.fake.serviceAccount), FCM_BASE_URL: main.fake.url },
    ...{ FCM_PROJECTS_FILE: file, SHOP_KEY: JSON.stringify(serviceAccount), FCM_MESSAGES_PER_MINUTE: '6000000' },
  })
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return run(reading.config)
}

async function run(config: Config): Promise<Rig> {
  const now = (): number => performance.now()
  const providers = openFirebase(config, {
    ...{ log: pino({ level: 'silent' }), now: () => new Date(), clock: () => new Date() },
    ...{ monotonic: now, chance: () => 0.5, nodes: () => 1 },
  })
  const node = await nodes.start({ push: providers })
  const { db, delivery } = node
  const clock = (): Date => delivery.lease.clock()
  const ways = pushWaysOf(config)
  const outcomes = createOutcomes(db, now, (ms) => new Promise((resolve) => setTimeout(resolve, ms)))
  const push = createPushFlow({
    ...{ db, intake: delivery.intake, keys: createKeyGuard(db), outcomes, templates: NO_TEMPLATES },
    ...{ ways, staging: null, clock },
  })
  const tokens = createTokens({ db, readDb: db, defaultCountry: null, projects: projectsOf(ways), clock })
  return { node, push, tokens, providers }
}

const PUSH = { title: 'Hello', body: 'There' }

async function sendTo({ push }: Rig, targets: readonly string[], more: object = {}): Promise<number> {
  const { answer } = await push.acceptTokens({ ...PUSH, ...more }, targets, [], ANYONE, null)
  return answer.notification_id
}

async function settled({ node }: Rig, id: number): Promise<Record<string, number>> {
  return until(async () => {
    const found = await countOutcomes(node.db, id)
    return found?.pending === 0 && found.counts
  })
}

async function registered({ tokens }: Rig, names: readonly string[]): Promise<readonly string[]> {
  await tokens.putAll(names.map((token) => tokens.read(token, { app: 'shop' })))
  return names
}

test('each device gets it from its own project, with its own access token; a call may name the project', async () => {
  const [main, shop] = [await place('main-1'), await place('shop-2')]
  const rig = await open(main, shop)
  await registered(rig, ['in-shop'])
  const first = await sendTo(rig, ['in-shop', 'a'])
  expect(await settled(rig, first)).toEqual({ sent: 2 })
  expect([tokensOf(main), tokensOf(shop)]).toEqual([['a'], ['in-shop']])
  expect(shop.seen[0]?.path).toBe('/v1/projects/shop-2/messages:send')
  const bodies = [main, shop].map(({ seen }) => JSON.parse(seen[0]?.body ?? '') as { message: object })
  const [ours = {}, theirs = {}] = bodies.map(({ message }) => ({ ...message, token: '' }))
  expect(theirs).toEqual(ours)
  expect(ours).toMatchObject({ notification: PUSH, data: { tidings_id: String(first) } })
  expect(await settled(rig, await sendTo(rig, ['in-shop', 'b'], { project: 'shop' }))).toEqual({ sent: 2 })
  const topic = await rig.push.acceptTopic({ ...PUSH, project: 'shop' }, 'news', ANYONE, null)
  await settled(rig, topic.answer.notification_id)
  expect(tokensOf(shop).slice(1).toSorted()).toEqual(['b', 'in-shop', 'topic news'])
  await expect(sendTo(rig, ['a'], { project: 'shpo' })).rejects.toMatchObject({
    code: 'invalid_request',
    details: [{ path: 'project', suggestion: 'shop' }],
  })
  const shown = await readNotification(rig.node.db, first)
  expect(shown?.provider).toBe('fcm')
  expect(shown?.ways.toSorted((x, y) => x.provider.localeCompare(y.provider))).toEqual([
    { provider: 'fcm', targets: 1 },
    { provider: 'fcm-shop', targets: 1 },
  ])
})

test('a project whose account, or quota, is refused holds up its own pushes alone', async () => {
  for (const trouble of ['account', 'quota'] as const) {
    const [main, shop] = [await place('main-1'), await place('shop-2')]
    if (trouble === 'account') shop.fake.failTokens({ status: 401, body: { error: 'invalid_client' } })
    const rig = await open(main, shop)
    const target = trouble === 'quota' ? 'fake.quota-project.600' : 'in-shop'
    await registered(rig, [target])
    const held = await sendTo(rig, [target, `first-${trouble}`])
    await until(() => tokensOf(main).length === 1)
    // What the trouble before has left waits in the same lane.
    const waits = `select 1 from push_chunks where lane = 'fcm-shop:transactional' and attempt = 2 and notification_id = $1`
    await until(async () => (await ask(rig.node, waits, [held])).length === 1)
    for (const one of ['b', 'c', 'd']) expect(await settled(rig, await sendTo(rig, [one]))).toEqual({ sent: 1 })
    expect((await countOutcomes(rig.node.db, held))?.pending).toBe(1)
    const checked = await Promise.all(
      rig.providers.map(async (provider) => {
        const failures = await failuresOf(provider.check(new AbortController().signal))
        return [provider.name, failures.length]
      }),
    )
    expect(checked).toEqual([
      ['fcm', 0],
      ['fcm-shop', trouble === 'account' ? 1 : 0],
    ])
    await nodes.close(rig.node)
  }
})

test('a connection that one project closes is not the other’s, and nothing is lost or sent twice', async () => {
  const [main, shop] = [await place('main-1'), await place('shop-2')]
  const rig = await open(main, shop)
  const shops = await registered(
    rig,
    Array.from({ length: 400 }, (_, index) => `s-${index}`),
  )
  const mains = shops.map((name) => `m-${name}`)
  const id = await sendTo(rig, [...shops, ...mains])
  await until(() => shop.seen.length > 0)
  shop.fake.goaway(0)
  expect(await settled(rig, id)).toEqual({ sent: 800 })
  expect(tokensOf(main).toSorted()).toEqual(mains.toSorted())
  expect(new Set(tokensOf(shop))).toEqual(new Set(shops))
  expect(main.fake.accepted()).toBe(400)
})

test('each project has its own quota: a slow one is slow alone', async () => {
  const [main, shop] = [await place('main-1'), await place('shop-2')]
  const rig = await open(main, shop, { messages_per_minute: 75 })
  const shops = await registered(
    rig,
    Array.from({ length: 30 }, (_, index) => `s-${index}`),
  )
  const id = await sendTo(rig, [...shops, ...shops.map((name) => `m-${name}`)])
  await until(() => main.fake.accepted() === 30)
  expect(shop.fake.accepted()).toBeLessThan(15)
  expect((await countOutcomes(rig.node.db, id))?.pending).toBeGreaterThan(0)
})

test('a device of another project is marked with the one that said so, and is sent to through no other alike', async () => {
  const [main, shop] = [await place('main-1'), await place('shop-2')]
  const rig = await open(main, shop)
  const wrong = 'fake.sender-mismatch'
  await registered(rig, [wrong])
  expect(await settled(rig, await sendTo(rig, [wrong, 'a']))).toEqual({ failed: 1, sent: 1 })
  expect(await rig.tokens.get(wrong)).toMatchObject({ wrongProject: 'shop-2', retiredAt: null })
  expect(await settled(rig, await sendTo(rig, [wrong, 'b']))).toEqual({ suppressed: 1, sent: 1 })
  await rig.tokens.put(wrong, { app: 'elsewhere' })
  expect(await settled(rig, await sendTo(rig, [wrong]))).toEqual({ failed: 1 })
  expect(await rig.tokens.get(wrong)).toMatchObject({ wrongProject: 'main-1' })
})
