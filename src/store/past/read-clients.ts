import type { Db } from '../db.ts'

/** A person, as far as is known. */
export interface ClientRecord {
  readonly id: number
  /** `erased:` and the id for one who was erased. */
  readonly contact: string
  /** No more than MOST_COUNTED are counted. */
  readonly messages: number
  readonly lastMessageAt: Date | null
  readonly createdAt: Date
  readonly erasedAt: Date | null
}

/** Beyond a thousand nobody counts. */
const MOST_COUNTED = 1_000

/** Those of these clients that are there, newest first. */
export async function readClients(db: Db, ids: readonly number[]): Promise<ClientRecord[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<ClientRecord>({
    name: 'read-clients',
    text: `${CLIENTS} where c.id = any ($2::bigint[]) order by c.id desc`,
    values: [MOST_COUNTED, ids],
  })
  return rows
}

/** Null: nothing was ever sent to this number. */
export async function readClient(db: Db, contact: string): Promise<ClientRecord | null> {
  const { rows } = await db.query<ClientRecord>({
    name: 'read-client',
    text: `${CLIENTS} where c.contact = $2`,
    values: [MOST_COUNTED, contact],
  })
  return rows[0] ?? null
}

// Compared as a pair, so that no plan goes through all messages for the newest one.
const OF_CLIENT = `from messages m where (m.client_id, m.id) > (c.id, 0) and (m.client_id, m.id) < (c.id + 1, 0)`

const CLIENTS = `
select c.id, c.contact, c.created_at as "createdAt", c.erased_at as "erasedAt",
  (select count(*)::integer from (select ${OF_CLIENT} limit $1) o) as messages,
  (select m.time ${OF_CLIENT} order by m.client_id desc, m.id desc limit 1) as "lastMessageAt"
from clients c`
