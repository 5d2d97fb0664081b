import type { Db } from './db.ts'

/** A first answer to keep for 24 hours, and what the call that earned it looked like. */
export interface IdempotencyRecord {
  readonly caller: string
  readonly route: string
  readonly key: string
  /** A hash for each top-level field of the body. */
  readonly fields: Readonly<Record<string, string>>
  /** The answer without the id of what was made. */
  readonly answer: unknown
}

export interface KeptAnswer {
  readonly fields: Readonly<Record<string, string>>
  readonly answer: unknown
  readonly resourceId: number
}

/**
 * A statement's part that takes the keys of its `input` (caller, route, key, fields, answer, and the `id` that is to be made), in sorted
 * order: two nodes that share some never wait for each other in a circle. `keyed` holds the ids whose keys were free, or past their time.
 */
export const KEYED = `keyed as (
  insert into idempotency_keys (caller, route, key, fields, resource_id, answer)
  select caller, route, key, fields, id, answer from input where key is not null order by caller, route, key
  on conflict (caller, route, key) do update
    set fields = excluded.fields, resource_id = excluded.resource_id, answer = excluded.answer, created_at = now()
    where idempotency_keys.created_at < now() - interval '24 hours'
  returning resource_id
)`

/** The answer kept for a key, if there is one that is not older than 24 hours. */
export async function findAnswer(
  db: Db,
  key: Pick<IdempotencyRecord, 'caller' | 'route' | 'key'>,
): Promise<KeptAnswer | null> {
  const { rows } = await db.query<{ fields: Record<string, string>; answer: unknown; resource_id: number }>({
    name: 'find-answer',
    text: `select fields, answer, resource_id from idempotency_keys
      where caller = $1 and route = $2 and key = $3 and created_at >= now() - interval '24 hours'`,
    values: [key.caller, key.route, key.key],
  })
  const row = rows[0]
  return row === undefined ? null : { fields: row.fields, answer: row.answer, resourceId: row.resource_id }
}

/** Removes answers past their 24 hours, a bounded number at a time; resolves with how many went. */
export async function forgetOldAnswers(db: Db): Promise<number> {
  const { rowCount } = await db.query(
    `delete from idempotency_keys where ctid = any (array(
       select ctid from idempotency_keys where created_at < now() - interval '25 hours' limit 5000 for update skip locked))`,
  )
  return rowCount ?? 0
}
