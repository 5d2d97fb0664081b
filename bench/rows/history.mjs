import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { FILL_ATTEMPTS, messagesSql } from '../fill-sql.mjs'
import { newDirectory } from '../servers.mjs'

/** What one page may take at the 95th percentile. */
const GOAL_MS = 150

const CLIENTS = 100_000
const PAGE = 50

/** The moment that the newest message came before. */
const NOW = '2026-10-29T00:00:00Z'

/** One of each kind, with values that are frequent, rare, and not there at all. */
const QUERIES = [
  ['smss', null],
  ['smss', 'status:delivered'],
  ['smss', 'status:failed'],
  ['smss', 'status:uncertain'],
  ['smss', 'status:cancelled'],
  ['smss', 'to:+201010000001'],
  ['smss', 'to:+201010000001 status:uncertain'],
  ['smss', 'to:+201010000777'],
  ['smss', '01010000777'],
  ['smss', '0000777'],
  ['smss', 'tag:invoice'],
  ['smss', 'tag:invoice status:uncertain'],
  ['smss', 'tag:rare'],
  ['smss', 'parcel'],
  ['smss', 'zeppelin'],
  ['smss', 'code:30003'],
  ['smss', 'code:nothing'],
  ['smss', 'country:EG'],
  ['smss', 'country:US'],
  ['smss', 'country:CA'],
  ['smss', 'via:twilio'],
  ['smss', 'via:nobody'],
  ['smss', '-status:delivered'],
  ['smss', 'before:2026-02-01'],
  ['smss', 'after:2026-03-01 before:2026-03-02 status:failed'],
  ['smss', 'last:24h status:undelivered'],
  ['smss', 'status:failed country:US parcel after:2026-02-01'],
  ['clients', null],
  ['clients', '0000777'],
  ['clients', 'country:US'],
]

export const row = {
  name: 'history',
  title: 'a page of each kind of search, from the newest on, on a million messages',
  options: { messages: 1_000_000, pages: 40, plans: false },
  measure: measureHistory,
  show,
}

/**
 * How long a page of each kind of search takes, on this many messages in an embedded Postgres: the first page and those that follow it. Each
 * is asked `pages` times.
 */
async function measureHistory({ messages, pages, plans }, tell) {
  const { startEmbedded } = await import('../../dist/embedded/postgres.js')
  const { createDb, IN_ORDER } = await import('../../dist/store/db.js')
  const { migrate } = await import('../../dist/store/migrate.js')
  const directory = newDirectory()
  const embedded = await startEmbedded({ dataDir: join(directory, 'data'), onRestart: tell })
  const options = { max: 3, name: 'bench', statementTimeoutMs: 600_000, queryTimeoutMs: 600_000, session: IN_ORDER }
  const db = createDb(embedded.url, options, () => undefined)
  try {
    await migrate(embedded.url)
    await seed(db, messages, tell)
    const results = []
    for (const [list, q] of QUERIES) {
      results.push(await measure(db, list, q, pages))
      tell(`${list} ${q ?? '(everything)'}: p95 ${results.at(-1).p95Ms.toFixed(0)} ms`)
      if (plans) tell(await planOf(db, list, q))
    }
    return { messages, pages, goalMs: GOAL_MS, results }
  } finally {
    await db.end()
    await embedded.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function historyOf(db) {
  const { createHistory } = await import('../../dist/flows/past/history.js')
  return createHistory({
    db,
    defaultCountry: null,
    now: () => new Date(NOW),
    monotonic: () => performance.now(),
  })
}

/** Pages one after the other, from the newest on and over again. */
async function measure(db, list, q, pages) {
  const { NEWEST_ID } = await import('../../dist/flows/past/history.js')
  const history = await historyOf(db)
  const times = []
  let before = NEWEST_ID
  let first = null
  for (let number = 0; number < pages; number++) {
    const began = performance.now()
    const page = await history[list === 'smss' ? 'messages' : list]({ q, before, limit: PAGE })
    times.push(performance.now() - began)
    checkPage(q ?? '', page)
    first ??= page
    before = page.next ?? NEWEST_ID
  }
  const sorted = times.toSorted((one, other) => one - other)
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
  return { list, q, found: first.rows.length, ended: first.next === null, p50Ms: at(0.5), p95Ms: at(0.95) }
}

/** From the newest on, and of the status and the contact that were asked for. */
function checkPage(q, { rows }) {
  const wanted = (word, key) => {
    const value = new RegExp(`(?:^| )${word}:(\\S+)`).exec(q)?.[1]
    return value === undefined || rows.every((found) => found[key] === value)
  }
  const inOrder = rows.every(({ id }, index) => index === 0 || id < rows[index - 1].id)
  if (!inOrder || !wanted('status', 'status') || !wanted('to', 'contact')) throw new Error(`${q}: a page is wrong`)
}

/** Each statement of one page, as Postgres runs it. */
async function planOf(db, list, q) {
  const { NEWEST_ID } = await import('../../dist/flows/past/history.js')
  const plans = []
  const explained = Object.assign(Object.create(db), {
    query: async (statement, values) => {
      const text = typeof statement === 'string' ? statement : statement.text
      const bound = typeof statement === 'string' ? values : statement.values
      const { rows } = await db.query(`explain (analyze, costs off, buffers off, timing off) ${text}`, bound)
      plans.push(rows.map((line) => `      ${line['QUERY PLAN']}`).join('\n'))
      return db.query(statement, values)
    },
  })
  const history = await historyOf(explained)
  await history[list === 'smss' ? 'messages' : list]({ q, before: NEWEST_ID, limit: PAGE })
  return [`plans of ${list} ${q ?? '(everything)'}`, ...plans].join('\n\n')
}

function show({ messages, pages, goalMs, results }) {
  const rows = results.map(({ list, q, found, p50Ms, p95Ms, ended }) => [
    `${list}  ${q ?? '(everything)'}`,
    String(found),
    p50Ms.toFixed(0),
    p95Ms.toFixed(0),
    ended ? '' : 'goes on',
  ])
  const slowest = results.toSorted((one, other) => other.p95Ms - one.p95Ms)[0]
  return {
    tables: [{ head: ['', 'rows', 'p50 ms', 'p95 ms', 'first page'], rows }],
    verdicts: [
      {
        goal: `p95 of each ≤ ${goalMs} ms`,
        figure: `${slowest.p95Ms.toFixed(0)} ms at most (${slowest.q ?? 'everything'})`,
        met: slowest.p95Ms <= goalMs,
      },
    ],
    notes: [`Pages of ${PAGE} of ${messages.toLocaleString('en')} messages, ${pages} pages of each kind.`],
  }
}

/** The newest message has this id, whatever was there before. */
async function seed(db, messages, tell) {
  tell(`seeding ${messages.toLocaleString('en')} messages`)
  await db.query(SEED_CLIENTS, [CLIENTS])
  await db.query(`select setval('messages_id_seq', $1)`, [messages])
  await db.query('select ensure_partitions()')
  for (let from = 1; from <= messages; from += 100_000) {
    const bound = [from, Math.min(messages, from + 99_999), messages, CLIENTS]
    await db.query(SEED_MESSAGES, bound)
    await db.query(FILL_ATTEMPTS, bound.slice(0, 2))
  }
  await db.query('vacuum analyze')
}

const SEED_CLIENTS = `
insert into clients (contact, created_at)
select case when n % 50 = 0 then '+1415' || lpad((2000000 + n)::text, 7, '0') else '+2010' || lpad((10000000 + n)::text, 8, '0') end,
  '2026-01-01'::timestamptz + n * interval '1 minute' from generate_series(1, $1::integer) n`

const SEED_MESSAGES = messagesSql(`'${NOW}'::timestamptz - ($3::bigint - n + 1) * interval '26 seconds'`)
