import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseSearch } from '../../src/domain/search/search.ts'
import { createDb, IN_ORDER, type Db } from '../../src/store/db.ts'
import { searchClients, searchMessages, searchNotifications, searchTokens } from '../../src/store/past/search-lists.ts'
import type { WalkEnd, WalkLimits } from '../../src/store/past/search-walk.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { seeded } from '../support/seeded.ts'

const NOW = new Date('2026-03-02T12:00:00.000Z')
const CONTACTS = ['+201009129288', '+14155550100', '+14165550100', '+442071838750', '+491711234567']
const COUNTRIES = ['EG', 'US', 'CA', 'GB', 'DE']

interface Row {
  readonly id: number
  readonly client: number
  readonly status: string
  readonly provider: string
  readonly tag: string | null
  readonly reason: string | null
  readonly code: string | null
  readonly body: string
  readonly time: Date
}

const rows = makeRows()
let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await createTestDatabase()
  const options = { max: 2, name: 'search', statementTimeoutMs: 10_000, queryTimeoutMs: 11_000, session: IN_ORDER }
  db = createDb(database.url, options, () => undefined)
  await db.query('insert into clients (contact) select unnest($1::text[])', [CONTACTS])
  await db.query(
    `insert into messages (id, client_id, status, provider, tag, reason, body, time, subject)
     select id, client + 1, status, provider, tag, reason, body, time, '' from jsonb_to_recordset($1)
       as t (id bigint, client integer, status text, provider text, tag text, reason text, body text, time timestamptz)`,
    [JSON.stringify(rows)],
  )
  await db.query(
    `insert into attempts (message_id, number, provider, status, code) select id, 1, provider, 'failed', code
     from jsonb_to_recordset($1) as t (id bigint, provider text, code text) where code is not null`,
    [JSON.stringify(rows)],
  )
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

/** Ids with gaps that are wider than a step, times that run with them. */
function makeRows(): readonly Row[] {
  const draw = seeded('search', 'rows')
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(draw() * values.length)] as Value
  let id = 0
  return Array.from({ length: 400 }, (_, index) => {
    id += draw() < 0.02 ? 5_000 : 1 + Math.floor(draw() * 40)
    return {
      id,
      client: Math.floor(draw() * CONTACTS.length),
      status: pick(['delivered', 'delivered', 'failed', 'sent', 'uncertain']),
      provider: pick(['twilio', 'sandbox']),
      tag: pick([null, null, 'login', 'invoice', '100%']),
      reason: pick([null, 'unreachable', 'blocked']),
      code: pick([null, '30003', '21211']),
      body: pick(['Your code is 482913', 'Grüße aus KÖLN', '100% off', 'a_b\\c', 'مرحبا']),
      time: new Date(NOW.getTime() - (400 - index) * 3_600_000),
    }
  })
}

/** All pages of a search, however they are cut. */
async function everything(
  search: (before: number, limits: WalkLimits) => Promise<WalkEnd>,
  limits: WalkLimits,
): Promise<number[]> {
  const ids: number[] = []
  for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null;) {
    const page: WalkEnd = await search(before, limits)
    expect(page.ids.length).toBeLessThanOrEqual(limits.limit)
    expect(page.next === null).toBe(page.searchedUntil === null)
    if (page.next !== null) expect(page.next).toBeLessThan(before)
    ids.push(...page.ids)
    before = page.next
  }
  return ids
}

async function find(query: string, limit = 7, budgetMs = 0): Promise<number[]> {
  const reading = parseSearch(query, { list: 'smss', now: NOW, defaultCountry: null })
  if (reading.kind === 'problem') throw new Error(reading.faults[0]?.message)
  const limits = { limit, budgetMs, now: () => performance.now() }
  return everything((before, within) => searchMessages(db, reading.search, before, within), limits)
}

function idsOf(matches: (row: Row) => boolean): number[] {
  return rows
    .filter(matches)
    .map(({ id }) => id)
    .toReversed()
}

interface Term {
  readonly text: string
  readonly word: string
  readonly not: boolean
  readonly matches: (row: Row) => boolean
}

const values: readonly (readonly [string, string, (row: Row) => boolean])[] = [
  ...['delivered', 'failed', 'sent', 'uncertain', 'cancelled'].map(
    (status) => ['status', status, (row: Row) => row.status === status] as const,
  ),
  ...['twilio', 'sandbox'].map((via) => ['via', via, (row: Row) => row.provider === via] as const),
  ...['login', 'invoice', '100%', 'other'].map((tag) => ['tag', tag, (row: Row) => row.tag === tag] as const),
  ...['unreachable', '30003', '21211', 'other'].map(
    (code) => ['code', code, (row: Row) => row.reason === code || row.code === code] as const,
  ),
  ...['CODE', 'köln', '100%', 'a_b\\\\c', 'a_b', '%', 'مرحبا', 'nowhere'].map(
    (text) =>
      [
        'text',
        `"${text}"`,
        (row: Row) => row.body.toLowerCase().includes(text.toLowerCase().replace('\\\\', '\\')),
      ] as const,
  ),
  ...COUNTRIES.map((country, client) => ['country', country, (row: Row) => row.client === client] as const),
  ...CONTACTS.map((contact, client) => ['to', contact, (row: Row) => row.client === client] as const),
  ...['5550', '9288', '0100', '999'].map(
    (digits) => ['to', digits, (row: Row) => (CONTACTS[row.client] ?? '').includes(digits.replace(/^0+/, ''))] as const,
  ),
]

const aTerm: fc.Arbitrary<Term> = fc
  .tuple(fc.constantFrom(...values), fc.boolean())
  .map(([[word, value, matches], not]) => ({ text: `${not ? '-' : ''}${word}:${value}`, word, not, matches }))

/** Written anew, from what the documentation says. */
function holds(terms: readonly Term[], row: Row): boolean {
  const words = new Set(terms.filter(({ not }) => !not).map(({ word }) => word))
  const any = [...words].every((word) => terms.some((term) => !term.not && term.word === word && term.matches(row)))
  return any && terms.every((term) => !term.not || !term.matches(row))
}

test('whatever is searched for is found, page by page, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aTerm, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(1, 7, 200),
      fc.constantFrom(0, 1_000),
      async (terms, limit, budgetMs) => {
        expect(await find(terms.map(({ text }) => text).join(' '), limit, budgetMs)).toEqual(
          idsOf((row) => holds(terms, row)),
        )
      },
    ),
    { numRuns: 120 },
  )
})

test('times cut exactly, to the moment', async () => {
  const [early, late] = [rows[120]?.time ?? NOW, rows[300]?.time ?? NOW]
  const query = `after:${early.toISOString()} before:${late.toISOString()}`
  expect(await find(query)).toEqual(idsOf(({ time }) => time >= early && time < late))
  expect(await find(`${query} status:failed`)).toEqual(
    idsOf(({ time, status }) => time >= early && time < late && status === 'failed'),
  )
  expect(await find(`${query} to:+201009129288`)).toEqual(
    idsOf(({ time, client }) => time >= early && time < late && client === 0),
  )
  expect(await find('last:24h')).toEqual(idsOf(({ time }) => time.getTime() >= NOW.getTime() - 86_400_000))
  expect(await find('before:2020-01-01')).toEqual([])
  expect(await find('after:2030-01-01')).toEqual([])
})

test('a search that needs long ends its page early, says how far it looked, and goes on there', async () => {
  const reading = parseSearch('text:nowhere', { list: 'smss', now: NOW, defaultCountry: null })
  if (reading.kind === 'problem') throw new Error('unreadable')
  const page = await searchMessages(db, reading.search, Number.MAX_SAFE_INTEGER, {
    limit: 50,
    budgetMs: 0,
    now: () => performance.now(),
  })
  expect(page.ids).toEqual([])
  expect(page.next).not.toBeNull()
  const until = rows.find(({ id }) => id >= (page.next ?? 0))?.time
  expect(page.searchedUntil).toEqual(until)
})

test('no plan of a search reads by anything but the id, the client or the tag', async () => {
  const plans: string[] = []
  const watched: Db = Object.assign(Object.create(db) as Db, {
    query: async (text: string, bound: unknown[]) => {
      const { rows: lines } = await db.query<{ 'QUERY PLAN': string }>(`explain ${text}`, bound)
      plans.push(lines.map((line) => line['QUERY PLAN']).join('\n'))
      return db.query<{ id: number }>(text, bound)
    },
  })
  const query = 'status:sent via:twilio tag:login code:30003 text:code country:EG after:2026-02-20 -status:failed'
  const reading = parseSearch(query, { list: 'smss', now: NOW, defaultCountry: null })
  if (reading.kind === 'problem') throw new Error('unreadable')
  const conditions = reading.search.conditions.filter(({ word }) => word !== 'tag')
  const limits = { limit: 5, budgetMs: 1_000, now: () => performance.now() }
  await searchMessages(watched, { ...reading.search, conditions }, Number.MAX_SAFE_INTEGER, limits)
  await searchMessages(watched, reading.search, Number.MAX_SAFE_INTEGER, limits)
  const text = plans.join('\n')
  expect(text).not.toMatch(/Seq Scan|Bitmap|Hash|messages\w*_time/)
  expect(text).toMatch(/messages_0_pkey/)
  expect(text).toMatch(/messages_0_tag_id_idx/)
})

test('clients are found by number and country, tokens by themselves, pushes by all their words', async () => {
  await db.query(
    `insert into tokens (token) values ('abc:one'), ('abc:two');
     insert into notifications (title, body, topic, tag, provider, tally) values ('News', 'Hello', 'news', null, 'fcm', '{"sent": 1}'),
       ('One', 'Only you', null, 'x', 'fcm', '{}'), ('Both', 'You two', null, 'x', 'sandbox', '{"failed": 2}');
     insert into tokennotifications (token_id, notification_id, status, reason) values (1, 2, 'sent', null), (1, 3, 'failed', 'unregistered'),
       (2, 3, 'failed', 'unregistered')`,
  )
  const limits = { limit: 10, budgetMs: 1_000, now: () => performance.now() }
  const search = async (list: 'clients' | 'tokens' | 'notifications', query: string): Promise<readonly number[]> => {
    const reading = parseSearch(query, { list, now: NOW, defaultCountry: null })
    if (reading.kind === 'problem') throw new Error(reading.faults[0]?.message)
    const by = { clients: searchClients, tokens: searchTokens, notifications: searchNotifications }[list]
    return (await by(db, reading.search, Number.MAX_SAFE_INTEGER, limits)).ids
  }
  expect(await search('clients', 'country:CA')).toEqual([3])
  expect(await search('clients', '+14155550100')).toEqual([2])
  expect(await search('clients', '5550100')).toEqual([3, 2])
  expect(await search('clients', '-country:CA -country:US')).toEqual([5, 4, 1])
  expect(await search('tokens', 'abc:two'.replace('abc', '"abc') + '"')).toEqual([2])
  expect(await search('tokens', 'to:abc:two')).toEqual([2])
  expect(await search('notifications', 'to:abc:one')).toEqual([3, 2])
  expect(await search('notifications', 'topic:news')).toEqual([1])
  expect(await search('notifications', '-topic:news tag:x')).toEqual([3, 2])
  expect(await search('notifications', 'code:unregistered')).toEqual([3])
  expect(await search('notifications', 'status:sent')).toEqual([1])
  expect(await search('notifications', 'status:failed via:sandbox two')).toEqual([3])
  // What a push says in any of its languages.
  const german = [
    { locale: 'en', title: 'two', body: 'b' },
    { locale: 'de', title: 'Zwei Grüße', body: '100% b' },
  ]
  await db.query('update notifications set variants = $1 where id = 2', [JSON.stringify(german)])
  expect(await search('notifications', 'text:"zwei grüße"')).toEqual([2])
  expect(await search('notifications', 'text:100%')).toEqual([2])
  expect(await search('notifications', 'text:locale')).toEqual([])
  expect(await search('notifications', '-text:zwei')).toEqual([3, 1])
  expect(await search('notifications', 'text:"b zwei"')).toEqual([])
})
