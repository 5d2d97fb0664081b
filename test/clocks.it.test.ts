import pg from 'pg'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startApp, type App } from '../src/wiring/app.ts'
import { readConfig } from '../src/settings/config.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { freePort } from './support/program.ts'
import { until } from './support/until.ts'

let database: TestDatabase
let client: pg.Client
let app: App | null = null

beforeEach(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})

afterEach(async () => {
  vi.useRealTimers()
  await app?.stop()
  app = null
  await client.end()
  await database.drop()
})

/** A whole node whose own clock stands still, so many milliseconds off. Its timers run. */
async function startOff(offMs: number): Promise<string> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs })
  const port = String(await freePort())
  const reading = readConfig({ DATABASE_URL: database.url, PORT: port, LOG_LEVEL: 'silent' })
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  const { config } = reading
  const log = pino({ level: 'silent' })
  app = await startApp({
    config,
    databaseUrl: database.url,
    secretKey: Buffer.alloc(32, 7),
    version: '0.0.0',
    log,
    onLine: null,
  })
  return app.url
}

async function ask(text: string, values: readonly unknown[] = []): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await client.query<Record<string, unknown>>(text, [...values])
  return rows[0] ?? {}
}

/** By the database's clock. */
async function inSeconds(seconds: number): Promise<string> {
  const { at } = await ask(
    `select to_char((now() + make_interval(secs => $1)) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`,
    [seconds],
  )
  return String(at)
}

const CONTACT = '+201009129288'
const TEXT = { subject: 'Hello', message: 'A text' }
const SMS = { contact: CONTACT, ...TEXT }
const PUSH = { title: 'Hello', body: 'There' }
const HALF_AN_HOUR = 1_800
const LONGEST = 366 * 86_400

/** Each way to send, with a time to leave at: the answer's status. */
const WAYS: readonly ((at: string) => readonly [string, object])[] = [
  (at) => ['/smss', { ...SMS, send_at: at }],
  (at) => ['/smss', { ...SMS, send_at: at, dry_run: true }],
  (at) => ['/smss/batch', { ...TEXT, send_at: at, items: [{ contact: CONTACT }, { contact: CONTACT }] }],
  (at) => ['/notifications/tokens', { ...PUSH, send_at: at, tokens: ['token-of-a-device'] }],
  (at) => ['/notifications/topic', { ...PUSH, send_at: at, topic: 'news' }],
  (at) => ['/notifications/topic', { ...PUSH, send_at: at, topic: 'news', dry_run: true }],
]

async function post(url: string, path: string, body: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { http: answer.status, ...((await answer.json()) as object) }
}

for (const [name, offMs] of [
  ['ahead', 3_600_000],
  ['behind', -3_600_000],
] as const) {
  test(`a node whose clock is an hour ${name} refuses no time that is right, and takes none that is wrong`, async () => {
    const url = await startOff(offMs)
    const statuses = async (seconds: number): Promise<unknown[]> => {
      const at = await inSeconds(seconds)
      return Promise.all(WAYS.map(async (way) => (await post(url, ...way(at)))['http']))
    }
    for (const right of [-30, HALF_AN_HOUR, LONGEST - HALF_AN_HOUR])
      expect(await statuses(right)).toEqual(WAYS.map(() => 200))
    for (const wrong of [-HALF_AN_HOUR, LONGEST + HALF_AN_HOUR])
      expect(await statuses(wrong)).toEqual(WAYS.map(() => 400))
    const at = await inSeconds(HALF_AN_HOUR)
    const { data } = (await post(url, '/smss', { ...SMS, send_at: at, dry_run: true })) as { data: { waits: object[] } }
    expect(data.waits).toMatchObject([{ reason: 'scheduled' }])
    const waitSeconds = Number(Reflect.get(data.waits[0] ?? {}, 'seconds'))
    expect(waitSeconds).toBeGreaterThan(HALF_AN_HOUR - 60)
    expect(waitSeconds).toBeLessThanOrEqual(HALF_AN_HOUR + 60)
  })

  test(`of a node whose clock is an hour ${name} nothing leaves early, late or after it was cancelled`, async () => {
    // What is paused before it starts it knows from its first moment on.
    await ask(`insert into pauses (category, caller) values ('marketing', 'test')`)
    const url = await startOff(offMs)
    const [soon, later] = [await inSeconds(1), await inSeconds(HALF_AN_HOUR)]
    const sms = await post(url, '/smss', { ...SMS, send_at: soon })
    const push = await post(url, '/notifications/tokens', { ...PUSH, send_at: soon, tokens: ['token-of-a-device'] })
    const cancelled = await post(url, '/smss', { ...SMS, send_at: later })
    expect(await post(url, `/smss/${String(cancelled['message_id'])}/cancel`)).toMatchObject({ http: 200 })
    const expiring = await post(url, '/smss', { ...SMS, category: 'marketing', ttl: 1 })
    const statusOf = async (message: Readonly<Record<string, unknown>>): Promise<unknown> =>
      (await ask('select status from messages where id = $1', [message['message_id']]))['status']
    await until(async () => (await statusOf(expiring)) === 'expired')
    await post(url, '/resume', { category: 'marketing' })
    await until(async () => (await statusOf(sms)) === 'captured')
    const { started } = await until(async () => {
      const chunk = await ask(
        'select k.done_at, k.updated_at >= n.send_at as started from push_chunks k join notifications n on n.id = k.notification_id where n.id = $1',
        [push['notification_id']],
      )
      return chunk['done_at'] === null ? null : chunk
    })
    expect(started).toBe(true)
    expect(
      await ask(
        'select min(a.started_at) >= min(m.send_at) as right from attempts a join messages m on m.id = a.message_id',
      ),
    ).toEqual({ right: true })
    expect(await ask('select array_agg(distinct message_id) as sent from attempts')).toEqual({
      sent: [String(sms['message_id'])],
    })
    expect(await statusOf(cancelled)).toBe('cancelled')
  })
}
