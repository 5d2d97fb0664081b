import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { on, SOME_OF_EVERYTHING } from './databases.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let directory: string
let source: TestDatabase
let target: TestDatabase
const children: ChildProcess[] = []

// Each one starts several processes one after the other.
beforeAll(() => {
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(built.stderr)
})

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-transfer-'))
  ;[source, target] = await Promise.all([createTestDatabase(), createTestDatabase()])
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await source.drop()
  await target.drop()
  rmSync(directory, { recursive: true })
})

function environment(url: string): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, DATABASE_URL: url, DATA_DIR: join(directory, 'data'), PORT: '0' }
}

function run(url: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const args = [join(ROOT, 'scripts/start.mjs'), ...words]
  return spawnSync(process.execPath, args, { env: environment(url), encoding: 'utf8', cwd: directory })
}

/** Starts a command, and resolves when some of the messages have come to the target, and not all. */
async function untilHalf(url: string, ...words: string[]): Promise<ChildProcess> {
  // Two seconds for each piece: it is found in the middle on any machine.
  await on(
    target.url,
    `create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(2); return null; end $$;
     create trigger slow after insert on messages for each statement execute function slow()`,
  )
  const args = [join(ROOT, 'scripts/start.mjs'), ...words]
  const child = spawn(process.execPath, args, { env: environment(url), cwd: directory, stdio: 'ignore' })
  children.push(child)
  await until(async () => (await rowsLoaded()) > 0)
  return child
}

async function rowsLoaded(): Promise<number> {
  const there = await on(target.url, `select to_regclass('tidings_transfer.progress') is not null as there`)
  if (there[0]?.['there'] !== true) return 0
  const rows = await on(target.url, `select rows::integer from tidings_transfer.progress where name = 'messages'`)
  return Number(rows[0]?.['rows'] ?? 0)
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve))
  return child.exitCode
}

const FOUR_PIECES = `
  insert into clients (contact) values ('+201009129288');
  insert into messages (client_id, subject, body, status) select 1, 's', repeat(i::text, 300), 'failed' from generate_series(1, 3500) i`

const ROWS = `select count(*)::integer as rows, md5(string_agg(id || body, '' order by id)) as digest from messages`

test('a move that is killed in the middle is finished by the same command, and the old place says where it went', async () => {
  await on(source.url, FOUR_PIECES)
  const child = await untilHalf(source.url, 'move', '--to', target.url)
  child.kill('SIGKILL')
  await ended(child)
  const { rows } = (await on(source.url, ROWS))[0] ?? {}
  expect(await rowsLoaded()).toBeLessThan(Number(rows))
  const refused = run(target.url)
  expect(refused).toMatchObject({ status: 2, stdout: '' })
  expect(refused.stderr).toMatch(/^tidings: This database is only half filled: npm run move -- --to [^\n]*\n$/)
  await on(target.url, 'drop trigger slow on messages')
  const finished = run(source.url, 'move', '--to', target.url)
  expect(finished).toMatchObject({ status: 0, stdout: '' })
  expect(await on(target.url, ROWS)).toEqual(await on(source.url, ROWS))
  const moved = run(source.url)
  expect(moved.status).toBe(2)
  expect(moved.stderr).toMatch(/^tidings: This database was moved to 127\.0\.0\.1:\d+\/tidings_test_\w+ on [^\n]*\n$/)
  for (const { stderr } of [refused, finished, moved]) expect(stderr).not.toContain(new URL(target.url).password)
})

test('a backup is one file whose name is all that goes to stdout, and is restored by the other command', async () => {
  await on(source.url, SOME_OF_EVERYTHING)
  const made = run(source.url, 'backup')
  expect(made.status).toBe(0)
  expect(made.stdout).toMatch(/^tidings-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.backup\n$/)
  expect(readdirSync(directory)).toEqual([made.stdout.trim()])
  expect(run(source.url, 'backup', made.stdout.trim())).toMatchObject({ status: 1 })
  const restored = run(target.url, 'restore', made.stdout.trim())
  expect(restored).toMatchObject({ status: 0, stdout: '' })
  expect(restored.stderr).toContain('API keys open nothing without the secret they were made with')
  expect(await on(target.url, ROWS)).toEqual(await on(source.url, ROWS))
  const again = run(target.url, 'restore', made.stdout.trim())
  expect(again.status).toBe(1)
  expect(again.stderr).toMatch(/^tidings: The target is not empty: clients has rows\.[^\n]*\n$/)
  expect(run(target.url, 'restore').status).toBe(2)
})

test('Ctrl-C stops a restore with code 130; the same command goes on', async () => {
  await on(source.url, FOUR_PIECES)
  run(source.url, 'backup', 'one.backup')
  const child = await untilHalf(target.url, 'restore', 'one.backup')
  child.kill('SIGINT')
  expect(await ended(child)).toBe(130)
  await on(target.url, 'drop trigger slow on messages')
  expect(run(target.url, 'restore', 'one.backup').status).toBe(0)
  expect(await on(target.url, ROWS)).toEqual(await on(source.url, ROWS))
})
