import type { Db } from '../db.ts'

/** What has changed in the inbox since a moment. */
export interface Missed {
  readonly sms: readonly number[]
  readonly push: readonly number[]
  readonly deleted: readonly { readonly tag: string | null; readonly recipient: string | null }[]
}

/** Null: more than `most` messages of one channel may have changed. */
export async function readMissed(db: Db, since: Date, most: number): Promise<Missed | null> {
  const { rows } = await db.query<Missed>({ name: 'inbox-missed', text: READ_MISSED, values: [since, most] })
  const [row] = rows
  if (row === undefined) throw new Error('a statement without a condition gave no row')
  return row.sms.length >= most || row.push.length >= most ? null : row
}

const READ_MISSED = `
select array(
    select m.id from (select id, updated_at from messages where provider = 'sandbox' order by id desc limit $2) m where m.updated_at >= $1
    union select c.message_id from inbox_changes c where c.message_id is not null and c.at >= $1
    order by id) as sms, array(
    select n.id from (select id, time from notifications where provider = 'sandbox' order by id desc limit $2) n
    where n.time >= $1 or exists (select from push_chunks c where c.notification_id = n.id and c.updated_at >= $1)
    order by id) as push, (
    select coalesce(json_agg(json_build_object('tag', c.tag, 'recipient', c.recipient) order by c.id), '[]')
    from inbox_changes c where c.message_id is null and c.at >= $1) as deleted`
