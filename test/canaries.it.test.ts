import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeFcm, type FakeFcm } from '../src/fakes/fcm.ts'
import { startFakeTwilio, type FakeTwilio } from '../src/fakes/twilio.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { ROOT } from './support/documents.ts'
import { misspeltBodies, misspeltRequests } from './support/misspelt.ts'
import { freePort, startProgram, waitForOutput, type Program } from './support/program.ts'
import { until } from './support/until.ts'

/** What people wrote to people, and who they are. None of it stands anywhere else. */
const PERSON = {
  phone: '+201009129777',
  subject: 'zq-subject-7351',
  message: 'zq-message-7352',
  value: 'zq-value-7353',
  title: 'zq-title-7354',
  data: 'zq-data-7355',
  token: 'zqtoken7356aaaaaaaaaaaaaaaa:APA91zqtoken7356bbbbbbbbbbbbbbbbbbbb',
} as const

const AUTH_TOKEN = 'zq-provider-secret-7357'
const SECRET_KEY = Buffer.from('zq-secret-key-7358-of-32-bytes!!').toString('base64')

let database: TestDatabase
let twilio: FakeTwilio
let fcm: FakeFcm
let directory: string
let program: Program
let url: string
let db: pg.Client
let key: string

/** All that was answered to whoever has no right to any of it, and to those who have, where it is an error. */
const refusals: string[] = []

beforeAll(async () => {
  const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(built.stderr)
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-canaries-'))
  const failing = /fail/
  twilio = await startFakeTwilio({
    authToken: AUTH_TOKEN,
    script: (_to, body) => (failing.test(body) ? { link: 'error-500', lose: true } : null),
  })
  fcm = await startFakeFcm()
  const account = join(directory, 'account.json')
  writeFileSync(account, JSON.stringify(fcm.serviceAccount))
  const port = await freePort()
  const env = {
    PATH: process.env['PATH'],
    PORT: String(port),
    DATABASE_URL: database.url,
    DATA_DIR: directory,
    LOG_LEVEL: 'trace',
    SECRET_KEY,
    SMS_RATE_LIMIT_PER_MINUTE: '0',
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: twilio.url,
    FCM_SERVICE_ACCOUNT: account,
    FCM_BASE_URL: fcm.url,
  }
  program = startProgram([join(ROOT, 'dist/main.js')], { cwd: directory, env, log: join(directory, 'log') })
  await waitForOutput(program, /("event":"ready")/)
  url = `http://127.0.0.1:${port}`
  key = readFileSync(join(directory, 'first-key'), 'utf8').trim()
  db = new pg.Client({ connectionString: database.url })
  await db.connect()
})

afterAll(async () => {
  await db.end()
  await program.kill()
  await Promise.all([twilio.close(), fcm.close()])
  await database.drop()
  rmSync(directory, { recursive: true })
})

interface Asked {
  readonly body?: unknown
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly key?: string | null
}

async function call(method: string, path: string, asked: Asked = {}): Promise<Readonly<Record<string, unknown>>> {
  const brought = asked.key === undefined ? key : asked.key
  const text = asked.raw ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body))
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(brought === null ? {} : { authorization: `Bearer ${brought}` }),
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...asked.headers,
    },
    ...(text === undefined ? {} : { body: text }),
  })
  const body = await answer.text()
  if (answer.status >= 400 || brought === null) refusals.push(`${method} ${answer.status} ${body}`)
  return answer.headers.get('content-type')?.startsWith('application/json') === true
    ? (JSON.parse(body) as Record<string, unknown>)
    : {}
}

const { phone, subject, message, value, title, data, token } = PERSON
const SMS = { contact: phone, subject, message }
const PUSH = { tokens: [token], title, body: message, data: { a: data } }

/** Every way in, as it should be and not. */
async function plant(): Promise<void> {
  const variables = { who: { type: 'text', sample: 'x' } }
  const locales = { en: { subject: '', message: 'for {who}' } }
  await call('PUT', '/templates/zq', { body: { kind: 'sms', default_locale: 'en', locales, variables } })
  const use = { contact: phone, template: { name: 'zq', variables: { who: value } } }
  const good: readonly [string, object][] = [
    ['/smss', SMS],
    ['/smss', use],
    ['/smss', { ...SMS, dry_run: true }],
    ['/smss', { ...SMS, send_at: new Date(Date.now() + 3_600_000).toISOString() }],
    ['/smss', { ...SMS, message: `${message} fail` }],
    ['/smss/batch', { items: [SMS, { ...SMS, contact: '12' }], partial: true }],
    ['/notifications/tokens', PUSH],
    ['/notifications/topic', { topic: 'news', title, body: message, data: { a: data } }],
    ['/templates/zq/preview', { variables: { who: value } }],
  ]
  for (const [index, [path, body]] of good.entries()) {
    const once = { 'idempotency-key': `zq-${index}` }
    await call('POST', path, { body, headers: { ...once, prefer: 'wait=1' } })
    await call('POST', path, { body: { ...body, subject: `${subject} again` }, headers: once })
    await call('POST', path, { body: { ...body, tag: message.repeat(20) } })
    await call('POST', path, { body: { ...body, ttl: message, category: subject } })
    await call('POST', path, { raw: `${JSON.stringify(body).slice(0, -1)},` })
    await call('POST', path, { body, key: null })
    await call('POST', path, { body, key: `${key.slice(0, -1)}x` })
    await call('POST', path, { body, headers: { 'content-type': 'text/plain' } })
  }
}

async function look(): Promise<void> {
  const places = [
    `/smss?q=${encodeURIComponent(`to:${phone} "${message}"`)}`,
    `/smss?q=${encodeURIComponent(`${message} status:"`)}`,
    `/clients/${encodeURIComponent(phone)}`,
    `/clients/${encodeURIComponent(phone)}?q=${message}:x`,
    `/tokens?q=${encodeURIComponent(`token:${token}`)}`,
    `/inbox?to=${encodeURIComponent(phone)}`,
    `/nowhere/${encodeURIComponent(phone)}/${message}`,
    `/smss/1?${message}=${encodeURIComponent(phone)}`,
    '/smss/export',
    '/notifications/1/deliveries',
  ]
  for (const place of places) {
    await call('GET', place)
    await call('GET', place, { key: null })
  }
  await call('POST', '/session', { body: { key: `${key.slice(0, -1)}x` }, key: null })
  await call('POST', '/session', { body: { key }, key: null })
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'x' }
  const callback = `MessageSid=SM1&MessageStatus=sent&To=${encodeURIComponent(phone)}&Body=${message}`
  await call('POST', '/callbacks/twilio/status', { raw: callback, headers: form, key: null })
  const text = `MessageSid=SM1&From=${encodeURIComponent(phone)}&To=%2B15005550006&Body=${message}`
  await call('POST', '/callbacks/twilio/inbound', { raw: text, headers: form, key: null })
  await call('POST', '/opt-outs', { body: { contact: phone } })
  await call('POST', '/opt-outs', { body: { contact: phone, sender_group: message.repeat(10) } })
  await call('GET', `/opt-outs?contact=${encodeURIComponent(phone)}`, { key: null })
  await call('GET', `/inbound?contact=${encodeURIComponent(phone)}`, { key: null })
}

/** What is no request, or too much of one, with people and keys wherever bytes can stand. */
async function misspell(): Promise<void> {
  const body = JSON.stringify(SMS)
  for (const bytes of misspeltRequests({ phone, message, key, body })) refusals.push(`raw ${await speak(bytes)}`)
  for (const wrong of misspeltBodies({ message, body })) {
    for (const path of ['/smss', '/smss/batch', '/notifications/tokens', '/session', '/callbacks/twilio/status'])
      await call('POST', path, { raw: wrong })
  }
  const telling = {
    'user-agent': message,
    referer: `http://a/${message}`,
    cookie: `sid=${key}`,
    'x-forwarded-for': phone,
  }
  await call('GET', `/smss?key=${key}&token=${token}`, { headers: telling, key: null })
}

/** The first line of what is answered. */
function speak(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.end(bytes))
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('error', () => undefined).on('close', () => resolve(text.replace(/^HTTP\/1\.1 /, '')))
  })
}

/** The database refuses, and tells why with the row it was about; and then it is gone for a moment. */
async function breakDatabase(): Promise<void> {
  await db.query(`alter table messages add constraint zq check (sender is distinct from 'zq') not valid`)
  await db.query(`alter table notifications add constraint zq check (tag is distinct from 'zq') not valid`)
  await call('POST', '/smss', { body: { ...SMS, sender: 'zq' } })
  await call('POST', '/notifications/tokens', { body: { ...PUSH, tag: 'zq' } })
  await call('POST', '/smss/batch', { body: { items: [{ ...SMS, sender: 'zq' }] } })
  await db.query('alter table messages drop constraint zq; alter table notifications drop constraint zq')
  const others =
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  const sent = [call('POST', '/smss', { body: SMS }), call('POST', '/notifications/tokens', { body: PUSH })]
  await db.query(others)
  await Promise.all(sent)
  await until(async () => (await fetch(`${url}/readyz`)).status === 200)
}

/** In the form a log or a body could have it. */
function spellings(secret: string): readonly string[] {
  return [secret, encodeURIComponent(secret), secret.replace('+', '')]
}

function findings(where: string, text: string, secrets: readonly string[]): readonly string[] {
  return secrets
    .filter((secret) => spellings(secret).some((spelt) => text.includes(spelt)))
    .map((secret) => `${where}: ${secret}`)
}

test('no secret and nothing personal is in a log or in an error, and of who is erased nothing is left', async () => {
  await plant()
  await look()
  await misspell()
  await breakDatabase()
  await until(
    async () =>
      (await count(`select count(*) from messages where status in ('queued', 'sending')`)) === 0 &&
      (await count('select count(*) from push_chunks where done_at is null')) === 0,
    90_000,
    100,
  )
  const password = decodeURIComponent(new URL(database.url).password)
  const secrets = [key.slice(24), AUTH_TOKEN, SECRET_KEY, ...(password.length < 8 ? [] : [password])]
  secrets.push(
    ...String(fcm.serviceAccount['private_key'])
      .split('\n')
      .filter((line) => line.length > 40),
  )

  const log = program.output()
  expect(log.split('\n').length).toBeGreaterThan(50)
  expect(log).toContain('"status":500')
  expect(findings('the log', log, [...secrets, ...Object.values(PERSON)])).toEqual([])

  expect(refusals.length).toBeGreaterThan(50)
  const told = refusals.flatMap((refusal) => findings(refusal.slice(0, 200), refusal, secrets))
  expect(told).toEqual([])
  const others = refusals.filter((refusal) => / (401|403|500|503) /.test(refusal.slice(0, 12)))
  expect(others.flatMap((refusal) => findings(refusal, refusal, Object.values(PERSON)))).toEqual([])
  for (const page of ['/errors', '/errors/not_found', '/errors/internal_error', '/readyz', '/openapi.json', '/']) {
    const text = await (await fetch(url + page, { headers: { accept: 'text/html, application/json' } })).text()
    expect(findings(page, text, [...secrets, ...Object.values(PERSON)])).toEqual([])
  }

  const held = await dump()
  expect(findings('', held, [phone, subject, message, value])).toHaveLength(4)
  expect(findings('the database', held, [key.slice(24), AUTH_TOKEN, SECRET_KEY])).toEqual([])
  // To a topic and to a token words go that belong to nobody in particular.
  await db.query('delete from push_chunks; delete from tokennotifications; delete from notifications')
  expect(await call('DELETE', `/clients/${encodeURIComponent(phone)}`)).toMatchObject({ success: true })
  expect(findings('the database', await dump(), [phone, subject, message, value])).toEqual([])
  expect(findings('the log', program.output(), Object.values(PERSON))).toEqual([])
}, 180_000)

async function count(statement: string): Promise<number> {
  const { rows } = await db.query<{ count: string }>(statement)
  return Number(rows[0]?.count)
}

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const { rows } = await db.query<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  const tables: string[] = []
  for (const { name } of rows) {
    const found = await db.query<{ row: string }>(`select t::text as row from ${name} t`)
    tables.push(...found.rows.map(({ row }) => row))
  }
  return tables.join('\n')
}
