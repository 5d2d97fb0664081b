import { expect, test } from 'vitest'
import { lasting } from '../../src/checks/check.ts'
import { diskCheck, nodeCheck, portCheck, secretKeyCheck } from '../../src/checks/machine.ts'
import { schemaCheck } from '../../src/checks/schema.ts'
import { serverChecks } from '../../src/checks/server.ts'
import { keysCheck, providerCheck, setupChecks, type Setup } from '../../src/checks/setup.ts'
import { backlogCheck, nodesCheck, pausesCheck } from '../../src/checks/work.ts'
import type { Check } from '../../src/contract/health.ts'
import type { KeyRecord } from '../../src/store/keys/read-api-keys.ts'
import type { ServerFacts } from '../../src/store/nodes/read-condition.ts'

const NOW = new Date('2030-01-01T12:00:00Z')

const SERVER: ServerFacts = {
  version: '18.1',
  major: 18,
  encoding: 'UTF8',
  standby: false,
  fsync: 'on',
  synchronousCommit: 'on',
  fullPageWrites: 'on',
  connectionsMost: 97,
  connections: 12,
  clock: NOW.getTime(),
  mayMigrate: true,
}

const SETUP: Setup = {
  live: [],
  asksForKeys: false,
  loopbackOnly: true,
  publicUrl: null,
  staging: null,
  hints: [],
}

const KEY: KeyRecord = {
  rowId: 1,
  id: '0123456789',
  mode: 'live',
  name: 'Me',
  scopes: ['admin'],
  countries: null,
  topics: null,
  cidrs: null,
  spendLimit: null,
  createdAt: NOW,
  rotatedAt: null,
  oldSecretUntil: null,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
}

const server = (facts: Partial<ServerFacts>): readonly string[] =>
  states(serverChecks({ ...SERVER, ...facts }, NOW.getTime()))
const setup = (facts: Partial<Setup>): readonly string[] => states(setupChecks({ ...SETUP, ...facts }))

/** What is not well: `fail database`. */
function states(checks: readonly Check[]): readonly string[] {
  return checks.flatMap(({ check, state }) => (state === 'ok' ? [] : [`${state} ${check}`]))
}

test('a server is fit from Postgres 14 to 18, as a primary, in UTF-8', () => {
  expect(server({})).toEqual([])
  for (const facts of [{ major: 13 }, { major: 19 }, { standby: true }, { encoding: 'SQL_ASCII' }])
    expect(server(facts)).toEqual(['fail database'])
})

test('a server that may lose what it confirmed is a problem, and each setting has its command', () => {
  const checks = serverChecks({ ...SERVER, fsync: 'off', synchronousCommit: 'off' }, NOW.getTime())
  const [durability] = checks.filter(({ check }) => check === 'durability')
  expect(durability).toMatchObject({
    state: 'fail',
    what: 'The database runs with fsync = off and synchronous_commit = off.',
  })
  expect(durability?.fix[1]).toBe('psql: alter system set synchronous_commit = on')
  expect(server({ synchronousCommit: 'local' })).toEqual([])
})

test('few connections left are a warning, a clock a minute off is a problem', () => {
  expect(server({ connections: 90 })).toEqual(['warn connections'])
  expect(server({ clock: NOW.getTime() - 59_000 })).toEqual([])
  expect(server({ clock: NOW.getTime() - 61_000 })).toEqual(['fail clock'])
  expect(server({ clock: NOW.getTime() + 61_000 })).toEqual(['fail clock'])
})

test('a schema is of this version, older, or newer', () => {
  expect(schemaCheck(['1', '2'], ['1', '2']).state).toBe('ok')
  expect(schemaCheck(['1'], ['1', '2'])).toMatchObject({ state: 'warn', what: '1 migration not applied: 2.' })
  expect(schemaCheck(null, ['1', '2'])).toMatchObject({ state: 'warn', what: 'The database is empty.' })
  expect(schemaCheck(['1', '2', '3'], ['1', '2'])).toMatchObject({ state: 'fail' })
})

test('a node that is silent for longer than its lease is told of, one that lives is not', () => {
  const node = { id: 7, name: 'a', version: '1.0.0', silentSeconds: 4 }
  expect(nodesCheck([node]).state).toBe('ok')
  expect(nodesCheck([]).state).toBe('warn')
  const check = nodesCheck([node, { ...node, id: 8, silentSeconds: 300 }])
  expect(check).toMatchObject({ state: 'warn', what: '1 node runs, and 8 on a (for 5 min) is silent.' })
})

test('what is due for a minute is a problem, unless somebody has paused it', () => {
  const lane = { lane: 'twilio:otp', due: 3, oldestSeconds: 61, paused: false }
  expect(backlogCheck([])).toMatchObject({ state: 'ok' })
  expect(backlogCheck([{ ...lane, oldestSeconds: 59 }]).state).toBe('ok')
  expect(backlogCheck([{ ...lane, paused: true }]).state).toBe('ok')
  expect(backlogCheck([lane])).toMatchObject({
    state: 'fail',
    what: 'What is due does not leave: twilio:otp 3, the oldest for 61 s.',
  })
})

test('a pause says what it holds back, whose it is, and since when', () => {
  const pausedAt = new Date(NOW.getTime() - 7_200_000)
  const pause = { provider: 'twilio', category: null, reason: null, caller: 'key 0123456789', pausedAt }
  expect(pausesCheck([pause], NOW)).toMatchObject({
    state: 'warn',
    what: 'Sending is paused: everything through twilio (by key 0123456789, for 2 h).',
  })
  expect(pausesCheck([], NOW).state).toBe('ok')
})

test('who may call without a key matters where something can leave, or others can come in', () => {
  expect(setup({})).toEqual([])
  expect(setup({ loopbackOnly: false })).toEqual(['warn auth'])
  expect(setup({ live: ['twilio'] })).toEqual(['warn auth'])
  expect(setup({ live: ['twilio'], loopbackOnly: false })).toEqual(['fail auth'])
  expect(setup({ live: ['twilio'], loopbackOnly: false, asksForKeys: true })).toEqual([])
})

test('staging, an address without TLS and variables that nothing reads are told of', () => {
  expect(setup({ staging: 'Staging: nobody' })).toEqual(['warn staging'])
  expect(setup({ publicUrl: 'http://sms.example.com' })).toEqual(['warn callbacks'])
  expect(setup({ publicUrl: 'https://sms.example.com' })).toEqual([])
  expect(setup({ hints: ['TWILIO_NUMBER is set.'] })).toEqual(['warn configuration'])
  expect(setupChecks({ ...SETUP, hints: null }).map(({ check }) => check)).not.toContain('configuration')
})

test('where keys are asked for, one must be able to make others', () => {
  const asking = { ...SETUP, asksForKeys: true }
  expect(keysCheck([KEY], asking, NOW).state).toBe('ok')
  expect(keysCheck([], SETUP, NOW).state).toBe('ok')
  for (const keys of [[], [{ ...KEY, revokedAt: NOW }], [{ ...KEY, expiresAt: NOW }], [{ ...KEY, scopes: [] }]])
    expect(keysCheck(keys, asking, NOW).state).toBe('fail')
})

test('a key that ends within two weeks is told of', () => {
  const inDays = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000)
  expect(keysCheck([KEY, { ...KEY, expiresAt: inDays(15) }], SETUP, NOW).state).toBe('ok')
  expect(keysCheck([KEY, { ...KEY, expiresAt: inDays(13) }], SETUP, NOW)).toMatchObject({
    state: 'warn',
    what: 'API keys that end within 14 days: 0123456789 (2030-01-14).',
  })
})

test('a provider’s own words are passed on, with all that it says to do', () => {
  const step = { name: 'credentials', ok: false, detail: 'The account refuses our key.', fix: 'Compare it.' }
  expect(providerCheck('twilio', [])).toMatchObject({ check: 'provider.twilio', state: 'ok' })
  expect(providerCheck('twilio', [step, { ...step, fix: null }])).toMatchObject({ state: 'fail', fix: ['Compare it.'] })
})

test('the machine: an old Node, a full disk, a secret that others can read, a port that is taken', () => {
  expect([nodeCheck('20.18.9'), nodeCheck('20.19.0'), nodeCheck('22.1.0')].map(({ state }) => state)).toEqual([
    'fail',
    'ok',
    'ok',
  ])
  const disk = (freeBytes: number): string => diskCheck({ directory: '/d', freeBytes, totalBytes: 2 ** 40 }).state
  expect([disk(2 ** 33), disk(2 ** 30), disk(2 ** 20)]).toEqual(['ok', 'warn', 'fail'])
  const file = (mode: number | null): string => secretKeyCheck({ kind: 'file', file: '/d/secret-key', mode }).state
  expect([file(0o100600), file(0o100640), file(0o100604), file(null)]).toEqual(['ok', 'fail', 'fail', 'ok'])
  const ports = (['nobody', 'tidings', 'another', 'not-allowed'] as const).map((who) => portCheck(5000, who).state)
  expect(ports).toEqual(['ok', 'ok', 'fail', 'fail'])
})

test('times are told in the unit that people would take', () => {
  expect([119, 120, 7_199, 7_200, 172_800].map(lasting)).toEqual(['119 s', '2 min', '120 min', '2 h', '2 days'])
})
