// Nobody awaits a route.
/* oxlint-disable unicorn/no-thenable */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Script } from '../src/fakes/twilio/script.ts'
import { startFakeTwilio, type FakeTwilio } from '../src/fakes/twilio.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { freePort } from './support/program.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

let database: TestDatabase
let directory: string
let first: FakeTwilio
let second: FakeTwilio
let node: WholeNode
let client: pg.Client

const FIVE_MINUTES = 300

/** What the first provider does is written in the text: `refused 21612`, `undelivered 30008`; the second one takes everything else. */
function play(body: string, isFirst: boolean): Script {
  const [, whose, word, code] = /(both )?(refused|undelivered|failed) (\d{5})/.exec(body) ?? []
  if (word === undefined || (!isFirst && whose === undefined)) return {}
  if (word === 'refused') return { refuse: { status: 400, code: Number(code) } }
  return { life: [{ status: word === 'failed' ? 'failed' : 'undelivered', errorCode: Number(code) }] }
}

beforeAll(async () => {
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-codes-'))
  first = await startFakeTwilio({ script: (_, body) => play(body, true), callbackRetryMs: 20 })
  second = await startFakeTwilio({ script: (_, body) => play(body, false), callbackRetryMs: 20 })
  const account = ({ accountSid, url }: FakeTwilio, from: string): object => ({
    type: 'twilio',
    account_sid: accountSid,
    auth_token: { env: 'TOKEN_OF_BOTH' },
    from,
    base_url: url,
  })
  const providers = { one: account(first, '+15005550006'), two: account(second, '+15005550011') }
  const file = join(directory, 'routes.json')
  writeFileSync(file, JSON.stringify({ providers, routes: [{ via: ['one'], then: ['two'] }] }))
  const port = String(await freePort())
  node = await startWholeNode(database.url, {
    AUTH: 'off',
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ROUTES_FILE: file,
    TOKEN_OF_BOTH: first.authToken,
    SMS_RATE_LIMIT_PER_MINUTE: '0',
    CAPS: 'off',
  })
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})

afterAll(async () => {
  await client.end()
  await node.app.stop()
  await first.close()
  await second.close()
  await database.drop()
  rmSync(directory, { recursive: true })
})

type Json = Record<string, unknown>

async function post(message: string, more: Json = {}): Promise<Json> {
  const body = JSON.stringify({ contact: '+201009129288', subject: 'Codes', message, ...more })
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
  return (await (await fetch(`${node.url}/smss`, init)).json()) as Json
}

async function get(path: string): Promise<Json> {
  return (await (await fetch(`${node.url}${path}`)).json()) as Json
}

async function becomes(answer: Json, status: string): Promise<Json> {
  return until(async () => {
    const { data } = (await get(`/smss/${String(answer['message_id'])}`)) as { data: Json }
    return data['status'] === status ? data : null
  })
}

const triesOf = (message: Json): readonly string[] =>
  (message['attempts'] as Json[]).map(({ provider, status, reason }) => [provider, status, reason].join(' '))

/** What waits for its turn: through which provider, and how long. */
async function waitOf(answer: Json): Promise<{ lane: string; seconds: number }> {
  return until(async () => {
    const { rows } = await client.query<{ lane: string; seconds: number }>(
      `select lane, extract(epoch from run_at - now())::float8 as seconds from due where message_id = $1 and action = 'send'`,
      [answer['message_id']],
    )
    return rows[0] ?? null
  })
}

async function alarms(): Promise<string> {
  const { rows } = await client.query<{ rule: string; what: string }>(
    'select rule, what from rule_alarms order by rule',
  )
  return rows.map(({ rule, what }) => `${rule} ${what}`).join(', ')
}

test('what a carrier gives no cause for (30008) goes out once more, five minutes later, by the other provider', async () => {
  const answer = await post('undelivered 30008')
  const { lane, seconds } = await waitOf(answer)
  expect(lane).toBe('two:transactional')
  expect(seconds).toBeGreaterThan(FIVE_MINUTES - 30)
  expect(seconds).toBeLessThanOrEqual(FIVE_MINUTES)
  await client.query('update due set run_at = now() where message_id = $1', [answer['message_id']])
  expect(triesOf(await becomes(answer, 'delivered'))).toEqual(['one undelivered unknown', 'two delivered '])
})

test('and once only; marketing does not', async () => {
  const both = await post('both undelivered 30008')
  expect((await waitOf(both)).lane).toBe('two:transactional')
  await client.query('update due set run_at = now() where message_id = $1', [both['message_id']])
  expect(triesOf(await becomes(both, 'undelivered'))).toEqual(['one undelivered unknown', 'two undelivered unknown'])
  const offer = await becomes(await post('undelivered 30008', { category: 'marketing' }), 'undelivered')
  expect(offer).toMatchObject({ reason: 'unknown', provider: 'one' })
})

test('where there is no way from a sender to a number (21612), another provider is tried once', async () => {
  expect(triesOf(await becomes(await post('refused 21612'), 'delivered'))).toEqual([
    'one failed unroutable',
    'two delivered ',
  ])
  const none = await becomes(await post('both refused 21612'), 'failed')
  expect(none).toMatchObject({ reason: 'unroutable' })
  expect(triesOf(none)).toEqual(['one failed unroutable', 'two failed unroutable'])
})

test('a number that is no mobile one (21614) is flagged at once, and who sends to it again is told', async () => {
  const contact = '+201009129290'
  await becomes(await post('refused 21614', { contact }), 'failed')
  const { flags } = await until(async () => {
    const history = (await get(`/clients/${contact}`)) as { flags: readonly Json[] }
    return history.flags.length > 0 ? history : null
  })
  expect(flags).toMatchObject([{ reason: 'not_mobile', provider: 'one' }])
  const warning = 'This number is flagged: messages to it failed as not_mobile, and so may this one.'
  expect(await post('again', { contact, dry_run: true })).toMatchObject({ data: { warnings: [warning] } })
  const again = await post('again', { contact })
  expect(again).toMatchObject({ status: 'queued', warnings: [warning] })
  await becomes(again, 'delivered')
  await until(async () => (await client.query('select from number_flags')).rowCount === 0)
  expect(await post('once more', { contact })).not.toHaveProperty('warnings')
})

test('a message that was taken for pumping (30450) is an alarm about the beginning of its number', async () => {
  expect(await becomes(await post('failed 30450'), 'failed')).toMatchObject({ reason: 'fraud' })
  await until(async () => (await alarms()).includes('fraud_blocked +2010091'))
})

test('a sender that is refused after the message was taken (30034) is held, and what it carried goes on', async () => {
  expect(triesOf(await becomes(await post('undelivered 30034'), 'delivered'))).toEqual([
    'one failed unregistered_sender',
    'two delivered ',
  ])
  const next = await post('next', { dry_run: true })
  expect(JSON.stringify(next)).toContain('one would come first, but is not well now')
  expect(await becomes(await post('by another sender', { sender: '12345' }), 'delivered')).toMatchObject({
    provider: 'one',
  })
  await until(async () => (await alarms()).includes('sender_refused one'))
  expect(JSON.stringify(await get('/readyz'))).toContain('One sender of one takes nothing')
})

test('an account that is refused after the message was taken (30002) holds the whole provider', async () => {
  const refused = await post('failed 30002', { sender: '12345' })
  expect(triesOf(await becomes(refused, 'delivered'))).toEqual(['one failed account_suspended', 'two delivered '])
  expect(await becomes(await post('by another sender', { sender: '12345' }), 'delivered')).toMatchObject({
    provider: 'two',
  })
  await until(async () => (await alarms()).includes('account_refused one'))
  expect(JSON.stringify(await get('/readyz'))).toContain('one takes nothing')
})

test('where nobody else is left, it waits as what is refused at once does', async () => {
  const answer = await post('both failed 30002')
  // The first provider is held: so it is the second that takes it, and then refuses us.
  const { lane, seconds } = await waitOf(answer)
  expect(lane).toBe('two:transactional')
  expect(seconds).toBeGreaterThan(30)
  expect(await becomes(answer, 'sent')).toMatchObject({ reason: 'account_suspended' })
})
