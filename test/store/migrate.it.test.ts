import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { checkServer, migrate } from '../../src/store/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const OURS = fileURLToPath(new URL('../../migrations/', import.meta.url))
const CONTRACT = ['clients', 'messages', 'notifications', 'tokennotifications', 'tokens']

let database: TestDatabase
let directory: string

beforeEach(async () => {
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-migrations-'))
  for (const file of readdirSync(OURS)) copyFileSync(join(OURS, file), join(directory, file))
})

afterEach(async () => {
  await database.drop()
  rmSync(directory, { recursive: true })
})

test('a migrated database has the five tables of the contract', async () => {
  const rows = await ask(`select tablename as name from pg_tables where schemaname = 'public'`)
  expect(rows.map((row) => row['name'])).toEqual(expect.arrayContaining(CONTRACT))
  expect(await migrate(database.url)).toEqual({ kind: 'migrated', applied: [] })
})

test('of several nodes that start together, one migrates and the others wait', async () => {
  writeFileSync(join(directory, '9001_slow.sql'), '-- Up Migration\nselect pg_sleep(0.3); create table slow ();')
  const migrations = await Promise.all([1, 2, 3].map(() => migrate(database.url, directory)))
  expect(migrations.flatMap((migration) => (migration.kind === 'migrated' ? migration.applied : ['refused']))).toEqual([
    '9001_slow',
  ])
})

test('a migration that fails leaves nothing behind, nor do those before it', async () => {
  writeFileSync(join(directory, '9001_good.sql'), '-- Up Migration\ncreate table good ();')
  writeFileSync(join(directory, '9002_bad.sql'), '-- Up Migration\ncreate table bad (); select 1 / 0;')
  await expect(migrate(database.url, directory)).rejects.toThrow('division by zero')
  expect(await ask(`select to_regclass('good') is null and to_regclass('bad') is null as clean`)).toEqual([
    { clean: true },
  ])
  rmSync(join(directory, '9002_bad.sql'))
  expect(await migrate(database.url, directory)).toEqual({ kind: 'migrated', applied: ['9001_good'] })
})

test('a migration waits for a table that is in use, without holding others up for long', async () => {
  writeFileSync(join(directory, '9001_busy.sql'), '-- Up Migration\nalter table clients add column extra text;')
  const user = new pg.Client({ connectionString: database.url })
  await user.connect()
  await user.query('begin; lock table clients in access share mode')
  const migrating = migrate(database.url, directory)
  const waiting = `select count(*)::integer as n from pg_stat_activity where application_name = 'tidings migrate' and wait_event = 'relation' and datname = current_database()`
  // It waits, gives up so that others get their turn, and comes again.
  for (const count of [1, 0, 1]) {
    await expect.poll(() => ask(waiting), { interval: 50 }).toEqual([{ n: count }])
  }
  await user.query('commit')
  await user.end()
  expect(await migrating).toEqual({ kind: 'migrated', applied: ['9001_busy'] })
})

test('a database that a newer Tidings migrated is refused', async () => {
  writeFileSync(join(directory, '9001_newer.sql'), '-- Up Migration\ncreate table newer ();')
  await migrate(database.url, directory)
  const migration = await migrate(database.url)
  expect(migration.kind === 'refused' && migration.problem).toContain('newer Tidings (9001_newer)')
})

test('a server that fits is not complained about', async () => {
  expect(await checkServer(database.url)).toBeNull()
})

test('a database that may lose what it confirmed is refused', async () => {
  await ask(`do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`)
  expect(await checkServer(database.url)).toContain('synchronous_commit')
})

test('a database in another encoding is refused', async () => {
  const name = new URL(database.url).pathname.slice(1)
  await ask(`create database ${name}_latin encoding 'LATIN1' locale 'C' locale_provider 'libc' template template0`)
  expect(await checkServer(`${database.url}_latin`)).toContain('encoding is LATIN1')
  await ask(`drop database ${name}_latin with (force)`)
})

test('a server that is away or refuses us is told in one line, without the password', async () => {
  const wrong = new URL(inject('testServerUrl'))
  wrong.password = 'wrong-password'
  const problems = [await checkServer(wrong.href), await checkServer('postgres://u:wrong-password@127.0.0.1:1/x')]
  expect(problems[0]).toContain('password authentication failed')
  expect(problems[1]).toContain('ECONNREFUSED')
  expect(problems.join()).not.toMatch(/wrong-password|\n/)
})

async function ask(statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
