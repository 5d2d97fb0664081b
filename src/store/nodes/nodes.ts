import type { Db } from '../db.ts'

export interface NodeIdentity {
  readonly name: string
  /** What is the same only for processes of one boot and process namespace; null where the system doesn't tell. */
  readonly machine: string | null
  readonly pid: number
  /** And the last migration it knows: `0.1.0+0028_paused_pushes`. */
  readonly version: string
}

/** `clock`: the database's, in milliseconds since the epoch. */
export interface RegisteredNode {
  readonly id: number
  readonly lowMessageId: number
  readonly clock: number
}

/** Enters this process; its id is the owner mark of its rows. No message it will own has an id below `lowMessageId`. */
export async function registerNode(db: Db, identity: NodeIdentity): Promise<RegisteredNode> {
  const { rows } = await db.query<{ id: number; low_message_id: number; clock: number }>(
    `insert into nodes (name, machine, pid, version, low_message_id)
     select $1, $2, $3, $4, last_value from messages_id_seq
     returning id, low_message_id, (extract(epoch from now()) * 1000)::float8 as clock`,
    [identity.name, identity.machine, identity.pid, identity.version],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('a node could not be entered')
  return { id: row.id, lowMessageId: row.low_message_id, clock: row.clock }
}

/** `alive`: how many nodes live, this one included; `clock`: the database's, in milliseconds since the epoch. */
export interface Beat {
  readonly alive: number
  readonly clock: number
}

/** Renews the lease; null when this node was declared dead. */
export async function beat(db: Db, id: number, lowMessageId: number, leaseSeconds: number): Promise<Beat | null> {
  const { rows } = await db.query<Beat>({
    name: 'beat',
    text: `
with me as (
  update nodes set heartbeat_at = now(), low_message_id = greatest(low_message_id, $2) where id = $1 and ended_at is null returning id
)
select (1 + (select count(*) from nodes
  where id <> $1 and ended_at is null and heartbeat_at > now() - make_interval(secs => $3)))::integer as alive,
  (extract(epoch from now()) * 1000)::float8 as clock from me`,
    values: [id, lowMessageId, leaseSeconds],
  })
  return rows[0] ?? null
}

export interface Neighbour {
  readonly id: number
  readonly machine: string | null
  readonly pid: number
  /** Its lease ran out, by the database's clock. */
  readonly lapsed: boolean
}

export async function listNeighbours(db: Db, id: number, leaseSeconds: number): Promise<Neighbour[]> {
  const { rows } = await db.query<Neighbour>({
    name: 'list-neighbours',
    text: `select id, machine, pid, heartbeat_at < now() - make_interval(secs => $2) as lapsed
      from nodes where id <> $1 and ended_at is null`,
    values: [id, leaseSeconds],
  })
  return rows
}

/**
 * Declares a node dead: from here on it can renew nothing, and its rows are anybody's. Waits for what it is just committing, so that no row
 * of its comes after.
 */
export async function endNode(db: Db, id: number): Promise<void> {
  await db.query({
    name: 'end-node',
    text: `with node as (select id from nodes where id = $1 and ended_at is null for update)
      update nodes set ended_at = now() where id in (select id from node)`,
    values: [id],
  })
}

/** Nodes that ended and may still own rows. */
export async function listUnemptied(db: Db): Promise<{ id: number; lowMessageId: number }[]> {
  const { rows } = await db.query<{ id: number; low_message_id: number }>({
    name: 'list-unemptied',
    text: `select id, low_message_id from nodes where ended_at is not null and emptied_at is null order by id`,
  })
  return rows.map((row) => ({ id: row.id, lowMessageId: row.low_message_id }))
}

/** Closes the book on an ended node that owns nothing any more; forgets nodes that were closed a week ago. */
export async function markEmptied(db: Db, id: number): Promise<void> {
  await db.query(`update nodes set emptied_at = now() where id = $1`, [id])
  await db.query(`delete from nodes where emptied_at < now() - interval '7 days'`)
}
