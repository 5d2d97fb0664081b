import type { DbClient } from '../db.ts'

const AT_ONCE = 1_000

/**
 * Deletes the next deliveries of events that are kept no more, with their tries; so are those whose transactions this server has not come to
 * yet, which a database brought along from another one. True: there may be more.
 */
export async function forgetDeliveries(db: DbClient): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'forget-webhook-deliveries',
    text: `
with picked as materialized (
  select id, event_xid from webhook_deliveries order by id limit $1
)
delete from webhook_deliveries d using picked p, event_log g
where d.id = p.id and (p.event_xid < g.gone_xid or p.event_xid >= pg_snapshot_xmax(pg_current_snapshot()))`,
    values: [AT_ONCE],
  })
  return rowCount === AT_ONCE
}

/** Deletes the next deliveries of webhooks that were removed; those that have none left go themselves. True: there may be more. */
export async function clearRemoved(db: DbClient): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'clear-removed-deliveries',
    text: `
with gone as materialized (
  select w.id from webhooks w where w.deleted_at < now() - interval '1 minute'
), picked as materialized (
  select d.id from gone g cross join lateral (select id from webhook_deliveries d where d.webhook_id = g.id order by d.id limit $1) d limit $1
)
delete from webhook_deliveries d using picked p where d.id = p.id`,
    values: [AT_ONCE],
  })
  if ((rowCount ?? 0) > 0) return true
  await db.query(
    `delete from webhooks w where w.deleted_at < now() - interval '1 minute'
      and not exists (select from webhook_deliveries d where d.webhook_id = w.id)`,
  )
  return false
}

/** Takes what receivers answered out of the tries that told of a client's messages, and of what the client wrote. */
export async function eraseAnswers(db: DbClient, clientId: number): Promise<void> {
  await db.query({
    name: 'erase-webhook-answers',
    text: `update webhook_attempts a set excerpt = null
      from messages m join webhook_deliveries d on d.message_id = m.id
      where (m.client_id, m.id) > ($1::bigint, 0) and (m.client_id, m.id) < ($1::bigint + 1, 0)
        and a.delivery_id = d.id and a.excerpt is not null`,
    values: [clientId],
  })
  await db.query({
    name: 'erase-webhook-answers-on-texts',
    text: `update webhook_attempts a set excerpt = null
      from webhook_deliveries d where d.client_id = $1 and a.delivery_id = d.id and a.excerpt is not null`,
    values: [clientId],
  })
}
