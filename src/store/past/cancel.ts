import type { Db } from '../db.ts'

/**
 * Cancels a message that waits: nobody submits it from this COMMIT on. One that may have been sent already stays `uncertain`: its validity
 * ends now, so that it isn't repeated. False: it does not wait, or is not there.
 *
 * Only its own row is touched, for whoever claims or settles it holds rows of `due`, too, and in another order: what waits there is cleared
 * by whoever finds it, and by `clearDue`.
 */
export async function cancelMessage(db: Db, id: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'cancel-message',
    text: `
update messages m set
  status = case when uncertain_attempts > 0 then 'uncertain' else 'cancelled' end,
  reason = case when uncertain_attempts > 0 then 'called_off' end,
  expires_at = least(expires_at, now()),
  owner = case when uncertain_attempts > 0 then owner end,
  updated_at = now()
where id = $1 and started_at is null and (status in ('scheduled', 'queued')
  or (status = 'uncertain' and (owner is not null or exists (select from due where message_id = $1 and action <> 'poll'))))`,
    values: [id],
  })
  return rowCount === 1
}

/** Removes what waits in `due` for a message that is cancelled. */
export async function clearDue(db: Db, id: number): Promise<void> {
  await db.query({
    name: 'clear-due',
    text: `delete from due where message_id = $1 and exists (select from messages where id = $1 and status = 'cancelled')`,
    values: [id],
  })
}

/**
 * One step of cancelling a push: marks the chunks it has that are still open. Returns how many it found unmarked. Chunks of what is tried
 * again are made while others are marked, so it is done only when a later step finds none: from then on every new one is born cancelled.
 */
export async function cancelChunks(db: Db, notificationId: number): Promise<number> {
  const { rows } = await db.query<{ open: number }>({
    name: 'cancel-chunks',
    text: `
with open as materialized (
  select id from push_chunks where notification_id = $1 and done_at is null and cancelled_at is null
), locked as materialized (
  select id from push_chunks where id in (select id from open) and done_at is null order by id for update
), cancelled as (
  update push_chunks set cancelled_at = now(), run_at = least(run_at, now()), updated_at = now() where id in (select id from locked)
)
select count(*)::integer as open from open`,
    values: [notificationId],
  })
  return rows[0]?.open ?? 0
}
