import type { Confirmation, FallbackState } from '../../domain/push/fallback.ts'
import type { StatusCounts } from '../../domain/tally.ts'
import { numbers, texts } from '../arrays.ts'
import type { Db, DbClient } from '../db.ts'
import { enterContacts } from '../sms/batches.ts'

/** An SMS that is to stand in for a push. */
export interface NewFallback {
  /** E.164 */
  readonly contact: string
  /** The SMS and who asked for it, as JSON. */
  readonly sms: string
  readonly unless: Confirmation
  /** From when the push was accepted, or the last of its devices is to be sent to. */
  readonly afterSeconds: number
}

/** In the transaction that enters their pushes: both are there, or neither. One whose push has nobody to go to is due at once. */
export async function insertFallbacks(
  client: DbClient,
  fallbacks: readonly (NewFallback & { readonly notificationId: number })[],
): Promise<void> {
  // Who was sent nothing yet can be erased, too.
  await enterContacts(
    client,
    fallbacks.map(({ contact }) => contact),
  )
  await client.query({
    name: 'insert-fallbacks',
    text: `
insert into fallbacks (notification_id, contact, sms, unless, after_seconds, deadline_at, due_at)
select n.id, f.contact, f.sms, f.unless, f.after_seconds, d.at,
  case when exists (select from push_chunks c where c.notification_id = n.id) then d.at else now() end
from unnest($1::bigint[], $2::text[], $3::jsonb[], $4::text[], $5::integer[]) as f (notification_id, contact, sms, unless, after_seconds)
  join notifications n on n.id = f.notification_id
  cross join lateral (select greatest(n.send_at, n.time, (select max(c.leaves_at) from push_chunks c where c.notification_id = n.id)) + make_interval(secs => f.after_seconds) as at) d`,
    values: [
      numbers(fallbacks.map(({ notificationId }) => notificationId)),
      texts(fallbacks.map(({ contact }) => contact)),
      texts(fallbacks.map(({ sms }) => sms)),
      texts(fallbacks.map(({ unless }) => unless)),
      numbers(fallbacks.map(({ afterSeconds }) => afterSeconds)),
    ],
  })
}

/** One that is looked at now. */
export interface DueFallback {
  readonly notificationId: number
  readonly sms: unknown
  readonly unless: Confirmation
  readonly over: boolean
  readonly targets: number
  /** As they are stored: they may have to be added up. */
  readonly counts: StatusCounts
}

/** How a fallback that was looked at goes on. */
export interface FallbackMove {
  readonly notificationId: number
  readonly state: FallbackState
  readonly reason: string | null
  readonly messageId: number | null
  /** Seconds until it is looked at again; null: at its deadline, if it waits. */
  readonly againSeconds: number | null
}

/**
 * Takes those that are due for as long as the transaction lasts; those that another node looks at are passed over. What is reported of their
 * pushes from here on waits for its end, so a statement that follows sees all that counts.
 */
export async function lockDueFallbacks(client: DbClient, limit: number): Promise<readonly number[]> {
  const { rows } = await client.query<{ id: number }>({
    name: 'lock-due-fallbacks',
    text: `select notification_id as id from fallbacks where state = 'waiting' and due_at <= now()
      order by due_at limit $1 for update skip locked`,
    values: [limit],
  })
  return rows.map(({ id }) => id)
}

export async function readDueFallbacks(client: DbClient, ids: readonly number[]): Promise<readonly DueFallback[]> {
  const { rows } = await client.query<DueFallback>({
    name: 'read-due-fallbacks',
    text: `
select f.notification_id as "notificationId", f.sms, f.unless, f.deadline_at <= now() as over, n.targets, (
  select coalesce(jsonb_object_agg(s.status, s.count), '{}') from (
    select t.key as status, sum(t.value::bigint) as count
    from (select n.tally union all select c.tally from push_chunks c where c.notification_id = n.id) as l (tally)
      cross join lateral jsonb_each_text(l.tally) as t
    group by t.key) s) as counts
from fallbacks f join notifications n on n.id = f.notification_id
where f.notification_id = any ($1::bigint[]) order by f.notification_id`,
    values: [numbers(ids)],
  })
  return rows
}

/** In the transaction that locked them. What has come to its end holds nothing personal any more: the SMS itself does. */
export async function moveFallbacks(client: DbClient, moves: readonly FallbackMove[]): Promise<void> {
  await client.query({
    name: 'move-fallbacks',
    text: `
update fallbacks f set state = m.state, reason = m.reason, message_id = m.message_id,
  due_at = case when m.again is null then f.deadline_at else now() + make_interval(secs => m.again) end,
  done_at = case when m.state <> 'waiting' then now() end,
  contact = case when m.state = 'waiting' then f.contact end, sms = case when m.state = 'waiting' then f.sms end
from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::integer[]) as m (notification_id, state, reason, message_id, again)
where f.notification_id = m.notification_id`,
    values: [
      numbers(moves.map(({ notificationId }) => notificationId)),
      texts(moves.map(({ state }) => state)),
      texts(moves.map(({ reason }) => reason)),
      numbers(moves.map(({ messageId }) => messageId)),
      numbers(moves.map(({ againSeconds }) => againSeconds)),
    ],
  })
}

const END = `state = 'cancelled', done_at = now(), contact = null, sms = null`

/** From its COMMIT on no SMS stands in for this push. False: there is none to come. */
export async function cancelFallback(db: Db, notificationId: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'cancel-fallback',
    text: `update fallbacks set ${END}, reason = 'cancelled' where notification_id = $1 and state = 'waiting'`,
    values: [notificationId],
  })
  return rowCount === 1
}

/** Nothing goes out to this number any more. */
export async function eraseFallbacks(db: DbClient, contact: string): Promise<void> {
  await db.query({
    name: 'erase-fallbacks',
    text: `update fallbacks set ${END}, reason = 'erased' where contact = $1`,
    values: [contact],
  })
}
