import type { Db } from '../db.ts'

/** The spans that these messages belong to, as W3C Trace Context writes them; those that belong to none are left out. */
export async function readMessageTraces(db: Db, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await db.query<{ id: number; traceparent: string }>({
    name: 'read-message-traces',
    text: `select id, traceparent from messages where id = any ($1::bigint[]) and traceparent is not null`,
    values: [ids],
  })
  return new Map(rows.map(({ id, traceparent }) => [id, traceparent]))
}

/** The same for notifications. */
export async function readNotificationTraces(db: Db, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await db.query<{ id: number; traceparent: string }>({
    name: 'read-notification-traces',
    text: `select id, traceparent from notifications where id = any ($1::bigint[]) and traceparent is not null`,
    values: [ids],
  })
  return new Map(rows.map(({ id, traceparent }) => [id, traceparent]))
}

/** The same for deliveries to webhooks: the spans that the messages belong to of which they tell. */
export async function readDeliveryTraces(db: Db, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await db.query<{ id: number; traceparent: string }>({
    name: 'read-delivery-traces',
    text: `select d.id, m.traceparent from webhook_deliveries d join messages m on m.id = d.message_id
      where d.id = any ($1::bigint[]) and m.traceparent is not null`,
    values: [ids],
  })
  return new Map(rows.map(({ id, traceparent }) => [id, traceparent]))
}
