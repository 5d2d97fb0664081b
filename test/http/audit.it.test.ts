import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'
import { parseCsv } from './parse-csv.ts'

const CONTACT = '+201009129777'
const TAG = 'zq-tag-4711'

let database: TestDatabase
let db: pg.Client
let node: WholeNode

beforeAll(async () => {
  database = await createTestDatabase()
  node = await startWholeNode(database.url)
  db = new pg.Client({ connectionString: database.url })
  await db.connect()
  await act()
})

afterAll(async () => {
  await db.end()
  await node.app.stop()
  await database.drop()
})

interface Called {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}

async function call(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Called> {
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const text = body === undefined ? null : JSON.stringify(body)
  const answer = await fetch(node.url + path, { method, body: text, headers: { ...json, ...headers } })
  const answered = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true
  return {
    status: answer.status,
    headers: answer.headers,
    text: answered,
    body: isJson ? (JSON.parse(answered) as Record<string, unknown>) : {},
  }
}

/** Everything that counts as administering, once. */
async function act(): Promise<void> {
  const made = await call('POST', '/keys', { mode: 'test', name: 'shop', scopes: ['sms:send'] })
  const signedIn = await call('POST', '/session', { key: made.body['key'] })
  const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  await call('DELETE', '/session', undefined, { cookie })
  const template = { kind: 'sms', default_locale: 'en', locales: { en: { subject: '', message: 'Hello' } } }
  await call('PUT', '/templates/hello', template)
  await call('DELETE', '/templates/hello')
  await call('POST', '/pause', { category: 'marketing' })
  await call('POST', '/resume', {})
  await call('POST', '/smss', { contact: CONTACT, subject: '', message: 'Hello', tag: TAG })
  const removal = `/inbox?to=${encodeURIComponent(CONTACT)}&tag=${TAG}`
  await until(async () => (await call('DELETE', removal)).body['deleted'] === 1)
  await call('POST', '/smss', { contact: CONTACT, subject: '', message: 'Hello again' })
  expect((await call('DELETE', `/clients/${encodeURIComponent(CONTACT)}`)).status).toBe(200)
}

interface Entry {
  readonly id: number
  readonly at: string
  readonly caller: string
  readonly address: string | null
  readonly act: string
  readonly what: string
}

async function list(query = ''): Promise<readonly Entry[]> {
  const { status, body } = await call('GET', `/audit${query}`)
  expect(status).toBe(200)
  return body['data'] as readonly Entry[]
}

test('every act of administering says who did it, to what, and from where', async () => {
  const entries = (await list()).toReversed()
  expect(entries.map((entry) => entry.act)).toEqual([
    'key.created',
    'session.opened',
    'session.closed',
    'template.stored',
    'template.deleted',
    'sending.paused',
    'sending.resumed',
    'inbox.deleted',
    'client.erased',
  ])
  expect(new Set(entries.map((entry) => entry.address))).toEqual(new Set(['127.0.0.1']))
  const [key, opened, closed] = entries
  expect(opened).toMatchObject({ caller: `key:${key?.what}` })
  expect(closed).toMatchObject({ caller: `key:${key?.what}` })
  expect(entries.at(-2)).toMatchObject({ caller: 'anyone', what: 'to:contact tag' })
})

test('neither the number nor the tag of somebody who was erased is in it', async () => {
  const { rows } = await db.query<{ row: string }>('select a::text as row from audit a')
  expect(rows.length).toBeGreaterThan(8)
  const text = rows.map(({ row }) => row).join('\n')
  expect([CONTACT.slice(1), TAG].filter((canary) => text.includes(canary))).toEqual([])
})

test('it is filtered by who, what, which act, and when', async () => {
  const all = await list()
  const oldest = all.at(-1)
  expect(await list('?act=session.*')).toHaveLength(2)
  expect(await list('?act=session.opened')).toHaveLength(1)
  expect(await list('?act=session.')).toEqual([])
  expect(await list(`?what=${String(oldest?.what)}`)).toEqual([oldest])
  expect(await list('?caller=anyone')).toHaveLength(all.length - 2)
  expect(await list('?until=2020-01-01')).toEqual([])
  expect(await list(`?since=${String(all[3]?.at)}`)).toEqual(all.filter((entry) => entry.at >= String(all[3]?.at)))
})

test('pages keep the filter', async () => {
  const first = await call('GET', '/audit?caller=anyone&limit=3')
  expect(first.headers.get('link')).toMatch(/^<\/audit\?caller=anyone&limit=3&cursor=\w+>; rel="next"$/)
  const second = await list(`?caller=anyone&limit=3&cursor=${String(first.body['next'])}`)
  const both = [...(first.body['data'] as readonly Entry[]), ...second]
  expect(both).toEqual((await list('?caller=anyone')).slice(0, 6))
})

test.each(['?since=yesterday', '?until=2026-02-30', '?act=', '?who=x', '?limit=0', '?cursor=x'])(
  '%s is refused',
  async (query) => {
    expect(await call('GET', `/audit${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  },
)

test('it can be had as a file, by the same filters', async () => {
  const entries = await list('?act=key.*')
  const lines = await call('GET', '/audit/export?format=ndjson&act=key.*')
  expect(
    lines.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(entries)
  const [head = [], ...rows] = parseCsv((await call('GET', '/audit/export')).text)
  expect(head).toEqual(['id', 'at', 'caller', 'address', 'act', 'what', 'details'])
  expect(rows).toHaveLength((await list()).length)
  expect((await call('GET', '/audit/export?since=x')).status).toBe(400)
})

test.each([
  `update audit set caller = 'nobody'`,
  'delete from audit',
  'truncate audit',
  `update audit set caller = 'nobody' where false`,
])('the database refuses: %s', async (statement) => {
  await expect(db.query(statement)).rejects.toMatchObject({ code: '23000' })
})
