import type { Webhook, WebhookAttempt, WebhookDelivery } from '../contract/webhooks.ts'
import type { WebhookAttemptRecord, WebhookDeliveryRecord } from '../store/webhooks/read-webhook-deliveries.ts'
import type { WebhookRecord } from '../store/webhooks/read-webhooks.ts'

export function toWebhook(record: WebhookRecord): Webhook {
  return {
    id: record.id,
    url: record.url,
    description: record.description,
    types: [...record.types],
    payload: record.payload,
    enabled: record.disabledAt === null,
    disabled_at: record.disabledAt?.toISOString() ?? null,
    disabled_reason: record.disabledReason,
    failing_since: record.failingSince?.toISOString() ?? null,
    old_secret_until: record.oldSecretUntil?.toISOString() ?? null,
    created_at: record.createdAt.toISOString(),
    updated_at: record.updatedAt.toISOString(),
  }
}

export function toWebhookDelivery(record: WebhookDeliveryRecord): WebhookDelivery {
  return {
    id: record.id,
    webhook_id: record.webhookId,
    event_id: `${record.eventXid}-${record.eventId}`,
    type: record.type,
    status: record.status,
    attempt_count: record.attempts,
    next_attempt_at: record.nextAt?.toISOString() ?? null,
    created_at: record.createdAt.toISOString(),
    updated_at: record.updatedAt.toISOString(),
  }
}

export function toWebhookAttempt(record: WebhookAttemptRecord): WebhookAttempt {
  return {
    number: record.number,
    started_at: record.startedAt.toISOString(),
    finished_at: record.finishedAt.toISOString(),
    status: record.status,
    failure: record.failure,
    answer: record.excerpt,
  }
}
