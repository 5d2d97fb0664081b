import { createHash } from 'node:crypto'
import { Pool } from 'pg'

/** As many as backends are told to take; a commit waits for the disk, not for a processor. */
const CONNECTIONS = 20

const TABLES = `
create table if not exists keys (id bigint generated always as identity primary key, hash bytea not null unique, per_minute integer not null, is_revoked boolean not null);
create table if not exists messages (id bigint generated always as identity primary key, contact text not null, subject text not null, body text not null,
  sender text, tag text, category text not null, segments integer not null, encoding text not null, provider text not null, status text not null,
  key_id bigint, created_at timestamptz not null default now());
create index if not exists messages_contact on messages (contact, id);
create table if not exists events (id bigint generated always as identity primary key, message_id bigint not null references messages, status text not null,
  at timestamptz not null default now())`

const FIND_KEY = named('find', 'select id, per_minute from keys where hash = $1 and not is_revoked')
const INSERT_MESSAGE = named(
  'message',
  `insert into messages (contact, subject, body, sender, tag, category, segments, encoding, provider, status, key_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10) returning id`,
)
const INSERT_EVENT = named('event', `insert into events (message_id, status) values ($1, 'queued')`)

/**
 * What backends usually do with a message before they answer, with statements that are prepared once: `insert`, one INSERT that commits by itself;
 * `transaction`, what an ORM makes of it, without the ORM: BEGIN, the caller's key with its limits, the message, its first event, COMMIT.
 * Returns what stores one message and resolves with its id.
 */
export async function openStore(kind, url, key) {
  const pool = new Pool({ connectionString: url, max: CONNECTIONS })
  const hash = createHash('sha256').update(key).digest()
  await pool.query(TABLES)
  await pool.query(
    'insert into keys (hash, per_minute, is_revoked) values ($1, 1000000, false) on conflict do nothing',
    [hash],
  )
  return kind === 'insert'
    ? (message) => insertMessage(pool, message, null)
    : (message) => storeAll(pool, message, hash)
}

async function storeAll(pool, message, hash) {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const { rows } = await client.query(FIND_KEY([hash]))
    const id = await insertMessage(client, message, rows[0].id)
    await client.query(INSERT_EVENT([id]))
    await client.query('commit')
    return id
  } finally {
    client.release()
  }
}

async function insertMessage(client, message, keyId) {
  const { contact, subject, body, sender, tag, category, segments, encoding, provider } = message
  const values = [contact, subject, body, sender, tag, category, segments, encoding, provider, keyId]
  const { rows } = await client.query(INSERT_MESSAGE(values))
  return Number(rows[0].id)
}

function named(name, text) {
  return (values) => ({ name, text, values })
}
