import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'
import pg from 'pg'

let database: TestDatabase
let node: WholeNode | null = null

beforeEach(async () => {
  database = await createTestDatabase()
})

afterEach(async () => {
  await node?.app.stop()
  node = null
  await database.drop()
})

async function start(
  variables: Readonly<Record<string, string>>,
  databaseFiles: string | null = null,
): Promise<string> {
  node = await startWholeNode(database.url, { SMS_RATE_LIMIT_PER_MINUTE: '0', ...variables }, databaseFiles)
  return node.url
}

const ITEM = { contact: '+201009129288', subject: 'Hello', message: 'Later' }

interface Refusal {
  readonly code: string
  readonly message: string
  readonly details?: readonly { readonly message: string }[]
}

/** With `lines` as NDJSON. `why`: which limit it was, of a 429. */
async function post(
  url: string,
  body: object,
  lines: readonly object[] = [],
): Promise<{ status: number; code: string; message: string; why: string; retryAfter: number }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': lines.length === 0 ? 'application/json' : 'application/x-ndjson' },
    body: [body, ...lines].map((line) => JSON.stringify(line)).join('\n'),
  })
  const { code, message, details } = (await response.json()) as Refusal
  const why = details?.[0]?.message ?? ''
  return { status: response.status, code, message, why, retryAfter: Number(response.headers.get('retry-after')) }
}

const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString()

function fill(url: string, count: number) {
  const items = Array.from({ length: count }, () => ({ ...ITEM, send_at: tomorrow() }))
  return post(`${url}/smss/batch`, { items })
}

const sms = (url: string, category: string) => post(`${url}/smss`, { ...ITEM, category })

async function onDatabase(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

it('whoever has as many messages waiting as may gets 429 on each route that sends, until there are fewer', async () => {
  const url = await start({ QUEUE_LIMIT_PER_KEY: '20' })
  expect((await fill(url, 20)).status).toBe(200)
  const refused = await until(async () => {
    const answer = await sms(url, 'transactional')
    return answer.status === 429 && answer
  })
  expect(refused.code).toBe('queue_full')
  expect(refused.why).toMatch(/^2\d messages sent without a key wait to be sent; 20 may$/)
  expect(refused.retryAfter).toBeGreaterThanOrEqual(10)
  const others = [
    () => sms(url, 'otp'),
    () => fill(url, 1),
    () => post(`${url}/notifications/topic`, { topic: 'news', title: 'Hello', body: 'There' }),
    () => post(`${url}/notifications/tokens`, { tokens: ['a-token'], title: 'Hello', body: 'There' }),
    () => post(`${url}/notifications/tokens`, { title: 'Hello', body: 'There' }, [{ token: 'a-token' }]),
    () => post(`${url}/smss/batch`, { subject: 'Hello' }, [ITEM]),
  ]
  // What is known of the queue may be too old for a moment, where looking takes long.
  for (const call of others) await until(async () => (await call()).code === 'queue_full')
  const page = await until(async () => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return /^tidings_queue_messages 2\d$/m.test(text) && text
  })
  expect(page).toContain('tidings_queue_limit 20000000')
  await onDatabase('delete from due')
  await until(async () => (await sms(url, 'otp')).status === 200)
})

it('a stream of SMS that began in time is told as soon as there is no room', async () => {
  const url = await start({ QUEUE_LIMIT_PER_KEY: '20' })
  const send = request(`${url}/smss/batch`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } })
  send.on('error', () => undefined)
  send.write(`${JSON.stringify({ subject: 'Hello', send_at: tomorrow() })}\n${JSON.stringify(ITEM)}\n`)
  const [answer] = (await once(send, 'response')) as [IncomingMessage]
  let told = ''
  answer.setEncoding('utf8').on('data', (text: string) => (told += text))
  answer.on('error', () => undefined)
  await until(() => told.includes('"success":true'))
  expect((await fill(url, 20)).status).toBe(200)
  await until(() => {
    if (!send.destroyed) send.write(`${JSON.stringify(ITEM)}\n`)
    return told.includes('queue_full')
  })
  send.destroy()
})

it('near the bound of all together marketing is refused, and one-time codes are still taken', async () => {
  const url = await start({ QUEUE_LIMIT: '100' })
  expect((await fill(url, 85)).status).toBe(200)
  const refused = await until(async () => {
    const answer = await sms(url, 'marketing')
    return answer.status === 503 && answer
  })
  expect(refused.code).toBe('overloaded')
  expect(refused.message).toMatch(/ messages wait to be sent; marketing ones are taken up to 80$/)
  expect((await sms(url, 'otp')).status).toBe(200)
  await until(async () => (await fill(url, 1)).code === 'overloaded')
})

it('while the disk of the embedded Postgres is nearly full nothing is accepted, and reads are served', async () => {
  const url = await start({ DISK_RESERVE_MB: '1000000000' }, tmpdir())
  await until(async () => (await sms(url, 'otp')).code === 'storage_full')
  expect((await fetch(`${url}/smss`)).status).toBe(200)
})
