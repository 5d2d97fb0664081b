import { execFile, execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { blocksOf, ROOT } from './support/documents.ts'
import { freePort } from './support/program.ts'
import { until } from './support/until.ts'

const run = promisify(execFile)
const hasCurl = spawnSync('curl', ['--version']).status === 0
if (!hasCurl) console.log('skipped: needs curl (the lines of the README are run as they are printed)')

const calls = blocksOf('README.md').filter((block) => block.language === 'sh')

describe.skipIf(!hasCurl)('the lines of the README, one after the other', () => {
  let database: TestDatabase
  let service: ChildProcess
  let directory: string
  let port: number

  beforeAll(async () => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')])
    database = await createTestDatabase()
    // A directory without a `.env`, so that no provider of the machine's owner is used.
    directory = mkdtempSync(join(tmpdir(), 'tidings-readme-'))
    port = await freePort()
    service = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
      cwd: directory,
      env: { PATH: process.env['PATH'], PORT: String(port), DATABASE_URL: database.url, LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await until(() => service.exitCode !== null || isReady(port))
    if (service.exitCode !== null) throw new Error(`the service ended with code ${service.exitCode}`)
  })

  afterAll(async () => {
    if (service.exitCode === null) {
      service.kill()
      await once(service, 'exit')
    }
    await database.drop()
    rmSync(directory, { recursive: true, force: true })
  })

  it.each(calls.map((block) => ({ ...block, name: block.text.split(' -')[0] })))('$name', async ({ text, next }) => {
    const command = text.replaceAll('localhost:5000', `localhost:${port}`)
    const expected = next?.language === 'json' ? parse(next.text) : { success: true }
    const ask = async (): Promise<object> => parse((await run('bash', ['-c', command])).stdout)
    let answer: object = {}
    // What is only read may take a moment to become true.
    if (text.includes(' -d ')) expect((answer = await ask())).toMatchObject(expected)
    else await expect.poll(async () => (answer = await ask())).toMatchObject(expected)
    expect(asOrdered(expected, answer)).toEqual(JSON.stringify(expected))
  })

  it('are the only shell lines there, and cover every call', () => {
    expect(calls.filter((block) => !block.text.startsWith('curl '))).toEqual([])
    const paths = [
      '/smss ',
      '/smss/1',
      '/notifications/tokens',
      '/notifications/topic',
      '/notifications/1',
      '/deliveries',
    ]
    expect(paths.filter((path) => !calls.some((block) => `${block.text} `.includes(path)))).toEqual([])
  })
})

/** What the README shows of an answer, in the order that it really has. */
function asOrdered(shown: unknown, real: unknown): string {
  if (Array.isArray(shown) && Array.isArray(real)) {
    return `[${shown.map((one, index) => asOrdered(one, real[index])).join(',')}]`
  }
  if (typeof shown !== 'object' || shown === null || typeof real !== 'object' || real === null) {
    return JSON.stringify(real)
  }
  const parts = Object.entries(real).flatMap(([name, value]) =>
    Object.hasOwn(shown, name) ? [`${JSON.stringify(name)}:${asOrdered(Reflect.get(shown, name), value)}`] : [],
  )
  return `{${parts.join(',')}}`
}

function parse(text: string): object {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new Error(`not an object: ${text}`)
  return value
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://localhost:${port}/readyz`)).ok
  } catch {
    return false
  }
}
