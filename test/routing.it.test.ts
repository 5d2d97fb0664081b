// Nobody awaits a route.
/* oxlint-disable unicorn/no-thenable */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeTwilio, type FakeTwilio } from '../src/fakes/twilio.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

let database: TestDatabase
let directory: string
let first: FakeTwilio
let second: FakeTwilio
let node: WholeNode
/** The first carrier refuses our account. */
let locked = false

const CAIRO = { contact: '+201009129288', subject: 'Code', message: 'Your code is 482913' }

beforeAll(async () => {
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-routing-'))
  first = await startFakeTwilio({ script: () => (locked ? { refuse: { status: 401, code: 20003 } } : null) })
  second = await startFakeTwilio()
  const account = ({ accountSid, url }: FakeTwilio, from: string): object => ({
    type: 'twilio',
    account_sid: accountSid,
    auth_token: { env: 'TOKEN_OF_BOTH' },
    from,
    base_url: url,
  })
  const routes = {
    currency: 'EUR',
    providers: { one: account(first, '+15005550006'), two: account(second, '+15005550011') },
    routes: [
      {
        countries: ['EG'],
        via: [{ provider: 'one', sender: 'Acme', prices: { EG: 0.02 } }],
        then: [{ provider: 'two', prices: { EG: 0.05 } }],
      },
      { prefixes: ['+1500'], via: ['one'], then: ['two'] },
    ],
    allowed_senders: ['12345'],
  }
  const file = join(directory, 'routes.json')
  writeFileSync(file, JSON.stringify(routes))
  node = await startWholeNode(database.url, {
    AUTH: 'off',
    ROUTES_FILE: file,
    TOKEN_OF_BOTH: first.authToken,
    SMS_RATE_LIMIT_PER_MINUTE: '0',
    CAPS: 'off',
  })
})

afterAll(async () => {
  await node.app.stop()
  await first.close()
  await second.close()
  await database.drop()
  rmSync(directory, { recursive: true })
})

type Json = Record<string, unknown>

async function post(body: Json): Promise<Json> {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  return (await (await fetch(`${node.url}/smss`, init)).json()) as Json
}

async function get(path: string): Promise<Json> {
  return (await (await fetch(`${node.url}${path}`)).json()) as Json
}

/** `sent` may have become `delivered` by the time somebody looks. */
async function settled(id: unknown, ...statuses: readonly string[]): Promise<Json> {
  return until(async () => {
    const { data } = (await get(`/smss/${String(id)}`)) as { data: Json }
    return statuses.includes(String(data['status'])) ? data : null
  })
}

const taken = (answer: Json): Promise<Json> => settled(answer['message_id'], 'sent', 'delivered')

const from = (fake: FakeTwilio): readonly (string | null)[] => fake.messages().map((message) => message.from)

test('a message goes out through the first provider of its route, with the route’s sender, and the answer tells its price', async () => {
  const answer = await post(CAIRO)
  expect(answer).toMatchObject({ status: 'queued', price: { amount: 0.02, currency: 'EUR' } })
  expect(await taken(answer)).toMatchObject({
    provider: 'one',
    sender: 'Acme',
    price: { amount: 0.02, currency: 'EUR' },
  })
  expect([from(first), from(second)]).toEqual([['Acme'], []])
})

test('a dry run tells the route, why, and the price', async () => {
  expect(await post({ ...CAIRO, message: 'x'.repeat(161), dry_run: true })).toMatchObject({
    data: {
      route: {
        provider: 'one',
        reason: 'routes[0] of the routes file takes this message, and this provider comes first.',
      },
      price: { amount: 0.04, currency: 'EUR' },
    },
  })
  expect(await post({ ...CAIRO, contact: '+15005550006', dry_run: true })).toMatchObject({
    data: { route: { provider: 'one' }, price: null },
  })
})

test('what costs too much, has no route, or names another’s sender is refused, and nothing is stored', async () => {
  expect(await post({ ...CAIRO, max_price: 0.01 })).toMatchObject({
    error: 400,
    code: 'too_expensive',
    details: [{ path: 'max_price', message: 'It costs 0.02 EUR through one, and may cost 0.01' }],
  })
  expect(await post({ ...CAIRO, max_price: 0.02, dry_run: true })).toMatchObject({ success: true })
  expect(await post({ ...CAIRO, contact: '+33612345678' })).toMatchObject({ error: 400, code: 'no_route' })
  expect(await post({ ...CAIRO, sender: 'Bank' })).toMatchObject({ error: 400, code: 'sender_not_allowed' })
  expect(await post({ ...CAIRO, sender: 'Acme', dry_run: true })).toMatchObject({ success: true })
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query('select count(*)::integer as count from messages')
  await client.end()
  expect(rows).toEqual([{ count: 1 }])
})

test('what may have been sent is never given to another provider', async () => {
  // The look-alike takes it, and cuts the connection.
  const answer = await post({ ...CAIRO, contact: '+15007120001', on_uncertain: 'fail' })
  expect(await settled(answer['message_id'], 'uncertain')).toMatchObject({ provider: 'one' })
  expect(from(second)).toEqual([])
})

test('when a provider refuses our account, what it was to carry goes on, and what comes next goes past it', async () => {
  locked = true
  const moved = await taken(await post(CAIRO))
  // It costs what the one that took it costs.
  expect(moved).toMatchObject({ provider: 'two', price: { amount: 0.05, currency: 'EUR' } })
  expect((moved['attempts'] as Json[]).map(({ provider, reason, price }) => [provider, reason, price])).toEqual([
    ['one', 'bad_credentials', undefined],
    ['two', null, { amount: 0.05, currency: 'EUR' }],
  ])
  // The sender was the first provider's own.
  expect(from(second)).toEqual(['+15005550011'])
  // Where half a minute has passed by now, one message may be let through to see.
  const dry = await until(async () => {
    const answer = JSON.stringify(await post({ ...CAIRO, dry_run: true }))
    return answer.includes('"provider":"two"') ? answer : null
  })
  expect(dry).toContain('one would come first, but is not well now')
  const past = await taken(await post(CAIRO))
  expect((past['attempts'] as Json[]).at(-1)).toMatchObject({ provider: 'two' })
})

test('whoever looks after it is told that a provider is passed by', async () => {
  expect(JSON.stringify(await get('/readyz?verbose'))).toMatch(
    /one takes nothing; it is tried again in \d+ s|one is being tried again/,
  )
  expect(JSON.stringify(await get('/readyz'))).toMatch(/one takes nothing|one is being tried again/)
  const metrics = await (await fetch(`${node.url}/metrics`)).text()
  expect(metrics).toMatch(/tidings_route_trouble\{provider="one",country="\*",state="(?:open|half-open)"\} 1/)
  expect(metrics).toMatch(/tidings_route_choices_total\{provider="one",choice="first"\} \d/)
  expect(metrics).toMatch(/tidings_route_choices_total\{provider="two",choice="detour"\} \d/)
  expect(metrics).toMatch(/tidings_route_failovers_total\{from="one",to="two"\} \d/)
  const told = node.lines
    .filter((line) => line.includes('route.health'))
    .map((line) => (JSON.parse(line) as Json)['state'])
  expect(told[0]).toBe('open')
})
