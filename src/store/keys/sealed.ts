import type { Db, DbClient } from '../db.ts'

/** What a webhook signs with, sealed; of the former secret null where there is none. */
export interface SealedRow {
  readonly id: number
  readonly secret: Buffer
  readonly oldSecret: Buffer | null
}

/** What is there under which SECRET_KEY. A mark is the beginning of what is sealed, or what is stored beside a key's hash. */
export interface KeyMarks {
  readonly sealed: readonly Buffer[]
  readonly keys: readonly string[]
  /** Keys made where there is no SECRET_KEY: they belong to none. */
  readonly noSecret: string
}

/**
 * How many secrets of webhooks, API keys that open, and subscriptions of browsers were made under one of these secret keys, and under others.
 * Of subscriptions, of which there may be millions, the newest thousand are looked at.
 */
export async function countByMark(
  db: Db,
  { sealed, keys, noSecret }: KeyMarks,
): Promise<{ readonly known: number; readonly unknown: number }> {
  const { rows } = await db.query<{ known: number; unknown: number }>({
    name: 'count-by-mark',
    text: `select count(*) filter (where known)::integer as known, count(*) filter (where not known)::integer as unknown
      from (
        select substring(secret, 1, 5) = any ($1::bytea[]) as known from webhooks where octet_length(secret) > 0
        union all
        select secret_key_mark = any ($2::text[]) from api_keys
        where revoked_at is null and (expires_at is null or expires_at > now()) and secret_key_mark <> $3
        union all
        select substring(subscription, 1, 5) = any ($1::bytea[]) from (
          select subscription from web_subscriptions order by token_id desc limit 1000) newest
      ) marks`,
    values: [sealed, keys, noSecret],
  })
  return rows[0] ?? { known: 0, unknown: 0 }
}

/** The ids of API keys that open and were made under another SECRET_KEY than the one of this mark, oldest first. */
export async function keysUnderOthers(db: Db, mark: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>({
    name: 'keys-under-others',
    text: `select public_id as id from api_keys
      where revoked_at is null and (expires_at is null or expires_at > now()) and secret_key_mark <> $1 order by api_keys.id`,
    values: [mark],
  })
  return rows.map(({ id }) => id)
}

/** At most `limit` of them above `afterId` in which something does not begin with `mark`. */
export async function readSealed(
  db: DbClient,
  mark: Buffer,
  afterId: number,
  limit: number,
): Promise<readonly SealedRow[]> {
  const { rows } = await db.query<SealedRow>({
    name: 'read-sealed',
    text: `select id, secret, old_secret as "oldSecret" from webhooks
      where id > $2 and octet_length(secret) > 0 and (substring(secret, 1, 5) <> $1 or substring(old_secret, 1, 5) <> $1)
      order by id limit $3`,
    values: [mark, afterId, limit],
  })
  return rows
}

/** False: it is not there any more as it was read, and nothing was changed. */
export async function replaceSealed(db: DbClient, before: SealedRow, after: SealedRow): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'replace-sealed',
    text: `update webhooks set secret = $4, old_secret = $5
      where id = $1 and secret = $2 and old_secret is not distinct from $3`,
    values: [before.id, before.secret, before.oldSecret, after.secret, after.oldSecret],
  })
  return rowCount === 1
}
