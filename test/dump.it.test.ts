import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeFcm, type FakeFcm } from '../src/fakes/fcm.ts'
import { startFakeTwilio, type FakeTwilio } from '../src/fakes/twilio.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

const AUTH_TOKEN = 'zq-provider-secret-7361'
const SECRET_KEY = Buffer.from('zq-secret-key-7362-of-32-bytes!!').toString('base64')
const HOOK = 'https://hooks.example.com/zq-7363'
const SEALED = '\\\\x01'

let database: TestDatabase
let twilio: FakeTwilio
let fcm: FakeFcm
let node: WholeNode
let key: string

beforeAll(async () => {
  database = await createTestDatabase()
  twilio = await startFakeTwilio({ authToken: AUTH_TOKEN })
  fcm = await startFakeFcm()
  node = await startWholeNode(database.url, {
    SECRET_KEY,
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: twilio.url,
    FCM_SERVICE_ACCOUNT: JSON.stringify(fcm.serviceAccount),
    FCM_BASE_URL: fcm.url,
  })
  await node.app.keys.makeFirst(async (made) => void (key = made))
})

afterAll(async () => {
  await node.app.stop()
  await Promise.all([twilio.close(), fcm.close()])
  await database.drop()
})

async function post(path: string, body: object): Promise<{ headers: Headers; body: Record<string, unknown> }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': 'zq-7364' }
  const answer = await fetch(node.url + path, { method: 'POST', body: JSON.stringify(body), headers })
  expect(answer.status).toBe(200)
  return { headers: answer.headers, body: (await answer.json()) as Record<string, unknown> }
}

test('a dump of the database has no secret in clear, whichever way it is written', async () => {
  const webhook = String((await post('/webhooks', { url: HOOK })).body['secret'])
  const rotated = String((await post('/webhooks/1/secret', {})).body['secret'])
  const other = String((await post('/keys', { name: 'zq-7365', scopes: ['sms:send'] })).body['key'])
  const cookie = (await post('/session', { key })).headers.get('set-cookie') ?? ''
  const session = /=([^;]+)/.exec(cookie)?.[1] ?? ''
  const signIn = /[\w-]+$/.exec(await node.app.makeSignIn())?.[0] ?? ''
  await post('/smss', { contact: '+201009129288', subject: 'Hello', message: 'There' })

  const credentials = String(fcm.serviceAccount['private_key']).split('\n')
  const secrets = [
    ...[webhook, rotated].flatMap((one) => [one, one.slice('whsec_'.length)]),
    ...[key, other].flatMap((one) => [one, one.slice(24)]),
    ...[session, signIn],
    ...[AUTH_TOKEN, SECRET_KEY, ...credentials.filter((line) => line.length > 40)],
  ]
  for (const secret of secrets) expect(secret.length).toBeGreaterThan(16)
  const held = await dump()
  for (const kept of [HOOK, 'zq-7364', 'zq-7365', SEALED]) expect(held).toContain(kept)
  expect(secrets.filter((secret) => waysToWrite(secret).some((way) => held.includes(way)))).toEqual([])
})

/** As it is, and as bytes: of its letters, and of what they stand for where it is base64. */
function waysToWrite(secret: string): readonly string[] {
  const bytes = [Buffer.from(secret), Buffer.from(secret, 'base64')]
  return [secret, ...bytes.flatMap((one) => [one.toString('hex'), one.toString('base64')])]
}

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const db = new pg.Client({ connectionString: database.url })
  await db.connect()
  try {
    const { rows } = await db.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    const tables: string[] = []
    for (const { name } of rows) {
      const found = await db.query<{ row: string }>(`select t::text as row from ${name} t`)
      tables.push(...found.rows.map(({ row }) => row))
    }
    return tables.join('\n')
  } finally {
    await db.end()
  }
}
