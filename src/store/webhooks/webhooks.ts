import type { DbClient } from '../db.ts'
import { WEBHOOK_COLUMNS, type WebhookRecord } from './read-webhooks.ts'

export type WebhookFields = Pick<WebhookRecord, 'url' | 'description' | 'types' | 'payload'>

/** Any number, the same for every node: changes of webhooks come one after the other. */
const LOCK = 7_402_915

/** Until the transaction ends nobody else changes webhooks. */
export async function lockWebhooks(client: DbClient): Promise<void> {
  await client.query({ name: 'lock-webhooks', text: `select pg_advisory_xact_lock($1)`, values: [LOCK] })
}

/** The id of the next webhook: its secret is bound to it before it is stored. */
export async function nextWebhookId(client: DbClient): Promise<number> {
  const { rows } = await client.query<{ id: number }>({
    name: 'next-webhook-id',
    text: `select nextval(pg_get_serial_sequence('webhooks', 'id')) as id`,
    values: [],
  })
  return one(rows).id
}

/** How many there are. */
export async function countWebhooks(client: DbClient): Promise<number> {
  const { rows } = await client.query<{ count: number }>({
    name: 'count-webhooks',
    text: `select count(*)::integer as count from webhooks where deleted_at is null`,
    values: [],
  })
  return one(rows).count
}

/** Before one is made or enabled, under the lock. Where none is enabled, all that was committed before is for nobody, and is not read again. */
export async function skipEvents(client: DbClient): Promise<void> {
  await client.query({
    name: 'skip-events',
    text: `update webhook_cursor set xid = pg_snapshot_xmin(pg_current_snapshot()), id = 0
      where xid < pg_snapshot_xmin(pg_current_snapshot())
        and not exists (select from webhooks where deleted_at is null and disabled_at is null)`,
    values: [],
  })
}

/** Stores one under the lock. */
export async function insertWebhook(
  client: DbClient,
  id: number,
  { url, description, types, payload }: WebhookFields,
  secret: Buffer,
): Promise<WebhookRecord> {
  await skipEvents(client)
  const { rows } = await client.query<WebhookRecord>({
    name: 'insert-webhook',
    text: `insert into webhooks as w (id, url, description, types, payload, secret) overriding system value
      values ($1, $2, $3, $4, $5, $6) returning ${WEBHOOK_COLUMNS}`,
    values: [id, url, description, types, payload, secret],
  })
  return one(rows)
}

/**
 * `enabled`: what was disabled is tried again as if nothing had failed, and what was committed meanwhile is not for it; what is disabled here
 * was by its caller.
 */
export async function updateWebhook(
  client: DbClient,
  id: number,
  { url, description, types, payload, enabled }: WebhookFields & { readonly enabled: boolean },
): Promise<WebhookRecord> {
  const { rows } = await client.query<WebhookRecord>({
    name: 'update-webhook',
    text: `update webhooks w set url = $2, description = $3, types = $4, payload = $5, updated_at = now(),
        disabled_at = case when $6 then null else coalesce(disabled_at, now()) end,
        disabled_reason = case when $6 then null else coalesce(disabled_reason, 'caller') end,
        failing_since = case when $6 and disabled_at is not null then null else failing_since end,
        not_before = case when $6 and disabled_at is not null then null else not_before end,
        since = case when $6 and disabled_at is not null then pg_current_snapshot() else since end
      where id = $1 returning ${WEBHOOK_COLUMNS}`,
    values: [id, url, description, types, payload, enabled],
  })
  return one(rows)
}

/** The secret so far signs as well for `overlapSeconds` more; the one before it no longer does. */
export async function replaceWebhookSecret(
  client: DbClient,
  id: number,
  secret: { readonly sealed: Buffer; readonly oldSealed: Buffer | null },
  overlapSeconds: number,
): Promise<WebhookRecord> {
  const { rows } = await client.query<WebhookRecord>({
    name: 'replace-webhook-secret',
    text: `update webhooks w set secret = $2, old_secret = $3, old_secret_until = now() + make_interval(secs => $4), updated_at = now()
      where id = $1 returning ${WEBHOOK_COLUMNS}`,
    values: [id, secret.sealed, secret.oldSealed, overlapSeconds],
  })
  return one(rows)
}

/** What signs, encrypted. */
export async function readWebhookSecrets(
  client: DbClient,
  id: number,
): Promise<{ secret: Buffer; oldSecret: Buffer | null }> {
  const { rows } = await client.query<{ secret: Buffer; oldSecret: Buffer | null }>({
    name: 'read-webhook-secrets',
    text: `select secret, case when old_secret_until > now() then old_secret end as "oldSecret" from webhooks where id = $1`,
    values: [id],
  })
  return one(rows)
}

/** Nothing is sent there any more, and nothing of it is shown; its deliveries go in the background. */
export async function removeWebhook(client: DbClient, id: number): Promise<void> {
  await client.query({
    name: 'remove-webhook',
    text: `update webhooks set deleted_at = now(), url = '', description = '', secret = '', old_secret = null, old_secret_until = null
      where id = $1`,
    values: [id],
  })
}

/**
 * Webhooks of a restored database want their events again: the log and who reads it are not carried along. What it meant to be committed
 * before them was of another server, so that all the log has is for them.
 */
export async function wantAgain(db: DbClient): Promise<void> {
  await db.query(`
with lost as (
  update webhooks w set since = null where w.deleted_at is null
    and not exists (select from event_listeners l where l.kind = 'endpoint' and l.ref = w.id)
  returning w.id, w.types
)
insert into event_listeners (kind, ref, types) select 'endpoint', id, types from lost on conflict do nothing`)
}

function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new Error('a webhook that is there was not found')
  return row
}
