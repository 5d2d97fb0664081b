import type { DbClient } from '../db.ts'

/** One event on its way to one webhook. */
export interface WebhookDeliveryRecord {
  readonly id: number
  readonly webhookId: number
  readonly eventXid: string
  readonly eventId: number
  readonly type: string
  readonly status: 'queued' | 'delivered' | 'failed'
  readonly attempts: number
  /** Null: there is no next try. */
  readonly nextAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** One try. `status` is HTTP's; where there was no answer `failure` says why. */
export interface WebhookAttemptRecord {
  readonly number: number
  readonly startedAt: Date
  readonly finishedAt: Date
  readonly status: number | null
  readonly failure: string | null
  /** How the answer began. */
  readonly excerpt: string | null
}

/** Null stands for any. */
export interface WebhookDeliveryQuery {
  readonly status: WebhookDeliveryRecord['status'] | null
  readonly type: string | null
  readonly since: Date | null
}

const COLUMNS = `d.id, d.webhook_id as "webhookId", d.event_xid as "eventXid", d.event_id as "eventId", d.type, d.status, d.attempts,
  d.next_at as "nextAt", d.created_at as "createdAt", d.updated_at as "updatedAt"`

/** At most `limit` deliveries to a webhook whose id is below `before`, newest first. */
export async function readWebhookDeliveries(
  db: DbClient,
  webhookId: number,
  { status, type, since }: WebhookDeliveryQuery,
  limit: number,
  before: number,
): Promise<readonly WebhookDeliveryRecord[]> {
  const { rows } = await db.query<WebhookDeliveryRecord>({
    name: status === null ? 'read-webhook-deliveries' : `read-webhook-deliveries-${status}`,
    // The status is one of ours; as a word of the statement it lets the index of those that are not delivered serve.
    text: `select ${COLUMNS} from webhook_deliveries d
      where d.webhook_id = $1 and d.id < $2 and ($4::text is null or d.type = $4) and ($5::timestamptz is null or d.created_at >= $5)
        ${status === null ? '' : `and d.status = '${status}'`}
      order by d.id desc limit $3`,
    values: [webhookId, before, limit, type, since],
  })
  return rows
}

/** With all its tries; null: there is none with this id. */
export async function readWebhookDelivery(
  db: DbClient,
  id: number,
): Promise<{ delivery: WebhookDeliveryRecord; attempts: readonly WebhookAttemptRecord[] } | null> {
  const { rows } = await db.query<WebhookDeliveryRecord>({
    name: 'read-webhook-delivery',
    text: `select ${COLUMNS} from webhook_deliveries d join webhooks w on w.id = d.webhook_id
      where d.id = $1 and w.deleted_at is null`,
    values: [id],
  })
  const [delivery] = rows
  if (delivery === undefined) return null
  const tried = await db.query<WebhookAttemptRecord>({
    name: 'read-webhook-attempts',
    text: `select number, started_at as "startedAt", finished_at as "finishedAt", status, failure, excerpt
      from webhook_attempts where delivery_id = $1 order by number`,
    values: [id],
  })
  return { delivery, attempts: tried.rows }
}
