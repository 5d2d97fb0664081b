import { createDb } from '../dist/store/db.js'
import { FILL_ATTEMPTS, messagesSql } from './fill-sql.mjs'

/** People that the messages went to. */
export const CLIENTS = 100_000
/** The first of them; the others follow it. Fictional numbers, the first of which the load writes to as well. */
export const FIRST_CONTACT = 15_005_551_000

/** Ids in one partition, as `ensure_partitions()` has it. */
const SPAN = 5_000_000
const ROWS_IN_A_STATEMENT = 50_000
const CONNECTIONS = 2
const STATEMENT_MS = 600_000

/**
 * Writes as many messages as a service would have that sent them over the past year, into an empty database: clients, messages and attempts,
 * in the partitions and under the indexes that the service makes. Foreign keys and triggers are not asked about each row; nothing else is
 * left out. Leaves the tables vacuumed and analyzed, and all of it on disk.
 */
export async function fillMessages(url, messages, tell) {
  const session = '-c session_replication_role=replica -c synchronous_commit=off'
  const limits = { statementTimeoutMs: STATEMENT_MS, queryTimeoutMs: STATEMENT_MS }
  const db = createDb(url, { max: CONNECTIONS, name: 'bench', session, ...limits }, () => undefined)
  try {
    await db.query(FILL_CLIENTS, [CLIENTS, FIRST_CONTACT])
    for (let from = 1; from <= messages; from += SPAN) {
      const to = Math.min(messages, from + SPAN - 1)
      await db.query(`select setval('messages_id_seq', $1)`, [to])
      await db.query('select ensure_partitions()')
      await fillSpan(db, { from, to, messages })
      tell(`${to.toLocaleString('en')} of ${messages.toLocaleString('en')} messages are there`)
    }
    await db.query('vacuum analyze')
    await db.query('checkpoint')
  } finally {
    await db.end()
  }
}

/** By as many connections, each of which takes the next piece when it has written one. */
async function fillSpan(db, { from, to, messages }) {
  let next = from
  const work = async () => {
    for (let first = next; first <= to; first = next) {
      const last = Math.min(to, first + ROWS_IN_A_STATEMENT - 1)
      next = last + 1
      await db.query(FILL_MESSAGES, [first, last, messages, CLIENTS])
      await db.query(FILL_ATTEMPTS, [first, last])
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
}

const FILL_CLIENTS = `
insert into clients (contact, created_at)
select '+' || $2::bigint + n, now() - interval '1 year' + n * interval '1 minute' from generate_series(0, $1::integer - 1) n`

const FILL_MESSAGES = messagesSql(`now() - (1 - n / $3::float8) * interval '365 days'`)
