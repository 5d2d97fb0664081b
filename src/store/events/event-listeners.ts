import type { EventId } from '../../domain/event.ts'
import { texts } from '../arrays.ts'
import type { Db, DbClient } from '../db.ts'

/** Whose wish it is that events are written. */
export type Listener = { readonly kind: 'reader' } | { readonly kind: 'endpoint'; /** Its id. */ readonly ref: number }

/** Sets of types that readers may want; who comes with another one has all written for him. */
const MOST_READERS = 32

/**
 * From COMMIT on events of these types are written down; `['*']`: of all. `hours` null: until `unwantEvents`; else so long, each call anew.
 * Readers with the same types share a row, an endpoint has one. A restored database has none: endpoints are to ask again when a node starts.
 */
export async function wantEvents(
  db: DbClient,
  listener: Listener,
  types: readonly string[],
  hours: number | null = null,
): Promise<void> {
  const conflict = listener.kind === 'reader' ? `(types) where kind = 'reader'` : '(kind, ref) where ref is not null'
  await db.query({
    name: `want-events-${listener.kind}`,
    text: `
insert into event_listeners as l (kind, ref, types, until)
select $1, $2, case when $1 = 'reader' and not exists (select from event_listeners where kind = 'reader' and types = $3)
  and (select count(*) from event_listeners where kind = 'reader' and until > now()) >= ${MOST_READERS} then '{*}' else $3 end,
  now() + make_interval(hours => $4)
on conflict ${conflict} do update set types = excluded.types, until = excluded.until,
  since = case when l.types = excluded.types and (l.until is null or l.until > now()) then l.since end,
  since_at = case when l.types = excluded.types and (l.until is null or l.until > now()) then l.since_at end`,
    values: [listener.kind, listener.kind === 'endpoint' ? listener.ref : null, texts(types.toSorted()), hours],
  })
}

/** Nothing more is written for this endpoint's sake. */
export async function unwantEvents(db: DbClient, ref: number): Promise<void> {
  await db.query({
    name: 'unwant-events',
    text: `delete from event_listeners where kind = 'endpoint' and ref = $1`,
    values: [ref],
  })
}

/**
 * Notes from where on new listeners miss nothing: to be called after the COMMIT of `wantEvents`. A transaction that has no number yet sees
 * them; one that has may have passed its triggers before. Forgets readers whose time is over, too: they begin anew.
 */
export async function noteListeners(db: Db): Promise<void> {
  await db.query({
    name: 'note-listeners',
    text: `update event_listeners set since = pg_snapshot_xmax(pg_current_snapshot()), since_at = now() where since is null`,
  })
  await db.query({
    name: 'forget-listeners',
    text: `delete from event_listeners where until < now()`,
  })
}

/** From where on all events of some types were written down without a gap. Null: from nowhere, nobody wants them. */
export interface EventsKept {
  readonly since: EventId
  readonly sinceAt: Date
}

/** Needs one listener that wants them all: several that take turns may leave gaps between them. */
export async function readEventsKept(db: Db, types: readonly string[]): Promise<EventsKept | null> {
  const { rows } = await db.query<{ xid: string; at: Date }>({
    name: 'read-events-kept',
    text: `
select greatest(l.since, g.gone_xid) as xid, greatest(l.since_at, g.gone_at) as at from event_listeners l cross join event_log g
where l.since is not null and (l.until is null or l.until > now()) and (l.types @> $1::text[] or '*' = any (l.types))
order by l.since limit 1`,
    values: [texts(types)],
  })
  const [row] = rows
  return row === undefined ? null : { since: { xid: row.xid, id: 0 }, sinceAt: row.at }
}
