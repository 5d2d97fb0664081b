import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findBinaries } from '../../src/embedded/binaries.ts'
import { postgresIdentity } from '../../src/embedded/identity.ts'
import { startEmbedded, type Embedded } from '../../src/embedded/postgres.ts'
import { startServer } from '../../src/embedded/server.ts'

const isRoot = process.getuid?.() === 0

let parent: string
let dataDir: string
let running: Embedded | null = null
const restarts: string[] = []

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'tidings-embedded-'))
  chmodSync(parent, 0o711)
  dataDir = join(parent, 'Données de l’été')
})

afterEach(async () => {
  await running?.stop()
  const elsewhere = running?.elsewhere ?? null
  running = null
  if (elsewhere !== null) rmSync(elsewhere, { recursive: true })
  rmSync(parent, { recursive: true })
})

test('the first start makes a durable UTF-8 database behind a password, in a path with blanks and accents', async () => {
  const { url, fresh, version } = await start()
  expect({ fresh, version }).toEqual({ fresh: true, version: '18' })
  const facts = await ask(
    url,
    `select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
    current_setting('synchronous_commit') as commit, current_setting('listen_addresses') as listens,
    current_setting('password_encryption') as passwords, lower('É') as lower`,
  )
  expect(facts).toEqual({
    encoding: 'UTF8',
    fsync: 'on',
    commit: 'on',
    listens: '127.0.0.1',
    passwords: 'scram-sha-256',
    lower: 'é',
  })
  const wrong = new URL(url)
  wrong.password = 'guess'
  await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
  expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600)
})

test('the next start finds what was written, on the same port', async () => {
  const first = await start()
  await ask(first.url, 'create table kept as select 42 as answer')
  await first.stop()
  const second = await start()
  expect(second.fresh).toBe(false)
  expect(second.url).toBe(first.url)
  expect(await ask(second.url, 'select answer from kept')).toEqual({ answer: 42 })
})

test('where the port is taken meanwhile it takes another, and remembers that', async () => {
  const first = await start()
  await first.stop()
  const port = Number(new URL(first.url).port)
  const squatter = createServer().listen(port, '127.0.0.1')
  const second = await start()
  expect(new URL(second.url).port).not.toBe(String(port))
  expect(readFileSync(join(dataDir, 'postgres.json'), 'utf8')).toContain(new URL(second.url).port)
  squatter.close()
})

test('a Postgres that an earlier process left running is stopped, and loses nothing', async () => {
  const first = await start()
  await ask(first.url, 'create table kept as select 42 as answer')
  await first.stop()
  const cluster = join(dataDir, 'cluster')
  const identity = postgresIdentity(cluster)
  const orphan = await startServer(
    {
      binaries: findBinaries(dataDir, identity),
      identity,
      cluster,
      logFile: join(dataDir, 'postgres.log'),
      settings: [],
    },
    [0],
  )
  const second = await start()
  await orphan.ended
  expect(await ask(second.url, 'select answer from kept')).toEqual({ answer: 42 })
})

test('a Postgres that is killed is started again, on the same port', async () => {
  const { url } = await start()
  process.kill(postmaster(), 'SIGKILL')
  await expect.poll(() => restarts.length).toBe(1)
  expect(await ask(url, 'select 42 as answer')).toEqual({ answer: 42 })
})

test('a second one in the same directory is refused while the first lives', async () => {
  await start()
  await expect(startEmbedded({ dataDir, onRestart: () => undefined })).rejects.toThrow(`process ${process.pid}`)
})

test('where Postgres’s own user may not enter, its files are kept elsewhere, and found again', async () => {
  chmodSync(parent, 0o700)
  mkdirSync(dataDir)
  const first = await start()
  // Only root gives it a user of its own.
  if (isRoot) expect(first.elsewhere).toMatch(/^\/var\/lib\/tidings\//)
  else expect(first.elsewhere).toBeNull()
  await ask(first.url, 'create table kept as select 42 as answer')
  await first.stop()
  const second = await start()
  expect(await ask(second.url, 'select answer from kept')).toEqual({ answer: 42 })
})

async function start(): Promise<Embedded> {
  restarts.length = 0
  running = await startEmbedded({ dataDir, onRestart: (line) => restarts.push(line) })
  return running
}

function postmaster(): number {
  return Number(readFileSync(join(dataDir, 'cluster/postmaster.pid'), 'utf8').split('\n')[0])
}

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows[0]
  } finally {
    await client.end()
  }
}
