import type { EventType } from '../../domain/event.ts'
import type { DbClient } from '../db.ts'

/** What a webhook may be told of; `*`: of everything. */
export type WebhookType = EventType | '*'

/** A webhook without what signs its calls. */
export interface WebhookRecord {
  readonly id: number
  readonly url: string
  readonly description: string
  readonly types: readonly WebhookType[]
  readonly payload: 'thin' | 'full'
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Null: it is enabled, and so is the reason. */
  readonly disabledAt: Date | null
  readonly disabledReason: 'caller' | 'gone' | 'failing' | null
  readonly failingSince: Date | null
  /** The secret before the last one signs as well until then. */
  readonly oldSecretUntil: Date | null
}

export const WEBHOOK_COLUMNS = `w.id, w.url, w.description, w.types, w.payload, w.created_at as "createdAt", w.updated_at as "updatedAt",
  w.disabled_at as "disabledAt", w.disabled_reason as "disabledReason", w.failing_since as "failingSince",
  case when w.old_secret_until > now() then w.old_secret_until end as "oldSecretUntil"`

/** Null: there is none with this id. */
export async function readWebhook(db: DbClient, id: number): Promise<WebhookRecord | null> {
  const { rows } = await db.query<WebhookRecord>({
    name: 'read-webhook',
    text: `select ${WEBHOOK_COLUMNS} from webhooks w where w.id = $1 and w.deleted_at is null`,
    values: [id],
  })
  return rows[0] ?? null
}

/** At most `limit` webhooks whose id is above `after`, in the order they were made. */
export async function readWebhooks(db: DbClient, limit: number, after: number): Promise<readonly WebhookRecord[]> {
  const { rows } = await db.query<WebhookRecord>({
    name: 'read-webhooks',
    text: `select ${WEBHOOK_COLUMNS} from webhooks w where w.id > $1 and w.deleted_at is null order by w.id limit $2`,
    values: [after, limit],
  })
  return rows
}

/** How many there are that are not disabled. */
export async function countEnabled(db: DbClient): Promise<number> {
  const { rows } = await db.query<{ count: number }>({
    name: 'count-enabled-webhooks',
    text: `select count(*)::integer as count from webhooks where deleted_at is null and disabled_at is null`,
    values: [],
  })
  return rows[0]?.count ?? 0
}
