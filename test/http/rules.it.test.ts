import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

let database: TestDatabase
let directory: string
const nodes: WholeNode[] = []

beforeEach(async () => {
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-rules-'))
})

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.app.stop()
  await database.drop()
  rmSync(directory, { recursive: true })
})

/** A provider that nobody reaches, at three cents a segment: what is accepted for it is live, and waits. */
async function start(variables: Readonly<Record<string, string>> = {}): Promise<WholeNode> {
  const file = join(directory, 'routes.json')
  const twilio = {
    type: 'twilio',
    account_sid: `AC${'0'.repeat(32)}`,
    auth_token: { env: 'TOKEN' },
    from: '+15005550006',
  }
  const routes = {
    currency: 'EUR',
    providers: { carrier: { ...twilio, base_url: 'http://127.0.0.1:9' } },
    routes: [{ via: [{ provider: 'carrier', prices: { '*': 0.03 } }] }],
  }
  writeFileSync(file, JSON.stringify(routes))
  const env = {
    AUTH: 'off',
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    TOKEN: 'a'.repeat(32),
    LOG_LEVEL: 'fatal',
  }
  const node = await startWholeNode(database.url, { ...env, ROUTES_FILE: file, ...variables })
  nodes.push(node)
  return node
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

async function call(node: WholeNode, method: string, path: string, body?: object, key?: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) }
  const answer = await fetch(`${node.url}${path}`, {
    method,
    ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }),
  })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
}

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }
const CODE = { ...SMS, category: 'otp' }

test('a code above the cap is stored, and never sent; a dry run says so before', async () => {
  const node = await start({ CAP_PER_TEN_MINUTES: '2' })
  const first = [await call(node, 'POST', '/smss', CODE), await call(node, 'POST', '/smss', CODE)]
  expect(first.map(({ body }) => body['status'])).toEqual(['queued', 'queued'])
  const dry = await call(node, 'POST', '/smss', { ...CODE, dry_run: true })
  expect(dry.body).toMatchObject({ data: { warnings: [expect.stringContaining('would be rejected')] } })
  const { status, body } = await call(node, 'POST', '/smss', CODE)
  expect([status, body]).toEqual([200, expect.objectContaining({ status: 'rejected', reason: 'recipient_cap' })])
  const read = await call(node, 'GET', `/smss/${String(body['message_id'])}`)
  expect(read.body).toMatchObject({ data: { status: 'rejected', reason: 'recipient_cap', attempts: [] } })
  // In a batch each item has its own answer.
  const items = [{ contact: '+201009129288' }, { contact: '+201009129289' }]
  const batch = await call(node, 'POST', '/smss/batch', { subject: 'Hello', message: 'x', category: 'otp', items })
  expect(batch.body).toMatchObject({ data: [{ status: 'rejected', reason: 'recipient_cap' }, { status: 'queued' }] })
})

test('a third code is refused until it is due, and what was accepted before is answered again', async () => {
  const node = await start()
  const first = [await call(node, 'POST', '/smss', CODE), await call(node, 'POST', '/smss', CODE, 'second')]
  expect(first.map(({ body }) => body['status'])).toEqual(['queued', 'queued'])
  const refused = await call(node, 'POST', '/smss', CODE, 'third')
  expect(refused).toMatchObject({ status: 429, body: { code: 'code_too_soon', details: [{ path: 'contact' }] } })
  const seconds = Number(refused.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(30)
  const again = await call(node, 'POST', '/smss', CODE, 'second')
  expect([again.status, again.body]).toEqual([200, first[1]?.body])
  const dry = await call(node, 'POST', '/smss', { ...CODE, dry_run: true })
  expect(dry.body).toMatchObject({ data: { warnings: [expect.stringContaining('would be refused')] } })
  expect((await call(node, 'GET', '/smss')).body['data']).toHaveLength(2)
})

test('in a batch a code that is too soon is refused, with the others or without them', async () => {
  const node = await start()
  const items = [1, 2, 3].map(() => ({ contact: '+201009129288' }))
  const batch = { subject: 'Hello', message: 'x', category: 'otp', items: [...items, { contact: '+201009129289' }] }
  const whole = await call(node, 'POST', '/smss/batch', batch, 'whole')
  expect(whole).toMatchObject({ status: 429, body: { code: 'code_too_soon' } })
  expect((await call(node, 'GET', '/smss')).body['data']).toEqual([])
  // What was counted is given back.
  await until(async () => {
    const { body } = await call(node, 'POST', '/smss', { ...CODE, dry_run: true })
    return JSON.stringify(body).includes('"warnings":[]')
  })
  const partial = await call(node, 'POST', '/smss/batch', { ...batch, partial: true }, 'partial')
  const refused = { success: false, error: { code: 'code_too_soon', retry_after: 30 } }
  const data = [{ status: 'queued' }, { status: 'queued' }, refused, { status: 'queued' }]
  expect(partial.body).toMatchObject({ data })
  expect((await call(node, 'POST', '/smss/batch', { ...batch, partial: true }, 'partial')).body).toMatchObject({ data })
  expect((await call(node, 'GET', '/smss')).body['data']).toHaveLength(3)
})

test('what a day may cost is refused beyond it, nothing of it is stored, and an alarm tells', async () => {
  const node = await start({ SPEND_LIMIT_PER_DAY: '0.1' })
  for (let sent = 0; sent < 3; sent++) expect((await call(node, 'POST', '/smss', SMS)).status).toBe(200)
  const refused = await call(node, 'POST', '/smss', SMS)
  expect(refused).toMatchObject({ status: 429, body: { code: 'spend_limit' } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const list = await call(node, 'GET', '/smss')
  expect(list.body['data']).toHaveLength(3)
  await until(async () => {
    const { body } = await call(node, 'GET', '/readyz')
    return JSON.stringify(body['warnings']).includes('spend limit is reached')
  })
  const metrics = await (await fetch(`${node.url}/metrics`)).text()
  expect(metrics).toContain('tidings_rule_alarms{rule="spend_100"} 1')
  const verbose = await call(node, 'GET', '/readyz?verbose')
  expect(verbose.body['checks']).toContainEqual(expect.objectContaining({ check: 'rules', state: 'warn' }))
})

test('marketing by night waits, and says until when; a zone by day lets it go', async () => {
  // Quiet all day long but for one minute, which is never now.
  const minute = new Date(Date.now() + 6 * 3_600_000).toISOString().slice(11, 16)
  const next = new Date(Date.parse(`2026-01-01T${minute}:00Z`) + 60_000).toISOString().slice(11, 16)
  const node = await start({ QUIET_HOURS: `${next}-${minute}` })
  const offer = { ...SMS, category: 'marketing', time_zone: 'UTC' }
  const { body } = await call(node, 'POST', '/smss', offer)
  expect(body).toMatchObject({
    status: 'scheduled',
    quiet_hours_until: expect.stringContaining(`T${minute}:00.000Z`) as unknown,
  })
  const dry = await call(node, 'POST', '/smss', { ...offer, dry_run: true })
  expect(dry.body).toMatchObject({ data: { waits: [{ reason: 'quiet_hours' }] } })
  expect((await call(node, 'POST', '/smss', { ...SMS, time_zone: 'UTC' })).body['status']).toBe('queued')
  const wrong = await call(node, 'POST', '/smss', { ...offer, time_zone: 'Atlantis' })
  expect(wrong).toMatchObject({ status: 400, body: { details: [{ path: 'time_zone' }] } })
})

test('a code that was typed in is told once, and shown', async () => {
  const node = await start()
  const { body } = await call(node, 'POST', '/smss', CODE)
  const path = `/smss/${String(body['message_id'])}`
  const [first, again] = [await call(node, 'POST', `${path}/converted`), await call(node, 'POST', `${path}/converted`)]
  expect(first).toMatchObject({ status: 200, body: { success: true, message_id: body['message_id'] } })
  expect(again.body).toEqual(first.body)
  expect((await call(node, 'GET', path)).body).toMatchObject({ data: { converted_at: first.body['converted_at'] } })
  expect((await call(node, 'POST', '/smss/999/converted')).status).toBe(404)
})

test('characters give way, and dear numbers are refused, also where all is captured', async () => {
  const node = await startWholeNode(database.url, { LOG_LEVEL: 'fatal' })
  nodes.push(node)
  const plain = await call(node, 'POST', '/smss', { ...SMS, message: 'It’s 482913', plain: true })
  expect(plain.body).toMatchObject({ encoding: 'gsm7', replaced: [{ character: '’', by: "'", count: 1 }] })
  const dry = await call(node, 'POST', '/smss', { ...SMS, message: 'It’s 482913', plain: true, dry_run: true })
  expect(dry.body).toMatchObject({ data: { text: "It's 482913", culprit: null, replaced: [{ count: 1 }] } })
  const dear = await call(node, 'POST', '/smss', { ...SMS, contact: '+8821612345678' })
  expect(dear).toMatchObject({ status: 400, body: { code: 'premium_number' } })
  // As often as one likes: nobody gets it.
  const codes: unknown[] = []
  for (let sent = 0; sent < 7; sent++) codes.push((await call(node, 'POST', '/smss', CODE)).body['status'])
  expect(new Set(codes)).toEqual(new Set(['queued']))
})

test('a text that is sent again is written as it was, and the zone of its recipient stays', async () => {
  const node = await startWholeNode(database.url, { LOG_LEVEL: 'fatal' })
  nodes.push(node)
  const { body } = await call(node, 'POST', '/smss', {
    ...SMS,
    message: 'It’s 482913',
    plain: true,
    time_zone: 'Asia/Tokyo',
  })
  const path = `/smss/${String(body['message_id'])}`
  await until(async () => JSON.stringify((await call(node, 'GET', path)).body).includes('"status":"captured"'))
  const again = await call(node, 'POST', `${path}/resend`, {})
  const other = await call(node, 'POST', `${path}/resend`, { contact: '+201009129289' })
  for (const one of [again, other]) expect(one.body).toMatchObject({ encoding: 'gsm7', replaced: [{ count: 1 }] })
  const client = new pg.Client(database.url)
  await client.connect()
  const { rows } = await client.query('select plain, time_zone from messages order by id')
  await client.end()
  expect(rows).toEqual([
    { plain: true, time_zone: 'Asia/Tokyo' },
    { plain: true, time_zone: 'Asia/Tokyo' },
    { plain: true, time_zone: null },
  ])
})
