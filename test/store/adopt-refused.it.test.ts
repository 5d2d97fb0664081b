import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate, type Migration } from '../../src/store/migrate.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'
import { ORIGINAL_ROWS, ORIGINAL_SCHEMA } from '../support/original-application.ts'
import { until } from '../support/until.ts'

const OURS = fileURLToPath(new URL('../../migrations/', import.meta.url))

let database: TestDatabase

beforeEach(async () => {
  database = await createEmptyDatabase()
})

afterEach(() => database.drop())

test('contacts that are no numbers are refused by the ids of their rows, which are not printed', async () => {
  await ask(`${ORIGINAL_SCHEMA} insert into clients (contact) select 'friend ' || g from generate_series(1, 12) g`)
  const problem = problemOf(await refusedWhole())
  expect(problem).toContain('rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more')
  expect(problem).not.toMatch(/friend|\n/)
})

test.each([
  ['a table of another program', 'create table sessions (id integer)', '`sessions`, a name that Tidings needs'],
  ['a column that has no place', 'alter table clients add name text', '`clients` with a column `name`'],
  ['a column too few', 'alter table messages drop column subject', 'without the column `subject`'],
  ['a column of another type', 'alter table tokens alter token type bytea using null', 'column `token` is bytea'],
  ['a table too few', 'drop table tokennotifications', 'without `tokennotifications`'],
  [
    'a view in the place of a table',
    'alter table tokens rename to t; create view tokens as select * from t',
    'no ordinary table',
  ],
  ['half of a Tidings', 'create schema tidings_partitions', 'half of a Tidings'],
  ['a key that is no key', 'alter table messages drop constraint messages_pkey', 'primary key is not `id`'],
  [
    'another table that refers to it',
    'create table orders (client integer references clients)',
    'constraint orders_client_fkey on table orders',
  ],
  ['a view on it', 'create view codes as select body from messages', 'view codes depends on table messages'],
  ['an id below 1', 'insert into messages (id) values (0)', 'an id below 1'],
  [
    'a function of our name',
    'create function status_rank(status text) returns smallint language sql as $$ select 1::smallint $$',
    'status_rank',
  ],
  [
    'the book of another program’s migrations',
    'create table schema_migrations (version text)',
    '`schema_migrations`, a name',
  ],
])('a database with %s is refused in one line and stays as it is', async (_, change, words) => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  await ask(change)
  const problem = problemOf(await refusedWhole())
  expect(problem).toContain(words)
  expect(problem).not.toContain('\n')
})

test('a table of another program alone is refused, too', async () => {
  await ask('create table messages (id serial primary key, text text)')
  expect(problemOf(await refusedWhole())).toContain('`messages` without `clients`')
})

test('a Tidings whose tables are gone is refused', async () => {
  await migrate(database.url)
  await ask('drop table tokennotifications')
  expect(problemOf(await migrate(database.url))).toContain('`tokennotifications` is gone')
})

test('one that is ended in the middle leaves the old database whole', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  const directory = mkdtempSync(join(tmpdir(), 'tidings-adopt-'))
  for (const file of readdirSync(OURS)) copyFileSync(join(OURS, file), join(directory, file))
  // It stands still where our tables have been made and the original ones are aside.
  writeFileSync(join(directory, '9001_stop.sql'), '-- Up Migration\nselect pg_advisory_xact_lock(4711);')
  const before = await contentOf()
  const holder = new pg.Client({ connectionString: database.url })
  await holder.connect()
  await holder.query('select pg_advisory_lock(4711)')
  const adopting = migrate(database.url, directory).catch((error: unknown) => error)
  const stopped = `select pid from pg_stat_activity where application_name = 'tidings migrate' and wait_event = 'advisory' and datname = current_database()`
  const pid = await until(async () => (await holder.query<{ pid: number }>(stopped)).rows[0]?.pid)
  await holder.query('select pg_terminate_backend($1)', [pid])
  expect(await adopting).toBeInstanceOf(Error)
  await holder.end()
  rmSync(directory, { recursive: true })
  expect(await contentOf()).toEqual(before)
  expect(await migrate(database.url)).toMatchObject({ adopted: { messages: 7 } })
})

/** What comes of it, having seen that nothing was changed. */
async function refusedWhole(): Promise<Migration> {
  const before = await contentOf()
  const migration = await migrate(database.url)
  expect(await contentOf()).toEqual(before)
  return migration
}

function problemOf(migration: Migration): string {
  return migration.kind === 'refused' ? migration.problem : 'it was not refused'
}

/** Every relation and function that somebody made, and every row of the public tables. */
async function contentOf(): Promise<unknown> {
  const named = `select nspname, relname, relkind::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where nspname not like 'pg\\_%' and nspname <> 'information_schema'
    union all select nspname, proname, 'function' from pg_proc p join pg_namespace n on n.oid = p.pronamespace where nspname = 'public'
    union all select nspname, '', 'schema' from pg_namespace where nspname not like 'pg\\_%' order by 1, 2, 3`
  const tables = await ask(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
  )
  const rows = await Promise.all(
    tables.map(({ name }) =>
      ask(
        `select '${String(name)}' as t, count(*)::integer as n, md5(string_agg(t::text, '|' order by t::text)) as sum from public.${String(name)} t`,
      ),
    ),
  )
  return [await ask(named), rows]
}

async function ask(statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
