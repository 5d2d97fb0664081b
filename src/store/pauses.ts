import type { Db, DbClient } from './db.ts'
import type { PauseScope } from './read-pauses.ts'

/** What holds a node back now. */
export interface StopsRead {
  readonly pauses: readonly PauseScope[]
  /** Its chunks whose push was cancelled. */
  readonly cancelled: readonly number[]
}

/** Every node asks several times a second: two small indexes are looked into, and mostly nothing is in either. */
export async function readStops(db: Db, owner: number): Promise<StopsRead> {
  const { rows } = await db.query<{ pauses: PauseScope[] | null; cancelled: number[] | null }>({
    name: 'read-stops',
    text: `
select (select jsonb_agg(jsonb_build_object('provider', nullif(provider, '*'), 'category', nullif(category, '*')) order by provider, category)
    from pauses) as pauses,
  (select array_agg(id order by id) from push_chunks where owner = $1 and cancelled_at is not null and done_at is null) as cancelled`,
    values: [owner],
  })
  return { pauses: rows[0]?.pauses ?? [], cancelled: rows[0]?.cancelled ?? [] }
}

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
