import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ROOT } from '../support/documents.ts'
import { freePort, startProgram, waitForOutput, type Program } from '../support/program.ts'
import { until } from '../support/until.ts'

vi.setConfig({ testTimeout: 300_000 })

const tool = spawnSync('slowhttptest', ['-h']).error === undefined
if (!tool) process.stdout.write('skipped: needs slowhttptest (the package of that name)\n')

/** Connections at once. */
const MANY = 200

let database: TestDatabase
let program: Program
let port: number

beforeAll(async () => {
  database = await createTestDatabase()
  port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'tidings-slow-'))
  const env = { PATH: process.env['PATH'], PORT: String(port), DATABASE_URL: database.url, DATA_DIR: directory }
  const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(built.stderr)
  program = startProgram([join(ROOT, 'dist/main.js')], { cwd: directory, env, log: join(directory, 'log') })
  await waitForOutput(program, /"event":"(ready)"/)
})

afterAll(async () => {
  await program.kill()
  await database.drop()
})

/** A good client beside the others: each of its calls must be answered. Ends it with how many were, but for those told to come again. */
function beGood(): () => Promise<{ served: number; later: number }> {
  let [served, later] = [0, 0]
  let going = true
  const run = async (): Promise<void> => {
    while (going) {
      const body = JSON.stringify({ contact: '+201009129288', subject: '', message: 'Hello' })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`http://127.0.0.1:${port}/smss`, { method: 'POST', headers, body })
      // Neither the limit of calls a minute is a fault of the others, nor that a slow machine asks for patience.
      if (![200, 429, 503].includes(answer.status)) throw new Error(`answered with ${answer.status}`)
      await answer.text()
      if (answer.status === 503) later += 1
      else served += 1
    }
  }
  const done = run()
  return async () => {
    going = false
    await done
    return { served, later }
  }
}

const JSON_HEAD = 'POST /smss HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'

/** What each sends at once, and then ever again, too slowly. */
const SLOW: readonly (readonly [what: string, first: string, again: string])[] = [
  ['who says nothing', '', ''],
  ['whose headers never end', 'GET /livez HTTP/1.1\r\nHost: a\r\n', 'X-a: b\r\n'],
  ['whose body never ends', `${JSON_HEAD}Content-Length: 4096\r\n\r\n{`, ' '],
  ['whose chunks never end', `${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
]

test.concurrent.each(SLOW)(
  'a client %s is hung up on, and a good one is served meanwhile',
  async (_what, first, again) => {
    const end = beGood()
    const sockets = Array.from({ length: MANY }, () => slowly(first, again))
    await until(() => sockets.every(({ destroyed }) => destroyed), 150_000, 100)
    const { served, later } = await end()
    expect(served).toBeGreaterThan(later)
  },
)

function slowly(first: string, again: string): Socket {
  const socket = connect(port, '127.0.0.1', () => socket.write(first))
  const timer = setInterval(() => again !== '' && socket.write(again), 500)
  // What they are told is read, so that an end is seen.
  return socket
    .on('error', () => undefined)
    .on('close', () => clearInterval(timer))
    .resume()
}

describe.skipIf(!tool)('slowhttptest', () => {
  test.concurrent.each([
    ['-H', ['-u', '/livez']],
    ['-B', ['-t', 'POST', '-s', '8192', '-f', 'application/json', '-u', '/smss']],
    ['-R', ['-a', '10', '-b', '3000', '-u', '/livez']],
  ])('%s has no connection left before its time is over', async (mode, more) => {
    const target = more.map((word) => (word.startsWith('/') ? `http://127.0.0.1:${port}${word}` : word))
    const options = ['-c', String(MANY), '-r', '100', '-i', '2', '-x', '10', '-p', '10', '-l', '200']
    expect(await listen([mode, ...options, ...target])).toContain('No open connections left')
  })
})

/** What it wrote, without colours. */
function listen(options: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('slowhttptest', options, { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    child.on('error', reject)
    // oxlint-disable-next-line no-control-regex
    child.on('close', () => resolve(text.replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, '')))
  })
}
