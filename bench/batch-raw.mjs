const CLIENTS = 100_000
const STATEMENT_MS = 600_000
const TTL_SECONDS = 86_400

/**
 * The rows that an SMS of a batch leaves, written with nothing else asked: into tables with the columns, checks and indexes of `messages` and `due`, by
 * one statement a transaction, made once, its lists written out before. Foreign keys and triggers are left out.
 */
export async function openRaw(url, { subject, message }) {
  const { createDb } = await import('../dist/store/db.js')
  const { numbers, texts } = await import('../dist/store/arrays.js')
  const db = createDb(
    url,
    { max: 1, name: 'bench', statementTimeoutMs: STATEMENT_MS, queryTimeoutMs: STATEMENT_MS },
    () => undefined,
  )
  await db.query('create table raw_messages (like messages including all)')
  await db.query('create table raw_due (like due including all)')
  const lists = (count) => {
    const all = (value) => texts(Array.from({ length: count }, () => value))
    const clients = numbers(Array.from({ length: count }, (_, index) => 1 + (index % CLIENTS)))
    const ones = numbers(Array.from({ length: count }, () => 1))
    const ttl = numbers(Array.from({ length: count }, () => TTL_SECONDS))
    const words = [
      all(subject),
      all(message),
      all(`${subject}\n${message}`),
      all(null),
      all(null),
      all('transactional'),
    ]
    return [clients, ...words, all('retry'), ones, all('gsm7'), all('sandbox'), ttl]
  }
  const made = new Map()
  return {
    /** Commits so many rows, `each` at a time, one after the other. */
    async insert(rows, each) {
      for (let left = rows; left > 0; left -= each) {
        const count = Math.min(each, left)
        if (!made.has(count)) made.set(count, lists(count))
        const { rowCount } = await db.query({ name: 'raw', text: INSERT, values: made.get(count) })
        if (rowCount !== count) throw new Error(`${rowCount} of ${count} rows were written`)
      }
    },
    close: () => db.end(),
  }
}

const INSERT = `
with drawn as materialized (
  select nextval('messages_id_seq') as id, t.* from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::smallint[], $10::text[], $11::text[], $12::integer[]) as t (client_id, subject, body, text, sender, tag, category, on_uncertain, segments,
    encoding, provider, ttl_seconds)
), inserted as (
  insert into raw_messages (id, client_id, subject, body, text, sender, tag, category, on_uncertain, segments, encoding, provider, expires_at, status, attempt)
  select id, client_id, subject, body, text, sender, tag, category, on_uncertain, segments, encoding, provider, now() + make_interval(secs => ttl_seconds),
    'queued', 0 from drawn
)
insert into raw_due (message_id, lane, action, run_at, expires_at)
select id, provider || ':' || category, 'send', now(), now() + make_interval(secs => ttl_seconds) from drawn`
