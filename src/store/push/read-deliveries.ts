import type { Status } from '../../domain/status.ts'
import type { Db } from '../db.ts'

/** One target of a notification. */
export interface DeliveryRecord {
  readonly tokenId: number
  readonly token: string
  readonly kind: 'token' | 'fid'
  readonly status: Status
  readonly reason: string | null
  readonly providerMessageId: string | null
  /** When the device itself first said so; null: it did not. */
  readonly receivedAt: Date | null
  readonly openedAt: Date | null
  /** Of the words it has, where there are several languages; null: those that all have. */
  readonly locale: string | null
  readonly updatedAt: Date
}

/** Some of them, by token id. */
export interface DeliveryPage {
  readonly rows: readonly DeliveryRecord[]
  /** The token id that the next page begins after; null: there is none. */
  readonly next: number | null
}

/**
 * The targets of a notification whose token id is above `after`, by token id, at most `limit`; null: no such notification.
 * A target of a long list has no row before its outcome is known: until then its chunk tells.
 */
export async function readDeliveries(
  db: Db,
  notificationId: number,
  limit: number,
  after: number,
): Promise<readonly DeliveryRecord[] | null> {
  const { rows } = await db.query<DeliveryRecord>({
    name: 'read-deliveries',
    text: READ_DELIVERIES,
    values: [notificationId, after, limit],
  })
  if (rows.length > 0) return rows
  return (await exists(db, notificationId)) ? [] : null
}

/**
 * Targets looked at for one page of those of one status: such a page may have fewer than it could, or none, and go on nevertheless.
 */
const MOST_LOOKED = 20_000

/** The same of those that have this status now. `most`: that are looked at. */
export async function readDeliveriesOf(
  db: Db,
  notificationId: number,
  status: Status,
  limit: number,
  after: number,
  most = MOST_LOOKED,
): Promise<DeliveryPage | null> {
  const { rows } = await db.query<{ looked: number; last: number | null; found: DeliveryJson | null }>({
    name: 'read-deliveries-of',
    text: READ_DELIVERIES_OF,
    values: [notificationId, after, most, status, limit],
  })
  const found = rows.flatMap((row) => (row.found === null ? [] : [toRecord(row.found)]))
  const { looked, last } = rows[0] ?? { looked: 0, last: null }
  if (looked === 0 && !(await exists(db, notificationId))) return null
  const furthest = looked < most ? null : last
  return { rows: found, next: found.length < limit ? furthest : (found.at(-1)?.tokenId ?? null) }
}

async function exists(db: Db, notificationId: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'notification-exists',
    text: 'select id from notifications where id = $1',
    values: [notificationId],
  })
  return rowCount !== 0
}

/** Made by the database as JSON. */
interface DeliveryJson extends Omit<DeliveryRecord, 'receivedAt' | 'openedAt' | 'updatedAt'> {
  readonly receivedAt: string | null
  readonly openedAt: string | null
  readonly updatedAt: string
}

function toRecord({ receivedAt, openedAt, updatedAt, ...delivery }: DeliveryJson): DeliveryRecord {
  const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text))
  return { ...delivery, receivedAt: dateOf(receivedAt), openedAt: dateOf(openedAt), updatedAt: new Date(updatedAt) }
}

// A settled target is read from its row, so its bit need only be looked at while the row may be missing. `settled` grows with the
// bits set in it: what lies beyond its end is not settled.
const PAGE = `
with open as materialized (
  select o.token_id, case when o.ord <= c.started then 'sending' when c.cancelled_at is not null and c.uncertain_attempts = 0 then 'cancelled'
      when coalesce(c.leaves_at, n.send_at) > now() then 'scheduled' else 'queued' end as status, greatest(c.created_at, n.time) as time, c.variant
  from push_chunks c join notifications n on n.id = c.notification_id
    cross join lateral unnest(c.token_ids) with ordinality as o (token_id, ord)
  where c.notification_id = $1 and c.done_at is null and o.token_id > $2
    and case when (o.ord - 1) / 8 < length(c.settled) then get_bit(c.settled, o.ord - 1) = 0 else true end
), page as (
  (select token_id from tokennotifications where notification_id = $1 and token_id > $2 order by token_id limit $3)
  union
  (select token_id from open order by token_id limit $3)
  order by token_id limit $3
)`

const STATUS = `case when o.status is not null and coalesce(status_rank(r.status), 0) < 2 then o.status else r.status end`

const TARGET = `left join tokennotifications r on r.notification_id = $1 and r.token_id = p.token_id
  left join open o on o.token_id = p.token_id`

const COLUMNS = `p.token_id as "tokenId", t.token, t.kind, ${STATUS} as status,
  r.reason, r.provider_message_id as "providerMessageId", r.received_at as "receivedAt", r.opened_at as "openedAt",
  (select n.variants -> coalesce(r.variant, o.variant)::integer ->> 'locale' from notifications n where n.id = $1) as locale, coalesce(r.updated_at, o.time) as "updatedAt"`

const READ_DELIVERIES = `${PAGE}
select ${COLUMNS}
from page p join tokens t on t.id = p.token_id
  ${TARGET}
order by p.token_id`

const READ_DELIVERIES_OF = `${PAGE}, chosen as materialized (
  select p.token_id from page p ${TARGET} where ${STATUS} = $4 order by p.token_id limit $5
), shown as (
  select ${COLUMNS} from chosen p join tokens t on t.id = p.token_id ${TARGET}
)
select k.looked, k.last, to_jsonb(s) as found
from (select count(*)::integer as looked, max(token_id) as last from page) k left join shown s on true
order by s."tokenId"`
