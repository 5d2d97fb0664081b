import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig, type Config } from '../../src/settings/config.ts'
import { makeFirstKey } from '../../src/commands/first-key.ts'
import { createKeyHash } from '../../src/flows/keys/key-hash.ts'
import { createKeys, type Keys } from '../../src/flows/keys/keys.ts'
import type { Key, KeyMade } from '../../src/contract/keys.ts'
import { runKeys } from '../../src/commands/keys-command.ts'
import { parseKeysWords } from '../../src/commands/keys-words.ts'
import { openSecretKey } from '../../src/commands/secret-key.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const KEY = /^tidings_(live|test)_([0-9A-Za-z]{10})_[0-9A-Za-z]{49}\n$/

let database: TestDatabase
let directory: string
let db: Db

beforeEach(async () => {
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-keys-'))
  const options = { max: 2, name: 'test', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 }
  db = createDb(database.url, options, () => undefined)
})

afterEach(async () => {
  await db.end()
  rmSync(directory, { recursive: true })
  await database.drop()
})

function config(env: Record<string, string> = {}): Config {
  const reading = readConfig({ DATA_DIR: directory, ...env })
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return reading.config
}

/** What the command writes, and what it tells beside it. */
async function keys(line: string, env?: Record<string, string>): Promise<{ said: string; told: string }> {
  const act = parseKeysWords(line.split(' ').filter((word) => word !== ''))
  if (act.kind === 'help' || act.kind === 'wrong') throw new Error(JSON.stringify(act))
  const written = { said: '', told: '' }
  await runKeys(act, {
    config: config(env),
    databaseUrl: database.url,
    now: () => new Date(),
    say: (text) => (written.said += text),
    tell: (text) => (written.told += text),
    json: line.includes('--json'),
  })
  return written
}

test('a key is made, listed, rotated and revoked; the key alone goes to stdout', async () => {
  expect((await keys('')).said).toBe('')
  const made = await keys('create --name shop --scope sms:send --country eg')
  const [, , id = ''] = KEY.exec(made.said) ?? []
  expect(made.told).toContain('shown this once')
  expect((await keys('list')).said).toBe(`tidings_live_${id}_  not used   shop · sms:send · only EG\n`)
  const rotated = await keys(`rotate ${id} --overlap-hours 0`)
  expect(KEY.exec(rotated.said)?.[2]).toBe(id)
  expect(rotated.said).not.toBe(made.said)
  // It is no administrator, so that it may go.
  expect((await keys(`revoke ${id}`)).told).toContain('opens nothing any more')
  expect((await keys('')).said).toContain('  revoked    shop')
  const { rows } = await db.query<{ caller: string }>('select caller from audit')
  expect(rows.map(({ caller }) => caller)).toEqual(['command line', 'command line', 'command line'])
})

test('for programs what is printed is JSON, as the API has it', async () => {
  const { key, data } = JSON.parse((await keys('create --name shop --scope sms:send --json')).said) as KeyMade
  expect(`${key}\n`).toMatch(KEY)
  expect(data).toMatchObject({ name: 'shop', scopes: ['sms:send'], revoked_at: null })
  await keys('create --name other --scope sms:send')
  const lines = (await keys('list --json')).said.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as Key)).toMatchObject([data, { name: 'other' }])
  const revoked = JSON.parse((await keys(`revoke ${data.id} --json`)).said) as Key
  expect(revoked.revoked_at).not.toBeNull()
})

test('a name that would steer the terminal is shown without what would', async () => {
  await keys('create --name a\u001B[31m\u202Eb --scope sms:send')
  expect((await keys('')).said).toContain('a [31m b · sms:send')
})

test('what the database refuses is told in one line', async () => {
  await expect(keys('revoke ab12CD34ef')).rejects.toThrow('There is no key with this id; npm run keys lists them.')
  await expect(keys('create --name x --scope sms:send --cidr 10.0.0.0/33')).rejects.toThrow('is neither an address')
  const elsewhere = { DATABASE_URL: database.url }
  await expect(keys('create --name x --scope all', elsewhere)).rejects.toThrow('Live keys need a SECRET_KEY')
  expect((await keys('create --name x --scope all --test', elsewhere)).said).toMatch(KEY)
})

test('the secret of the embedded database’s keys is made once, and is its owner’s alone', () => {
  const first = openSecretKey(config(), randomBytes)
  const file = join(directory, 'secret-key')
  expect(first).toHaveLength(32)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(openSecretKey(config(), randomBytes)).toEqual(first)
  const given = Buffer.alloc(32, 1)
  expect(openSecretKey(config({ SECRET_KEY: given.toString('base64') }), randomBytes)).toEqual(given)
  expect(openSecretKey(config({ DATABASE_URL: database.url }), randomBytes)).toBeNull()
  chmodSync(file, 0o600)
  writeFileSync(file, 'short')
  expect(() => openSecretKey(config(), randomBytes)).toThrow('is damaged')
})

function freshKeys(): Keys {
  const hash = createKeyHash(Buffer.alloc(32, 1))
  return createKeys({ db, hash, draw: randomBytes, now: () => new Date(), onChanged: () => undefined })
}

test('the first key is shown on a terminal, and written to a file of its owner’s where there is none', async () => {
  const log = pino({ level: 'silent' })
  const written = await makeFirstKey(freshKeys(), join(directory, 'new'), false, log)
  const file = join(directory, 'new', 'first-key')
  expect(written).toEqual({ kind: 'written', file })
  expect(readFileSync(file, 'utf8')).toMatch(KEY)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await makeFirstKey(freshKeys(), directory, true, log)).toBeNull()
  await db.query('truncate api_keys cascade')
  const shown = await makeFirstKey(freshKeys(), join(directory, 'other'), true, log)
  expect(shown).toMatchObject({ kind: 'shown', key: expect.stringMatching(/^tidings_live_/) as string })
  expect(existsSync(join(directory, 'other'))).toBe(false)
})

test('where the first key can’t be written there is none, and the log says how to make one', async () => {
  const lines: string[] = []
  const log = pino({}, { write: (line) => void lines.push(line) })
  writeFileSync(join(directory, 'file'), '')
  expect(await makeFirstKey(freshKeys(), join(directory, 'file'), false, log)).toBeNull()
  expect(lines.join('')).toContain('npm run keys -- create --name first --scope all')
  const { rows } = await db.query('select from api_keys union all select from audit')
  expect(rows).toHaveLength(0)
})
