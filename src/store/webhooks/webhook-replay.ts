import type { EventId } from '../../domain/event.ts'
import type { DbClient } from '../db.ts'

/** Events looked at in one step. */
const AT_ONCE = 1_000

export interface ReplayStep {
  /** Deliveries that are due again, or for the first time. */
  readonly queued: number
  /** Where it ended, in the order of events. Null: it came to the end. */
  readonly next: EventId | null
}

export interface Replay {
  readonly since: Date
  /** Null: the webhook's own. */
  readonly types: readonly string[] | null
  /** Only dead letters; else also what was delivered before, and what never was to be. */
  readonly onlyFailed: boolean
}

/** Makes the next events since a time due for a webhook, from the first try on. What is under way goes on as it is. */
export async function replaySince(
  db: DbClient,
  webhookId: number,
  { since, types, onlyFailed }: Replay,
  after: EventId,
): Promise<ReplayStep> {
  const { rows } = await db.query<{ queued: number; xid: string | null; id: number | null }>({
    name: 'replay-since',
    text: `
with read as materialized (
  select e.xid, e.id, e.type, e.message_id, e.client_id, e.at from events e
  where (e.xid, e.id) > ($2::xid8, $3::bigint) and e.xid < pg_snapshot_xmin(pg_current_snapshot()) order by e.xid, e.id limit $7
), wanted as (
  select r.* from read r join webhooks w on w.id = $1
  where r.at >= $4 and r.type <> 'webhook.test' and coalesce($5::text[], w.types) && array['*', r.type]
), again as (
  update webhook_deliveries d set status = 'queued', next_at = now(), tries = 0, updated_at = now()
  from wanted e where d.webhook_id = $1 and d.event_xid = e.xid and d.event_id = e.id
    and (d.status = 'failed' or (d.status = 'delivered' and not $6))
  returning 1
), made as (
  insert into webhook_deliveries (webhook_id, event_xid, event_id, type, message_id, client_id, next_at)
  select $1, e.xid, e.id, e.type, e.message_id, e.client_id, now() from wanted e where not $6 order by e.xid, e.id
  on conflict (webhook_id, event_xid, event_id) do nothing
  returning 1
), last as (
  select xid, id from read order by xid desc, id desc limit 1
)
select ((select count(*) from again) + (select count(*) from made))::integer as queued,
  (select xid from last where (select count(*) from read) = $7) as xid, (select id from last) as id`,
    values: [webhookId, after.xid, after.id, since, types, onlyFailed, AT_ONCE],
  })
  const [step] = rows
  if (step === undefined) return { queued: 0, next: null }
  return { queued: step.queued, next: step.xid === null || step.id === null ? null : { xid: step.xid, id: step.id } }
}

/** Makes one delivery due again; false: it is under way, or there is none. */
export async function replayDelivery(db: DbClient, id: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'replay-delivery',
    text: `update webhook_deliveries set status = 'queued', next_at = now(), tries = 0, updated_at = now()
      where id = $1 and owner is null`,
    values: [id],
  })
  return rowCount === 1
}
