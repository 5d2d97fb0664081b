import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/settings/config.ts'
import { createLog } from '../../src/wiring/log.ts'
import { serve } from '../../src/commands/serve.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let directory: string

beforeEach(async () => {
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-serve-'))
})

afterEach(async () => {
  rmSync(directory, { recursive: true })
  await database.drop()
})

interface Line {
  readonly level: number
  readonly event?: string
  readonly url?: string
  readonly msg?: string
}

/** Starts the service without a terminal, with a provider that nobody answers for; gives its log once it serves, and ends it after `use`. */
async function serving(more: Record<string, string>, use: (url: string, lines: readonly Line[]) => Promise<void>) {
  const reading = readConfig({
    PORT: '0',
    DATA_DIR: directory,
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'hush',
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: 'http://127.0.0.1:9',
    ...more,
  })
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  const lines: Line[] = []
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line) as Line) })
  let stop = (): void => undefined
  const told = new Promise<void>((resolve) => (stop = resolve))
  const { config } = reading
  const served = serve({ config, version: '0.0.0', log, terminal: null, told, uptime: () => 0, platform: 'linux' })
  try {
    const failed = served.then(() => null)
    const ready = until(() => lines.find(({ event }) => event === 'ready')?.url)
    await use((await Promise.race([ready, failed])) ?? '', lines)
  } finally {
    stop()
    await served
  }
}

test('the first start with a live provider makes a key that opens everything, and the log says where it is, not what it is', async () => {
  await serving({}, async (url, lines) => {
    const told = await until(() => lines.find(({ event }) => event === 'key.first'))
    const file = join(directory, 'first-key')
    expect(told).toMatchObject({ level: 40, file })
    const key = readFileSync(file, 'utf8').trim()
    expect(JSON.stringify(lines)).not.toContain(key.slice(-40))
    const answer = await fetch(`${url}/keys`, { headers: { authorization: `Bearer ${key}` } })
    expect(answer.status).toBe(200)
    expect((await fetch(`${url}/keys`)).status).toBe(401)
  })
  rmSync(join(directory, 'first-key'))
  await serving({}, async (_url, lines) => {
    await until(() => lines.find(({ event }) => event === 'ready'))
    expect(lines.map(({ event }) => event)).not.toContain('key.first')
  })
})

test('AUTH=off with a live provider is said loudly at each start, and no key is made', async () => {
  await serving({ AUTH: 'off' }, async (url, lines) => {
    const line = await until(() => lines.find(({ event }) => event === 'auth.off'))
    expect(line.level).toBe(40)
    expect(line.msg).toContain('AUTH=off: every program of this machine can send through your provider')
    expect((await fetch(`${url}/keys`)).status).toBe(200)
    expect(lines.map(({ event }) => event)).not.toContain('key.first')
  })
})
