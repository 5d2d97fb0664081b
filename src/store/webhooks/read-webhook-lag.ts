import type { Db } from '../db.ts'

/** How far webhooks are behind what has happened. */
export interface WebhookLag {
  /** Due by now, of webhooks that are not disabled, and nobody is at it; up to `MOST_COUNTED` of each webhook. */
  readonly waiting: number
  /** How long the oldest of them has been due. */
  readonly oldestSeconds: number
  /** How long ago the oldest event happened that was not handed out to webhooks yet; 0: there is none, or nobody wants any. */
  readonly behindSeconds: number
  /** Webhooks that were disabled because they failed, or because their receiver said so. */
  readonly disabled: number
}

const MOST_COUNTED = 1_000

export async function readWebhookLag(db: Db): Promise<WebhookLag> {
  const { rows } = await db.query<WebhookLag>({ name: 'read-webhook-lag', text: READ_LAG, values: [MOST_COUNTED] })
  return rows[0] ?? { waiting: 0, oldestSeconds: 0, behindSeconds: 0, disabled: 0 }
}

const READ_LAG = `
with live as (
  select id from webhooks where deleted_at is null and disabled_at is null
), due as (
  select d.count, d.first from live w cross join lateral (
    select count(*) as count, min(next_at) as first from (
      select next_at from webhook_deliveries
      where webhook_id = w.id and next_at is not null and owner is null and next_at <= now() order by next_at limit $1) n) d
)
select coalesce(sum(count), 0)::integer as waiting,
  coalesce(greatest(0, extract(epoch from now() - min(first))), 0)::float8 as "oldestSeconds",
  coalesce((
    select greatest(0, extract(epoch from now() - e.at)) from webhook_cursor c cross join lateral (
      select at from events where (xid, id) > (c.xid, c.id) order by xid, id limit 1) e
    where exists (select from live)), 0)::float8 as "behindSeconds",
  (select count(*) from webhooks where deleted_at is null and disabled_reason in ('gone', 'failing'))::integer as disabled
from due`
