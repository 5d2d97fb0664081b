import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

/** Personal numbers that nobody has, above those with which the sandbox plays a life. */
const FIRST_CONTACT = 15_005_551_000
const CONTACTS = 20_000
const SUBJECT = 'Hello'
const BODY = 'Your parcel is on its way. It comes tomorrow before noon.'
const CONNECTIONS = 10
/** Rows at most in one statement, as ours has. */
const MOST = 1_000
const SOONEST_LOOK_MS = 15
const LATEST_LOOK_MS = 400

/** The same for all of them. */
export function contactOf(index) {
  return `+${FIRST_CONTACT + (index % CONTACTS)}`
}

export const COMMON = { subject: SUBJECT, message: BODY }

/**
 * What a queue has to write beside itself so that it can be said what became of each message: in the very tables of ours, with their indexes,
 * one row when a message is queued and one when it is sent. It is spared what ours does beside that: looking up contacts, moving the
 * message's status on, telling events. `gathered`: those that are sent at the same time share a statement, as it is done in ours.
 */
export async function openHistory(url, gathered) {
  const { default: pg } = await import('pg')
  const { createGatherer } = await import('../../dist/delivery/gather.js')
  const { migrate } = await import('../../dist/store/migrate.js')
  await migrate(url)
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS })
  // Postgres ends before the last of them may have.
  pool.on('error', () => undefined)
  await pool.query('alter table messages disable trigger user')
  const clients = await seedClients(pool)
  let next = 0
  let sent = 0
  const write = async (ids) => {
    await writeSent(pool, ids)
    sent += ids.length
    return ids
  }
  const gatherer = createGatherer({ most: MOST, queue: Infinity, commit: write })
  return {
    pool,
    text: BODY,
    /** Writes so many that are queued; resolves with their ids. */
    queued(count) {
      const ids = writeQueued(
        pool,
        Array.from({ length: count }, (_, index) => clients[(next + index) % CONTACTS]),
      )
      next += count
      return ids
    },
    /** Resolves once it is committed that it was sent. */
    sent: (id) => (gathered ? gatherer.add(id) : write([id])),
    /** For what hands over several at once. */
    sentAll: write,
    /** How many there were since it was asked last. */
    takeSent() {
      const count = sent
      sent = 0
      return count
    },
    close: () => pool.end(),
  }
}

async function seedClients(pool) {
  const contacts = Array.from({ length: CONTACTS }, (_, index) => contactOf(index))
  const { rows } = await pool.query(
    'insert into clients (contact) select unnest($1::text[]) on conflict do nothing returning id',
    [contacts],
  )
  return rows.map(({ id }) => Number(id))
}

async function writeQueued(pool, clients) {
  const { rows } = await pool.query({
    name: 'queued',
    text: `insert into messages (client_id, subject, body, provider, expires_at)
      select client, $2, $3, 'peer', now() + interval '1 day' from unnest($1::bigint[]) as t (client) returning id`,
    values: [clients, SUBJECT, BODY],
  })
  return rows.map(({ id }) => Number(id))
}

async function writeSent(pool, ids) {
  await pool.query({
    name: 'sent',
    text: `insert into attempts (message_id, number, provider, provider_message_id, status, started_at, finished_at)
      select id, 1, 'peer', 'peer-' || id || '.1', 'captured', now(), now() from unnest($1::bigint[]) as t (id)`,
    values: [ids],
  })
}

/** Resolves when `left` says none: asked seldom while there is much, often towards the end, so that asking costs little. */
export async function untilNone(left, timeoutMs) {
  const began = performance.now()
  let [before, at, most] = [await left(), began, 0]
  while (before > 0) {
    if (performance.now() - began > timeoutMs)
      throw new Error(`${before} messages are left after ${timeoutMs / 1_000} s`)
    const guess = most === 0 ? SOONEST_LOOK_MS : before / most / 2
    await delay(Math.min(LATEST_LOOK_MS, Math.max(SOONEST_LOOK_MS, guess)))
    const [now, count] = [performance.now(), await left()]
    most = Math.max(most, (before - count) / (now - at))
    ;[before, at] = [count, now]
  }
}
