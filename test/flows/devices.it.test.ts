import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { Device } from '../../src/domain/push/device.ts'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, PushProvider } from '../../src/domain/provider.ts'
import { createErasing } from '../../src/flows/past/erase.ts'
import { createHistory } from '../../src/flows/past/history.ts'
import { lookForStale } from '../../src/flows/push/stale-devices.ts'
import { onlyWay, projectsOf, type AddressProjects } from '../../src/domain/push/push-ways.ts'
import { createTokens, type Tokens } from '../../src/flows/push/tokens.ts'
import { countOutcomes } from '../../src/store/push/notifications.ts'
import { selectDevices } from '../../src/store/push/read-tokens.ts'
import { registerDevices } from '../../src/store/push/registry.ts'
import { lookUpTokens, upsertTokens } from '../../src/store/push/tokens.ts'
import { ACCEPTED, ask, refused, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { notification } from '../support/notification.ts'
import { until } from '../support/until.ts'

const nodes = useNodes()
const CONTACT = '+201009129288'
const FID = 'c'.repeat(22)
const log = pino({ level: 'silent' })

const projects = (usual: string): AddressProjects => projectsOf(onlyWay('fcm', usual))

function tokensOf({ db, delivery }: TestNode): Tokens {
  return createTokens({
    db,
    readDb: db,
    defaultCountry: null,
    projects: projects('p'),
    clock: () => delivery.lease.clock(),
  })
}

function answering(outcome: Outcome): PushProvider {
  return {
    name: 'scripted',
    window: 200,
    async submitMany(_content, targets, onOutcome) {
      targets.forEach((_, index) => onOutcome(index, outcome))
    },
    async *check() {},
    close: async () => undefined,
  }
}

async function pushTo(node: TestNode, ids: readonly number[]): Promise<void> {
  const made = await node.delivery.intake.addPush(notification({ tokenIds: ids }))
  await until(async () => (await countOutcomes(node.db, made?.id ?? 0))?.pending === 0)
}

test('a device that was not seen is marked, then retired; those that nobody registered are left alone', async () => {
  const node = await nodes.start({})
  const tokens = tokensOf(node)
  const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString()
  const ages = { fresh: 29, stale: 31, late: 271, gone: 400 }
  for (const [token, days] of Object.entries(ages)) {
    await tokens.put(token, { client: CONTACT, last_seen_at: daysAgo(days) })
  }
  await upsertTokens(node.db, ['token'], ['never'])
  await ask(node, `update tokens set created_at = now() - interval '2 years'`)
  await ask(
    node,
    `update tokens set retired_at = now() - interval '31 days', retired_reason = 'unregistered' where token = 'gone'`,
  )
  const look = (staleDays: number, dropDays: number): Promise<void> =>
    lookForStale({ db: node.db, log, staleDays, dropDays })
  const state = () =>
    ask(
      node,
      `select token, stale_at is not null as stale, retired_reason as reason, client_id is not null as known from tokens order by token`,
    )
  await look(0, 0)
  expect((await state()).filter(({ stale }) => stale === true)).toEqual([])
  await look(30, 270)
  await look(30, 270)
  expect(await state()).toEqual([
    { token: 'fresh', stale: false, reason: null, known: true },
    { token: 'gone', stale: false, reason: 'unregistered', known: false },
    { token: 'late', stale: true, reason: 'stale', known: true },
    { token: 'never', stale: false, reason: null, known: false },
    { token: 'stale', stale: true, reason: null, known: true },
  ])
  const history = createHistory({ db: node.db, defaultCountry: null, now: () => new Date(), monotonic: () => 0 })
  const found = async (q: string): Promise<unknown> =>
    (await history.tokens({ q, before: Number.MAX_SAFE_INTEGER, limit: 50 })).rows.map(({ token }) => token)
  expect(await found('state:stale')).toEqual(['stale'])
  expect(await found(`client:${CONTACT} -state:retired`)).toEqual(['stale', 'fresh'])
  expect(await found('state:retired code:stale')).toEqual(['late'])
  expect(await found('-client:+15005550006 state:active')).toEqual(['never', 'fresh'])

  await tokens.restore('late', ANYONE)
  await look(30, 270)
  expect(await tokens.get('late')).toMatchObject({ retiredAt: null })
  await tokens.put('stale', {})
  expect(await tokens.get('stale')).toMatchObject({ staleAt: null })
})

test('a token of another project is kept, told to nobody, and sent to again through another one', async () => {
  const wrong = refused(failure('permanent', 'sender_mismatch', { address: 'mismatch' }))
  const node = await nodes.start({ push: [{ ...answering(wrong), project: 'p' }] })
  const tokens = tokensOf(node)
  const { id } = await tokens.put('a', {})
  await ask(node, `insert into event_listeners (kind, types) values ('reader', '{*}')`)
  await pushTo(node, [id])
  expect(await tokens.get('a')).toMatchObject({ wrongProject: 'p', retiredAt: null })
  expect(await lookUpTokens(node.db, ['token'], ['a'], projects('p'))).toMatchObject([
    { id, suppressed: 'sender_mismatch' },
  ])
  expect(await lookUpTokens(node.db, ['token'], ['a'], projects('q'))).toMatchObject([{ id, suppressed: null }])
  expect(await ask(node, `select from events where type = 'token.retired'`)).toEqual([])
  await tokens.put('a', {})
  expect(await upsertTokens(node.db, ['token'], ['a'], projects('p'))).toEqual([
    { id, suppressed: null, app: null, locale: null, timeZone: null, contact: null },
  ])
})

test('a retirement is told once, and a wave of them stops with an alarm', async () => {
  const shares: number[] = []
  const gone = refused(failure('recipient-gone', 'unregistered', { code: 'UNREGISTERED' }))
  const node = await nodes.start({
    push: [answering(gone)],
    ways: { onTokensKept: (share) => void shares.push(share) },
  })
  await ask(node, `insert into event_listeners (kind, types) values ('reader', '{token.retired}')`)
  const { id } = await tokensOf(node).put('a', { fid: FID })
  await pushTo(node, [id])
  expect(await ask(node, `select token_id, reason from events`)).toEqual([{ token_id: id, reason: 'unregistered' }])
  const names = Array.from({ length: 1_000 }, (_, index) => `token-${index}`)
  const kinds = names.map(() => 'token' as const)
  const ids = (await upsertTokens(node.db, kinds, names)).map((one) => one.id)
  const retired = () => ask(node, `select count(*)::integer as retired from tokens where retired_at is not null`)
  await pushTo(node, ids)
  const [before] = await retired()
  expect(before?.['retired']).toBeLessThan(1_000)
  for (let round = 0; round < 3; round++) await pushTo(node, ids)
  expect(await retired()).toEqual([before])
  expect(shares).toEqual([1])
})

test('a device that is taken away stays away, whatever comes of a push that is under way to it', async () => {
  const gone = refused(failure('recipient-gone', 'unregistered', { code: 'UNREGISTERED' }))
  const handed: string[] = []
  const provider: PushProvider = {
    ...answering(ACCEPTED),
    async submitMany(_content, targets, onOutcome) {
      handed.push(...targets.map(({ value }) => value))
      await tokens.remove(['taken', 'dead'])
      targets.forEach(({ value }, index) => onOutcome(index, value === 'dead' ? gone : ACCEPTED))
    },
  }
  const node = await nodes.start({ push: [provider] })
  const tokens = tokensOf(node)
  const ids = []
  for (const token of ['taken', 'dead', 'kept']) ids.push((await tokens.put(token, {})).id)
  await pushTo(node, ids)
  const reasons = () => ask(node, `select token, retired_reason as reason from tokens order by id`)
  const away = [
    { token: 'taken', reason: 'deleted' },
    { token: 'dead', reason: 'deleted' },
    { token: 'kept', reason: null },
  ]
  expect(await reasons()).toEqual(away)

  // A push that was accepted before waits for its time: by then they are gone.
  for (const token of ['taken', 'dead']) await tokens.put(token, {})
  const sendAt = new Date(Date.now() + 3_600_000)
  const made = await node.delivery.intake.addPush(notification({ tokenIds: ids, sendAt }))
  await tokens.remove(['taken', 'dead'])
  handed.length = 0
  await ask(node, `update push_chunks set run_at = now()`)
  await until(async () => (await countOutcomes(node.db, made?.id ?? 0))?.pending === 0)
  expect(handed).toEqual(['kept'])
  expect(
    await ask(node, `select status, reason from tokennotifications where notification_id = $1 order by token_id`, [
      made?.id,
    ]),
  ).toEqual([
    { status: 'suppressed', reason: 'deleted' },
    { status: 'suppressed', reason: 'deleted' },
    { status: 'sent', reason: null },
  ])
  expect(await reasons()).toEqual(away)
})

test('a device that was not seen for long is not sent to by its installation id either; one that FCM gave up is', async () => {
  const node = await nodes.start({})
  const tokens = tokensOf(node)
  await tokens.put('a', { fid: FID, platform: 'web', last_seen_at: '2020-01-01T00:00:00Z' })
  await lookForStale({ db: node.db, log, staleDays: 30, dropDays: 270 })
  const filter = tokens.filter({ platforms: ['web'] })
  const fidNow = async (): Promise<unknown> =>
    (await lookUpTokens(node.db, ['fid'], [FID], projects('p')))[0]?.suppressed
  const reached = async (): Promise<unknown> => (await selectDevices(node.db, filter, projects('p'), 0, 10)).devices
  expect([await fidNow(), await reached()]).toEqual(['stale', []])
  await ask(node, `update tokens set retired_reason = 'unregistered' where token = 'a'`)
  expect([await fidNow(), await reached()]).toEqual([null, [{ place: 1, kind: 'fid', token: FID }]])
  await ask(node, `update tokens set wrong_project = 'p' where token = $1`, [FID])
  expect([await fidNow(), await reached()]).toEqual(['unregistered', []])
})

test('devices are gone through in steps, so that few among many cost no statement that goes through all', async () => {
  const node = await nodes.start({})
  await ask(
    node,
    `insert into tokens (kind, token, app) select 'token', 't' || i, 'other' from generate_series(1, 50001) as i`,
  )
  await ask(node, `update tokens set app = 'rare' where token in ('t3', 't50001')`)
  const filter = tokensOf(node).filter({ apps: ['rare'] })
  const first = await selectDevices(node.db, filter, projects('p'), 0, 10)
  expect(first).toMatchObject({ devices: [{ token: 't3' }], next: 50_000 })
  expect(await selectDevices(node.db, filter, projects('p'), 50_000, 10)).toMatchObject({
    devices: [{ token: 't50001' }],
    next: 50_001,
  })
  const found: string[] = []
  for await (const page of tokensOf(node).reached(filter)) found.push(...page.map(({ token }) => token))
  expect(found).toEqual(['t3', 't50001'])
})

test('the devices of a person who is erased are nowhere any more, and nothing is sent to them', async () => {
  const node = await nodes.start({})
  const tokens = tokensOf(node)
  await tokens.put('zeppelin-old', { fid: FID })
  await tokens.put('zeppelin', { client: CONTACT, fid: FID, locale: 'en', app: 'zeppelin.app' })
  await tokens.put('other', {})
  const erasing = createErasing({ db: node.db, defaultCountry: null, monotonic: () => 0, sleep: async () => undefined })
  expect(await erasing.look(CONTACT)).toMatchObject({ tokens: 3 })
  expect(await erasing.erase(CONTACT, ANYONE, new AbortController().signal)).toMatchObject({ tokens: 3 })
  const rows = await ask(node, `select t::text as row from tokens t where t::text ~ 'zeppelin|${FID}'`)
  expect(rows).toEqual([])
  expect(await ask(node, `select count(*)::integer as left from tokens where retired_at is null`)).toEqual([
    { left: 1 },
  ])
  await expect(tokens.get('zeppelin')).rejects.toMatchObject({ code: 'not_found' })
  const [erased] = await ask(node, `select token from tokens where retired_reason = 'erased' limit 1`)
  await ask(node, `update tokens set retired_at = now() - interval '1 year' where retired_reason = 'erased'`)
  const [named] = await upsertTokens(node.db, ['token'], [String(erased?.['token'])])
  expect(named?.suppressed).toBe('erased')
})

test('what is kept for repeated calls goes with the person, but not that of a push which others got, too', async () => {
  const node = await nodes.start({ push: [answering(ACCEPTED)] })
  const tokens = tokensOf(node)
  await tokens.put('alone-old', { fid: FID })
  const alone = [(await tokens.put('alone', { client: CONTACT, fid: FID })).id]
  const both = [...alone, (await tokens.put('other', { client: '+15005550006' })).id]
  const keep = (key: string, route: string) => ({ caller: 'anyone', route, key, fields: { to: 'hash' }, answer: {} })
  const push = (tokenIds: readonly number[], key: string, path = 'devices') => {
    const idempotency = keep(key, `POST /notifications/${path}`)
    return node.delivery.intake.addPush(notification({ tokenIds, idempotency }))
  }
  await Promise.all([push(alone, 'mine'), push(both, 'ours'), push(both.slice(1), 'theirs')])
  await push(alone, 'by token', 'tokens')
  const erasing = createErasing({ db: node.db, defaultCountry: null, monotonic: () => 0, sleep: async () => undefined })
  expect(await erasing.look(CONTACT)).toMatchObject({ idempotencyKeys: 1 })
  expect(await erasing.erase(CONTACT, ANYONE, new AbortController().signal)).toMatchObject({ idempotencyKeys: 1 })
  const kept = await ask(node, 'select key from idempotency_keys order by key')
  expect(kept.map(({ key }) => key)).toEqual(['by token', 'ours', 'theirs'])
})

test('two that register the same many devices in another order wait for each other, in no circle', async () => {
  const node = await nodes.start({})
  const tokens = tokensOf(node)
  const devices = Array.from({ length: 4_000 }, (_, index) =>
    tokens.read(`token-${index}`, { client: `+2010091${String(10_000 + index)}` }),
  )
  const turned = [...devices.slice(2_000), ...devices.slice(0, 2_000)]
  for (let round = 0; round < 3; round++) {
    const [one, other] = await Promise.all([tokens.putAll(devices), tokens.putAll(turned)])
    expect(new Set(one)).toEqual(new Set(other))
  }
}, 30_000)

test('two that join addresses of one device at the same time wait for each other, and leave one address', async () => {
  const node = await nodes.start({})
  const tokens = tokensOf(node)
  const device = (token: string, fid: string): Device => tokens.read(token, { fid })
  await tokens.put('one', { fid: FID })
  const [first, second] = [await node.db.connect(), await node.db.connect()]
  await first.query('begin')
  await registerDevices(first, [device('one', 'd'.repeat(22))])
  await second.query('begin')
  const joining = registerDevices(second, [device('two', FID)])
  await until(async () => (await ask(node, `select from pg_locks where not granted`)).length > 0)
  await first.query('commit')
  const [two] = await joining
  await second.query('commit')
  for (const client of [first, second]) client.release()
  expect(await ask(node, `select distinct sent_as from tokens where id <> $1`, [two])).toEqual([{ sent_as: two }])
})
