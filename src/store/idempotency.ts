import { texts } from './arrays.ts'
import type { Db, DbClient } from './db.ts'

/** One caller's key on one route. */
export interface IdempotencyKey {
  readonly caller: string
  readonly route: string
  readonly key: string
}

/** A first answer to keep for 24 hours, and what the call that earned it looked like. */
export interface IdempotencyRecord extends IdempotencyKey {
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
export async function findAnswer(db: Db, key: IdempotencyKey): Promise<KeptAnswer | null> {
  const [first] = await findAnswers(db, [key])
  return first ?? null
}

/** The answers kept for keys, in their order; null where there is none that is not older than 24 hours. */
export async function findAnswers(db: DbClient, keys: readonly IdempotencyKey[]): Promise<(KeptAnswer | null)[]> {
  const { rows } = await db.query<{
    ord: number
    fields: Record<string, string>
    answer: unknown
    resource_id: number
  }>({
    name: 'find-answers',
    text: `select i.ord::integer as ord, k.fields, k.answer, k.resource_id
      from unnest($1::text[], $2::text[], $3::text[]) with ordinality as i (caller, route, key, ord)
        join idempotency_keys k on k.caller = i.caller and k.route = i.route and k.key = i.key
      where k.created_at >= now() - interval '24 hours'`,
    values: [
      texts(keys.map((one) => one.caller)),
      texts(keys.map((one) => one.route)),
      texts(keys.map((one) => one.key)),
    ],
  })
  const found = new Array<KeptAnswer | null>(keys.length).fill(null)
  for (const row of rows) found[row.ord - 1] = { fields: row.fields, answer: row.answer, resourceId: row.resource_id }
  return found
}

/** Takes a key within a transaction, for an answer that is kept before it ends. False: it was taken already. */
export async function takeKey(
  client: DbClient,
  key: IdempotencyKey & { readonly fields: Readonly<Record<string, string>> },
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'take-key',
    text: `insert into idempotency_keys (caller, route, key, fields, resource_id, answer) values ($1, $2, $3, $4, 0, 'null')
      on conflict (caller, route, key) do update
        set fields = excluded.fields, resource_id = excluded.resource_id, answer = excluded.answer, created_at = now()
        where idempotency_keys.created_at < now() - interval '24 hours'`,
    values: [key.caller, key.route, key.key, JSON.stringify(key.fields)],
  })
  return rowCount === 1
}

/** Keeps the answer for a key that this transaction took. */
export async function keepAnswer(client: DbClient, key: IdempotencyKey, answer: unknown): Promise<void> {
  await client.query({
    name: 'keep-answer',
    text: 'update idempotency_keys set answer = $4 where caller = $1 and route = $2 and key = $3',
    values: [key.caller, key.route, key.key, JSON.stringify(answer)],
  })
}

/** Removes answers past their 24 hours, a bounded number at a time; resolves with how many went. */
export async function forgetOldAnswers(db: Db): Promise<number> {
  const { rowCount } = await db.query(
    `delete from idempotency_keys where ctid = any (array(
       select ctid from idempotency_keys where created_at < now() - interval '25 hours' limit 5000 for update skip locked))`,
  )
  return rowCount ?? 0
}
