import type { EventId } from '../../domain/event.ts'
import type { DbClient } from '../db.ts'
import type { WebhookAttemptRecord } from './read-webhook-deliveries.ts'
import type { ClaimedDelivery } from './webhook-work.ts'

/** What the test needs to be sent; null: there is no such webhook. */
export async function readTestCall(
  db: DbClient,
  webhookId: number,
  { xid, id }: EventId,
): Promise<ClaimedDelivery | null> {
  const { rows } = await db.query<ClaimedDelivery>({
    name: 'read-test-call',
    text: `select 0 as id, w.id as "webhookId", $2::xid8 as "eventXid", $3::bigint as "eventId", 0 as tries, w.url, w.payload, w.secret,
        case when w.old_secret_until > now() then w.old_secret end as "oldSecret", w.failing_since is not null as failing
      from webhooks w where w.id = $1 and w.deleted_at is null`,
    values: [webhookId, xid, id],
  })
  return rows[0] ?? null
}

/** Stores the one try of a test. It changes nothing of the webhook: it was asked for, and is not repeated. */
export async function storeTest(
  db: DbClient,
  { webhookId, eventXid, eventId }: ClaimedDelivery,
  { startedAt, finishedAt, status, failure, excerpt }: WebhookAttemptRecord,
): Promise<void> {
  await db.query({
    name: 'store-test',
    text: `
with made as (
  insert into webhook_deliveries (webhook_id, event_xid, event_id, type, status, attempts, tries)
  values ($1, $2, $3, 'webhook.test', case when $6::integer between 200 and 299 then 'delivered' else 'failed' end, 1, 1)
  on conflict do nothing returning id
)
insert into webhook_attempts (delivery_id, number, started_at, finished_at, status, failure, excerpt)
select id, 1, $4, $5, $6, $7, $8 from made`,
    values: [webhookId, eventXid, eventId, startedAt, finishedAt, status, failure, excerpt],
  })
}
