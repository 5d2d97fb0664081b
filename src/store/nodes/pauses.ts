import type { Db, DbClient } from '../db.ts'
import type { PauseScope } from './read-pauses.ts'

/** Paused already: its reason is the new one, its beginning stays. */
export async function addPause(
  client: DbClient,
  { provider, category }: PauseScope,
  reason: string | null,
  caller: string,
): Promise<void> {
  await client.query({
    name: 'add-pause',
    text: `insert into pauses (provider, category, reason, caller) values (coalesce($1, '*'), coalesce($2, '*'), $3, $4)
      on conflict (provider, category) do update set reason = excluded.reason, caller = excluded.caller`,
    values: [provider, category, reason, caller],
  })
}

/** Ends the pauses that lie within `scope`. Returns how many those were. */
export async function removePauses(client: DbClient, { provider, category }: PauseScope): Promise<number> {
  const { rowCount } = await client.query({
    name: 'remove-pauses',
    text: `delete from pauses where ($1::text is null or provider = $1) and ($2::text is null or category = $2)`,
    values: [provider, category],
  })
  return rowCount ?? 0
}

/** Paused already: it stays so. Pauses of what has ended are forgotten by the way. */
export async function pausePush(db: Db, id: number, caller: string): Promise<void> {
  await db.query({
    name: 'pause-push',
    text: `
with over as (
  delete from paused_pushes z where notification_id <> $1
    and not exists (select from push_chunks c where c.notification_id = z.notification_id and c.done_at is null)
)
insert into paused_pushes (notification_id, caller) select id, $2 from notifications where id = $1 for key share on conflict do nothing`,
    values: [id, caller],
  })
}

export async function resumePush(db: Db, id: number): Promise<void> {
  await db.query({ name: 'resume-push', text: 'delete from paused_pushes where notification_id = $1', values: [id] })
}
