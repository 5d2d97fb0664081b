import { compareEventIds, type EventId, type EventRow, type EventType } from '../../domain/event.ts'
import { texts } from '../arrays.ts'
import type { DbClient } from '../db.ts'

/** What follows a place in the log. */
export interface EventPage {
  /** In their order. */
  readonly events: readonly EventRow[]
  /** Where the next page begins: nothing will ever be added before this place. */
  readonly end: EventId
}

/**
 * The next events after a place, of these types (null: of all), in the order of transactions: only those that none still under way can come
 * before, so that nothing is skipped. A transaction that stays open holds back what came after it.
 */
export async function readEventsAfter(
  db: DbClient,
  after: EventId,
  limit: number,
  types: readonly string[] | null = null,
): Promise<EventPage> {
  const { rows } = await db.query<FoundRow>({
    name: 'read-events-after',
    text: READ_AFTER,
    values: [after.xid, after.id, limit, types === null ? null : texts(types)],
  })
  const events = rows.flatMap((row) => (row.xid === null ? [] : [row]))
  const last = events.length < limit ? { xid: rows[0]?.end ?? after.xid, id: 0 } : events.at(-1)
  return {
    events,
    end: last === undefined || compareEventIds(last, after) < 0 ? after : { xid: last.xid, id: last.id },
  }
}

/** A page without events is one row that has none. */
type FoundRow = (EventRow | { readonly xid: null }) & { readonly end: string }

/** Those of these events that are still kept, in the order of the log. */
export async function readEvents(db: DbClient, ids: readonly EventId[]): Promise<EventRow[]> {
  const { rows } = await db.query<EventRow>({
    name: 'read-events',
    text: `with e as materialized (
      select ${OWN} from events e where (e.xid, e.id) in (select xid::xid8, id from unnest($1::text[], $2::bigint[]) as i (xid, id)))
      select ${COLUMNS} from e ${ABOUT} order by e.xid, e.id`,
    values: [texts(ids.map(({ xid }) => xid)), ids.map(({ id }) => id)],
  })
  return rows
}

/** Writes one that no table's trigger writes, whether anybody listens or not. */
export async function writeEvent(
  db: DbClient,
  event: { readonly type: EventType; readonly endpointId: number; readonly reason: string | null },
): Promise<EventId> {
  const { rows } = await db.query<EventId>({
    name: 'write-event',
    text: `insert into events (type, endpoint_id, reason) values ($1, $2, $3) returning xid, id`,
    values: [event.type, event.endpointId, event.reason],
  })
  const [row] = rows
  if (row === undefined) throw new Error('an insert gave no row')
  return row
}

const OWN = `e.xid, e.id, e.at, e.type, e.message_id, e.notification_id, e.token_id, e.client_id, e.endpoint_id, e.inbound_id, e.consent_id,
  e.status, e.reason, e.what`

const COLUMNS = `e.xid, e.id, e.at, e.type, e.message_id as "messageId", e.notification_id as "notificationId", e.token_id as "tokenId",
  e.client_id as "clientId", e.endpoint_id as "endpointId", e.status, e.reason, e.what, coalesce(m.category, n.category) as category,
  coalesce(m.tag, n.tag) as tag, coalesce(m.provider, n.provider, i.provider) as provider, m.segments, n.topic,
  coalesce(i.contact, k.contact, case when c.erased_at is null then c.contact end) as contact, m.sender, m.subject, m.body as message, n.title,
  n.body, t.token,
  case when e.inbound_id is not null then jsonb_build_object('id', e.inbound_id, 'action', i.action, 'review', i.review,
    'segments', i.segments, 'sentTo', i.sent_to, 'text', i.text) end as inbound,
  case when e.consent_id is not null then jsonb_build_object('senderGroup', k.sender_group, 'source', k.source, 'keyword', k.keyword)
    end as consent`

const ABOUT = `left join messages m on m.id = e.message_id left join clients c on c.id = m.client_id
  left join notifications n on n.id = e.notification_id left join tokens t on t.id = e.token_id
  left join inbound i on i.id = e.inbound_id left join consent_events k on k.id = e.consent_id`

// The bound and the rows are of one snapshot. What is older than every transaction under way has ended, and can be seen if it was committed.
const READ_AFTER = `
with bound as materialized (
  select pg_snapshot_xmin(pg_current_snapshot()) as xid
), e as materialized (
  select ${OWN} from bound b cross join lateral (
    select ${OWN} from events e where (e.xid, e.id) > ($1::xid8, $2::bigint) and e.xid < b.xid and ($4::text[] is null or e.type = any ($4::text[]))
    order by e.xid, e.id limit $3) e
)
select b.xid as "end", ${COLUMNS} from bound b left join e on true ${ABOUT} order by e.xid, e.id`
