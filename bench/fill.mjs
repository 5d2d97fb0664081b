import { createDb } from '../dist/store/db.js'

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

// One client has a twentieth of all messages; of statuses and words some are everywhere, some rare, some not there.
const FILL_MESSAGES = `
insert into messages (id, client_id, subject, body, time, tag, category, provider, status, reason, provider_message_id, attempt,
  attempts_counted, updated_at, expires_at)
select n, case when n % 20 = 0 then 1 else 1 + (hashint8(n)::bigint + 2147483648) % $4::integer end, 'Order ' || n,
  case when n = 777 then 'The zeppelin lands at noon' when n % 3 = 0 then 'Your code is ' || lpad((n % 1000000)::text, 6, '0') || '. It is valid for ten minutes.'
    else 'Dear customer, your parcel number ' || n || ' is on its way and comes tomorrow between nine and noon. Reply if you are not at home.' end,
  at, case when n % 10 = 0 then 'invoice' when n % 50001 = 0 then 'rare' end, case when n % 3 = 0 then 'otp' else 'transactional' end, 'twilio',
  case when n % 50000 = 49999 then 'uncertain' when n % 1000 < 900 then 'delivered' when n % 1000 < 960 then 'sent'
    when n % 1000 < 990 then 'failed' else 'undelivered' end,
  case when n % 1000 >= 990 then 'unreachable' when n % 1000 >= 960 then 'invalid_number' end,
  'SM' || md5(n::text), 1, 1, at + interval '3 seconds', at + interval '1 day'
from generate_series($1::bigint, $2::bigint) n
  cross join lateral (select now() - (1 - n / $3::float8) * interval '365 days' as at) t`

const FILL_ATTEMPTS = `
insert into attempts (message_id, number, provider, provider_message_id, status, reason, code, started_at, finished_at)
select id, 1, provider, provider_message_id, status, reason,
  case when reason = 'unreachable' then '30003' when reason is not null then '21211' end, time, updated_at
from messages where id between $1 and $2 order by id`
