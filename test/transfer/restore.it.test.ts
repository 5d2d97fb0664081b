import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from '../../src/store/migrate.ts'
import { makeBackup } from '../../src/transfer/backup.ts'
import { closedBecause } from '../../src/transfer/closed.ts'
import { LEFT_OUT, TABLES } from '../../src/transfer/layout.ts'
import { restoreBackup } from '../../src/transfer/restore.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createBareDatabase, on, parts, SILENT, SOME_OF_EVERYTHING } from './databases.ts'

let directory: string
let path: string
let source: TestDatabase
let target: TestDatabase

// Each one fills several databases.
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-backup-'))
  path = join(directory, 'one.backup')
  ;[source, target] = await Promise.all([createTestDatabase(), createBareDatabase()])
})

afterEach(async () => {
  rmSync(directory, { recursive: true })
  await source.drop()
  await target.drop()
})

function backUp(hasStopped = (): boolean => false): Promise<{ rows: number; bytes: number }> {
  return makeBackup({ url: source.url, path, version: '0.0.0', screen: SILENT, hasStopped })
}

/** All rows of a table as the server itself writes them down. */
async function textOf(url: string, table: string): Promise<unknown> {
  const [row] = await on(url, `select string_agg(t::text, '|' order by t::text collate "C") as rows from ${table} t`)
  return row?.['rows']
}

test('every table of the schema is carried or left out on purpose', async () => {
  const rows = await on(
    source.url,
    `select relname::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
  )
  expect(new Set(rows.map((row) => row['name']))).toEqual(new Set<unknown>([...TABLES, ...LEFT_OUT]))
})

test('a restored database holds every row as it was, and counts on', async () => {
  await on(source.url, SOME_OF_EVERYTHING)
  const { rows, bytes } = await backUp()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(path).size).toBe(bytes)
  const made = await restoreBackup(path, target.url, parts())
  expect(made).toMatchObject({ rows, hasKeys: true, ended: { uncertain: 0, expired: 0, scheduled: 0 } })
  for (const table of TABLES.filter((name) => name !== 'audit'))
    expect(await textOf(target.url, table), table).toBe(await textOf(source.url, table))
  expect(await on(target.url, 'select act from audit order by id')).toEqual([
    { act: 'a' },
    { act: 'database.restored' },
  ])
  expect(await on(target.url, `select nextval('clients_id_seq')::integer as id`)).toEqual([{ id: 41 }])
  // Ids that were given out since the backup are not given out again.
  expect(await on(target.url, `select nextval('messages_id_seq')::integer as id`)).toEqual([{ id: 1_003_001 }])
  expect(
    await on(target.url, `select count(*)::integer as partitions from pg_class where relname = 'messages_9'`),
  ).toEqual([{ partitions: 1 }])
  expect(await closedBecause(target.url)).toBeNull()
})

test('a backup of an older version is brought to this one', async () => {
  const old = await createBareDatabase()
  await migrate(old.url, undefined, '0005_templates')
  await on(old.url, `insert into clients (contact) values ('+201009129288')`)
  await makeBackup({ url: old.url, path, version: '0.0.0', screen: SILENT, hasStopped: () => false })
  await old.drop()
  expect(await restoreBackup(path, target.url, parts())).toMatchObject({ rows: 1 })
  expect(await on(target.url, 'select contact, erased_at from clients')).toEqual([
    { contact: '+201009129288', erased_at: null },
  ])
  const applied = await on(source.url, 'select name from schema_migrations order by id')
  expect(await on(target.url, 'select name from schema_migrations order by id')).toEqual(applied)
})

test('a file that is damaged anywhere, cut off, longer or foreign is refused before anything is made', async () => {
  await on(source.url, SOME_OF_EVERYTHING)
  await backUp()
  const whole = readFileSync(path)
  const places = [3, 15, 20, 30, 400, whole.length >> 1, whole.length - 40, whole.length - 1]
  const damaged = places.map((place) => {
    const copy = Buffer.from(whole)
    copy[place] = (copy[place] ?? 0) ^ 1
    return copy
  })
  const cut = [0, 10, 16, 19, whole.length >> 1, whole.length - 37, whole.length - 1].map((end) =>
    whole.subarray(0, end),
  )
  for (const bytes of [...damaged, ...cut, Buffer.concat([whole, Buffer.from('x')])]) {
    writeFileSync(path, bytes)
    await expect(restoreBackup(path, target.url, parts())).rejects.toMatchObject({ name: 'TransferRefusal' })
  }
  await expect(restoreBackup(join(directory, 'none'), target.url, parts())).rejects.toThrow("can't be read")
  expect(await on(target.url, `select relname from pg_class where relnamespace = 'public'::regnamespace`)).toEqual([])
})

test('a target that holds anything, or that a node uses, is refused and left as it is', async () => {
  await backUp()
  await on(target.url, 'create table other (id integer)')
  await expect(restoreBackup(path, target.url, parts())).rejects.toThrow('holds something else (the table other)')
  await on(target.url, 'drop table other')
  await migrate(target.url)
  await on(target.url, `insert into nodes (name, pid, version, low_message_id) values ('web-1', 7, '0', 1)`)
  await expect(restoreBackup(path, target.url, parts())).rejects.toThrow('(web-1, process 7). Stop it first')
  await on(target.url, `update nodes set heartbeat_at = now() - interval '31 seconds'`)
  await on(target.url, `insert into clients (contact) values ('+201009129288')`)
  await expect(restoreBackup(path, target.url, parts())).rejects.toThrow('not empty: clients has rows')
  await on(target.url, 'delete from clients')
  expect(await restoreBackup(path, target.url, parts())).toMatchObject({ rows: 6 })
})

test('a backup that a newer version made is refused', async () => {
  await on(source.url, `insert into schema_migrations (name, run_on) values ('9999_later', now())`)
  await backUp()
  await expect(restoreBackup(path, target.url, parts())).rejects.toThrow()
  expect(await on(target.url, `select relname from pg_class where relname = 'clients'`)).toEqual([])
})

test('a restore that was stopped keeps nodes off, and goes on where it was', async () => {
  await on(source.url, SOME_OF_EVERYTHING)
  await on(
    source.url,
    `insert into messages (client_id, subject, body, status) select 1, 's', repeat('x', 900), 'failed' from generate_series(1, 5000)`,
  )
  await backUp()
  let asked = 0
  const stopping = parts({ hasStopped: () => ++asked > 4 })
  await expect(restoreBackup(path, target.url, stopping)).rejects.toMatchObject({ name: 'TransferStopped' })
  const [progress] = await on(
    target.url,
    `select rows::integer, done from tidings_transfer.progress where name = 'messages'`,
  )
  expect(progress).toMatchObject({ done: false })
  expect(progress?.['rows']).toBeGreaterThan(0)
  expect(await closedBecause(target.url)).toContain('only half filled: npm run restore -- ')
  const entered = on(target.url, `insert into nodes (name, pid, version, low_message_id) values ('n', 1, '0', 1)`)
  await expect(entered).rejects.toThrow('no node may use this database')
  await restoreBackup(path, target.url, parts())
  expect(await textOf(target.url, 'messages')).toBe(await textOf(source.url, 'messages'))
  expect(await closedBecause(target.url)).toBeNull()
})

test('a backup that was stopped leaves no file; one that is whole is complete at one moment', async () => {
  await on(source.url, SOME_OF_EVERYTHING)
  await expect(backUp(() => true)).rejects.toMatchObject({ name: 'TransferStopped' })
  expect(readdirSync(directory)).toEqual([])
  let began = false
  const meanwhile = async (): Promise<void> =>
    void (await on(source.url, `insert into clients (contact) values ('+15005550006'); delete from attempts`))
  const written: Promise<void>[] = []
  const { rows } = await backUp(() => {
    if (!began) written.push(meanwhile())
    began = true
    return false
  })
  await Promise.all(written)
  const made = await restoreBackup(path, target.url, parts())
  expect(made.rows).toBe(rows)
  expect(await on(target.url, 'select count(*)::integer as attempts from attempts')).toEqual([{ attempts: 3_000 }])
  expect(await on(target.url, 'select count(*)::integer as clients from clients')).toEqual([{ clients: 40 }])
})
