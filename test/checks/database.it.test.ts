import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDatabase, type DatabaseParts } from '../../src/checks/database.ts'
import type { Check } from '../../src/contract/health.ts'
import { createDb } from '../../src/store/db.ts'
import { migrationNames } from '../../src/store/migrate.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'

const SETUP = { live: [], asksForKeys: false, loopbackOnly: true, publicUrl: null, staging: null, hints: null }
const PARTS: DatabaseParts = { migrations: migrationNames(), setup: SETUP, now: () => new Date() }
const OPTIONS = { max: 1, name: 'checks', statementTimeoutMs: 10_000, queryTimeoutMs: 11_000 }

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(() => database.drop())

async function look(url: string): Promise<Record<string, Check>> {
  const db = createDb(url, OPTIONS, () => undefined)
  try {
    return Object.fromEntries((await checkDatabase(db, PARTS)).map((check) => [check.check, check]))
  } finally {
    await db.end()
  }
}

async function run(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

test('a database of this version is looked at as a whole', async () => {
  const checks = await look(database.url)
  expect(checks).toMatchObject({
    database: { state: 'ok' },
    durability: { state: 'ok' },
    clock: { state: 'ok' },
    rights: { state: 'ok' },
    migrations: { state: 'ok' },
    nodes: { state: 'warn', what: 'No node runs.' },
    backlog: { state: 'ok' },
    pauses: { state: 'ok' },
    keys: { state: 'ok' },
  })
})

test('what is due and was not handed over, nodes and pauses are counted', async () => {
  await run(
    database.url,
    `insert into nodes (name, pid, version, low_message_id) values ('a', 1, '1', 1)`,
    `insert into nodes (name, pid, version, low_message_id, heartbeat_at) values ('b', 1, '1', 1, now() - interval '1 hour')`,
    `insert into due (message_id, lane, action, run_at, expires_at)
       select id, 'twilio:otp', 'send', now() - interval '10 minutes', now() + interval '1 day' from generate_series(1, 3) id`,
    `insert into due (message_id, lane, action, run_at, expires_at) values (9, 'other:marketing', 'send', now() - interval '1 hour', now() + interval '1 day')`,
    `insert into due (message_id, lane, action, run_at, expires_at) values (8, 'twilio:otp', 'send', now() + interval '1 hour', now() + interval '1 day')`,
    `insert into pauses (provider, category, caller) values ('other', '*', 'somebody')`,
  )
  const checks = await look(database.url)
  expect(checks['nodes']?.what).toMatch(/^1 node runs, and \d+ on b \(for 60 min\) is silent\.$/)
  expect(checks['backlog']).toMatchObject({
    state: 'fail',
    what: 'What is due does not leave: twilio:otp 3, the oldest for 10 min.',
  })
  expect(checks['pauses']?.what).toMatch(/^Sending is paused: everything through other \(by somebody, for \d+ s\)\.$/)
})

test('an empty database is told of, and nothing that would need tables is asked', async () => {
  const empty = await createEmptyDatabase()
  const checks = await look(empty.url)
  expect(checks['migrations']).toMatchObject({ state: 'warn', fix: ['npx tidings migrate'] })
  expect(Object.keys(checks)).not.toContain('nodes')
  await empty.drop()
})

test('a role without rights is a problem', async () => {
  const url = new URL(database.url)
  const role = url.pathname.slice(1).replace('tidings_test', 'checks')
  await run(database.url, `create role ${role} login password 'x'`)
  url.username = role
  url.password = 'x'
  const checks = await look(url.href)
  expect(checks['rights']).toMatchObject({ state: 'fail' })
  await run(database.url, `drop owned by ${role}`, `drop role ${role}`)
})

test('a database that can’t be reached is a problem, whose words hold no password', async () => {
  const checks = await look('postgres://somebody:hunter2@127.0.0.1:1/tidings')
  expect(checks['database']).toMatchObject({ state: 'fail' })
  expect(JSON.stringify(checks)).not.toContain('hunter2')
})
