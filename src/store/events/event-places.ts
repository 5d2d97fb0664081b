import type { EventId } from '../../domain/event.ts'
import type { Db, DbClient } from '../db.ts'

/** Where the log is now. */
export interface EventsNow {
  /** Everything before it has ended. */
  readonly bound: EventId
  /** No transaction has this number yet. */
  readonly next: EventId
}

export async function readEventsNow(db: DbClient): Promise<EventsNow> {
  const { rows } = await db.query<{ bound: string; next: string }>({
    name: 'read-events-now',
    text: `select pg_snapshot_xmin(s)::text as bound, pg_snapshot_xmax(s)::text as next from pg_current_snapshot() as s`,
  })
  const { bound = '0', next = '0' } = rows[0] ?? {}
  return { bound: { xid: bound, id: 0 }, next: { xid: next, id: 0 } }
}

/** A transaction's events bear the time of its beginning, and stand where it first wrote; none is under way for longer than this. */
const LONGEST_MS = 60_000

/** A place before every event of this time or later; before `now.bound`. The log is halved until it is found, for times have no index. */
export async function findPlace(db: Db, at: Date, now: EventsNow): Promise<EventId> {
  const time = new Date(at.getTime() - LONGEST_MS)
  let [low, high] = [0n, BigInt(now.bound.xid)]
  while (low < high) {
    const middle = (low + high) / 2n
    const found = await eventFrom(db, middle.toString())
    if (found === null || found.at >= time) high = middle
    else low = BigInt(found.xid) + 1n
  }
  return { xid: low.toString(), id: 0 }
}

async function eventFrom(db: Db, xid: string): Promise<{ readonly xid: string; readonly at: Date } | null> {
  const { rows } = await db.query<{ xid: string; at: Date }>({
    name: 'event-from',
    text: `select xid, at from events where xid >= $1::xid8 order by xid, id limit 1`,
    values: [xid],
  })
  return rows[0] ?? null
}

/** Events in one step. */
const AT_ONCE = 5_000

/** Deletes the oldest events that are older than `days`, and notes how far. */
export async function forgetEvents(db: DbClient, days: number): Promise<{ done: number; more: boolean }> {
  const { rows } = await db.query<{ done: number }>({
    name: 'forget-events',
    text: `
with oldest as materialized (
  select xid, id, at from events order by xid, id limit $2
), gone as (
  delete from events e using oldest o
  where e.xid = o.xid and e.id = o.id and o.at < now() - make_interval(days => $1) returning e.xid, e.at
), last as materialized (
  select xid, at from gone order by xid desc limit 1
), noted as (
  update event_log set gone_xid = (l.xid::text::bigint + 1)::text::xid8, gone_at = l.at from last l
)
select count(*)::integer as done from gone`,
    values: [days, AT_ONCE],
  })
  const done = rows[0]?.done ?? 0
  return { done, more: done === AT_ONCE }
}

/**
 * Deletes events, and what was noted of them, whose transactions this server has not come to yet: the database was brought here from another
 * server, as rows, and what happens now would stand before them. Webhooks go on from here, for what is left was handed out there.
 */
export async function forgetForeignEvents(db: Db): Promise<void> {
  await db.query(`delete from events where xid >= pg_snapshot_xmax(pg_current_snapshot())`)
  await db.query(
    `update event_listeners set since = null, since_at = null where since > pg_snapshot_xmax(pg_current_snapshot())`,
  )
  await db.query(
    `update event_log set gone_xid = '0', gone_at = now() where gone_xid > pg_snapshot_xmax(pg_current_snapshot())`,
  )
  await db.query(
    `update webhook_cursor set xid = pg_snapshot_xmin(pg_current_snapshot()), id = 0
      where xid > pg_snapshot_xmax(pg_current_snapshot())`,
  )
  await db.query(
    `update webhooks set since = null where pg_snapshot_xmax(since) > pg_snapshot_xmax(pg_current_snapshot())`,
  )
}
