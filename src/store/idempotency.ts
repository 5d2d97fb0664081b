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
