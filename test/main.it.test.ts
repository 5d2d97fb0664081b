import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { processesWorkingIn, until } from '../src/embedded/processes.ts'
import { createTestDatabase } from './support/database.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

interface Started {
  readonly process: ChildProcess
  readonly url: string
  /** Seconds to Ready, as it says itself. */
  readonly seconds: number
}

let dataDir: string
const children: ChildProcess[] = []

beforeAll(() => {
  const built = run('build', {})
  if (built.status !== 0) throw new Error(built.stderr)
})

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tidings-main-'))
  chmodSync(dataDir, 0o711)
})

afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL')
  await until(() => postgresOf().length === 0, 50, 60_000)
  rmSync(dataDir, { recursive: true })
})

test('nothing but a data directory is needed to take a message, and it is there after a kill', async () => {
  const first = await start({})
  const answer = await fetch(`${first.url}/smss`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(SMS),
  })
  expect(await answer.json()).toMatchObject({ success: true, message_id: 1 })
  await end(first.process, 'SIGKILL')
  const second = await start({})
  expect(await (await fetch(`${second.url}/smss/1`)).json()).toMatchObject({ data: { message: SMS.message } })
  expect(await end(second.process, 'SIGTERM')).toBe(0)
})

test('a directory in use is refused in one line, and its DSN can be had', async () => {
  const first = await start({})
  const second = run('start', environment({}))
  expect(second.status).toBe(2)
  expect(second.stderr).toMatch(
    new RegExp(`^tidings: .* is in use by another Tidings \\(process ${first.process.pid}\\)[^\\n]*\\n$`),
  )
  const dsn = run('db', environment({})).stdout.trim()
  const client = new pg.Client({ connectionString: dsn })
  await client.connect()
  expect((await client.query('select 42 as answer')).rows).toEqual([{ answer: 42 }])
  await client.end()
  expect(run('migrate', environment({})).stdout).toBe('Nothing to do.\n')
})

test('a port that is taken is told in one line with another one to use', async () => {
  const database = await createTestDatabase()
  const squatter = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => squatter.once('listening', resolve))
  const address = squatter.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const refused = await ended(spawned(environment({ DATABASE_URL: database.url, PORT: String(port) })))
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(new RegExp(`^tidings: Port ${port} is in use\\. .*PORT=${port + 1} npm start\\n$`))
  squatter.close()
  await database.drop()
})

test('a port that is taken is told before a cluster is made that nobody would use', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => squatter.once('listening', resolve))
  const address = squatter.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const refused = await ended(spawned(environment({ PORT: String(port) })))
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain(`Port ${port} is in use.`)
  expect(readdirSync(dataDir)).toEqual([])
  squatter.close()
})

test('every fault of the configuration has its line, and nothing is started', () => {
  const refused = run(
    'start',
    environment({ PORT: 'http', LOG_LEVL: 'info', TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}` }),
  )
  expect(refused.status).toBe(2)
  expect(
    refused.stderr
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[1]),
  ).toEqual(['LOG_LEVL', 'PORT', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'])
  expect(refused.stdout).toBe('')
})

test('a database that is away is told in one line', () => {
  const refused = run('start', environment({ DATABASE_URL: 'postgres://u:hush@127.0.0.1:1/x' }))
  expect(refused.status).toBe(2)
  expect(refused.stderr).toMatch(/^tidings: The database can't be used: .*ECONNREFUSED.*\n$/)
  expect(refused.stderr).not.toContain('hush')
})

test('it says its version', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(manifest).toMatchObject({ version: run('start', environment({}), '--version').stdout.trim() })
})

function environment(more: Record<string, string>): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', DATA_DIR: dataDir, PORT: '0', ...more }
}

function run(
  script: string,
  env: Record<string, string>,
  ...args: string[]
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(ROOT, `scripts/${script}.mjs`), ...args], {
    env,
    encoding: 'utf8',
    cwd: dataDir,
  })
}

function spawned(env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs')], { env, cwd: dataDir })
  children.push(child)
  return child
}

async function start(more: Record<string, string>): Promise<Started> {
  const child = spawned(environment(more))
  let said = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ready = (): string | undefined => said.split('\n').find((line) => line.includes('"event":"ready"'))
  await expect.poll(() => ready() ?? said).toContain('"event":"ready"')
  const line: unknown = JSON.parse(ready() ?? '')
  if (typeof line !== 'object' || line === null || !('url' in line) || !('seconds' in line)) throw new Error(said)
  return { process: child, url: String(line.url), seconds: Number(line.seconds) }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await exit
  }
  return child.exitCode
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stderr }
}

/** A killed Tidings takes its Postgres along; until it is gone the directory can't be removed. */
function postgresOf(): readonly number[] {
  return processesWorkingIn(join(dataDir, 'cluster')) ?? []
}
