import type { KeyMode } from '../../domain/api-key.ts'
import type { Scope } from '../../domain/caller.ts'
import type { DbClient } from '../db.ts'

/** A key as it may be shown: nothing in it opens anything. */
export interface KeyRecord {
  readonly rowId: number
  /** The public id. */
  readonly id: string
  readonly mode: KeyMode
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Null: no limit, as for the next two. */
  readonly countries: readonly string[] | null
  readonly topics: readonly string[] | null
  readonly cidrs: readonly string[] | null
  /** A day, in the currency of the routes; null: no limit. */
  readonly spendLimit: number | null
  readonly createdAt: Date
  readonly rotatedAt: Date | null
  /** The key before the last rotation opens until then. */
  readonly oldSecretUntil: Date | null
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly lastUsedAt: Date | null
}

/** What a presented key is compared with. */
export interface KeyLock extends KeyRecord {
  readonly secretHash: Buffer
  readonly oldSecretHash: Buffer | null
  readonly secretKeyMark: string
  /** Milliseconds by the database's clock, below 0 when it is over; null: never. */
  readonly expiresInMs: number | null
  readonly oldSecretInMs: number | null
}

export const KEY_COLUMNS = `id as "rowId", public_id as id, mode, name, scopes, countries, topics, cidrs, spend_limit::float8 as "spendLimit",
  created_at as "createdAt",
  rotated_at as "rotatedAt", old_secret_until as "oldSecretUntil", expires_at as "expiresAt", revoked_at as "revokedAt",
  last_used_at as "lastUsedAt"`

/** Null: there is no such key. */
export async function readKey(db: DbClient, id: string): Promise<KeyRecord | null> {
  const { rows } = await db.query<KeyRecord>({
    name: 'read-key',
    text: `select ${KEY_COLUMNS} from api_keys where public_id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}

/** At most `limit` keys whose row is above `after`, in the order they were made. */
export async function readKeys(db: DbClient, limit: number, after: number): Promise<readonly KeyRecord[]> {
  const { rows } = await db.query<KeyRecord>({
    name: 'read-keys',
    text: `select ${KEY_COLUMNS} from api_keys k where k.id > $1 order by k.id limit $2`,
    values: [after, limit],
  })
  return rows
}

/** What is needed to tell whether a presented key is right; null: there is none with this id. */
export async function readLock(db: DbClient, id: string): Promise<KeyLock | null> {
  const { rows } = await db.query<KeyLock>({
    name: 'read-lock',
    text: `select ${KEY_COLUMNS}, secret_hash as "secretHash", old_secret_hash as "oldSecretHash",
        secret_key_mark as "secretKeyMark",
        (extract(epoch from expires_at - now()) * 1000)::float8 as "expiresInMs",
        (extract(epoch from old_secret_until - now()) * 1000)::float8 as "oldSecretInMs"
      from api_keys where public_id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}
