import type { KeyMode } from '../../domain/api-key.ts'
import type { Scope } from '../../domain/caller.ts'
import type { Db, DbClient } from '../db.ts'
import { KEY_COLUMNS, type KeyRecord } from './read-api-keys.ts'

export interface NewKey {
  readonly id: string
  readonly mode: KeyMode
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly countries: readonly string[] | null
  readonly topics: readonly string[] | null
  readonly cidrs: readonly string[] | null
  readonly spendLimit?: number | null
  readonly expiresAt: Date | null
  readonly secretHash: Buffer
  readonly secretKeyMark: string
}

export type KeyFields = Pick<KeyRecord, 'name' | 'scopes' | 'countries' | 'topics' | 'cidrs' | 'expiresAt'> &
  Partial<Pick<KeyRecord, 'spendLimit'>>

/** Any number, the same for every node: changes of keys come one after the other. */
const LOCK = 7_402_913

/** Until the transaction ends nobody else changes keys, so that two can't remove each other's last administrator. */
export async function lockKeys(client: DbClient): Promise<void> {
  await client.query({ name: 'lock-keys', text: `select pg_advisory_xact_lock($1)`, values: [LOCK] })
}

export async function insertKey(client: DbClient, key: NewKey): Promise<KeyRecord> {
  const { rows } = await client.query<KeyRecord>({
    name: 'insert-key',
    text: `insert into api_keys
        (public_id, mode, name, scopes, countries, topics, cidrs, expires_at, secret_hash, secret_key_mark, spend_limit)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${KEY_COLUMNS}`,
    values: [
      key.id,
      key.mode,
      key.name,
      key.scopes,
      key.countries,
      key.topics,
      key.cidrs,
      key.expiresAt,
      key.secretHash,
      key.secretKeyMark,
      key.spendLimit ?? null,
    ],
  })
  return one(rows)
}

export async function updateKey(client: DbClient, id: string, fields: KeyFields): Promise<KeyRecord> {
  const { rows } = await client.query<KeyRecord>({
    name: 'update-key',
    text: `update api_keys set name = $2, scopes = $3, countries = $4, topics = $5, cidrs = $6, expires_at = $7, spend_limit = $8
      where public_id = $1 returning ${KEY_COLUMNS}`,
    values: [
      id,
      fields.name,
      fields.scopes,
      fields.countries,
      fields.topics,
      fields.cidrs,
      fields.expiresAt,
      fields.spendLimit ?? null,
    ],
  })
  return one(rows)
}

/** The secret so far opens for `overlapSeconds` more; the one before it no longer does. */
export async function replaceSecret(
  client: DbClient,
  id: string,
  secret: Pick<NewKey, 'secretHash' | 'secretKeyMark'>,
  overlapSeconds: number,
): Promise<KeyRecord> {
  const { rows } = await client.query<KeyRecord>({
    name: 'replace-secret',
    text: `update api_keys set old_secret_hash = secret_hash, old_secret_until = now() + make_interval(secs => $4),
        secret_hash = $2, secret_key_mark = $3, rotated_at = now()
      where public_id = $1 returning ${KEY_COLUMNS}`,
    values: [id, secret.secretHash, secret.secretKeyMark, overlapSeconds],
  })
  return one(rows)
}

/** Once and for all; a second time changes nothing. */
export async function revokeKey(client: DbClient, id: string): Promise<KeyRecord> {
  const { rows } = await client.query<KeyRecord>({
    name: 'revoke-key',
    text: `update api_keys set revoked_at = coalesce(revoked_at, now()) where public_id = $1 returning ${KEY_COLUMNS}`,
    values: [id],
  })
  return one(rows)
}

/** Whether another key than this one may administer the service now. */
export async function hasOtherAdmin(client: DbClient, id: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>({
    name: 'has-other-admin',
    text: `select exists (select from api_keys where public_id <> $1 and scopes @> array['admin']
      and revoked_at is null and (expires_at is null or expires_at > now())) as there`,
    values: [id],
  })
  return rows[0]?.there === true
}

/** Whether there was ever one that could: the first key is made once. */
export async function hadAdmin(client: DbClient): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>({
    name: 'had-admin',
    text: `select exists (select from api_keys where scopes @> array['admin']) as there`,
  })
  return rows[0]?.there === true
}

/** Notes that these were used; a key's row is written once a minute at most, whichever nodes tell it. */
export async function noteUses(db: Db, rowIds: readonly number[]): Promise<void> {
  await db.query({
    name: 'note-uses',
    text: `update api_keys set last_used_at = now() where id = any ($1::bigint[])
      and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    values: [rowIds],
  })
}

/** The same key, hashed under two secret keys. */
export interface Rehash {
  readonly rowId: number
  readonly before: Buffer
  readonly after: Buffer
  /** Of the secret key that `after` was made under. */
  readonly mark: string
}

/** Whichever of the two secrets of a key it was; nothing where it is no longer either. */
export async function hashAgain(db: Db, { rowId, before, after, mark }: Rehash): Promise<void> {
  await db.query({
    name: 'hash-again',
    text: `update api_keys set
        secret_hash = case when secret_hash = $2 then $3 else secret_hash end,
        secret_key_mark = case when secret_hash = $2 then $4 else secret_key_mark end,
        old_secret_hash = case when old_secret_hash = $2 then $3 else old_secret_hash end
      where id = $1 and (secret_hash = $2 or old_secret_hash = $2)`,
    values: [rowId, before, after, mark],
  })
}

function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new Error('a key that is there was not found')
  return row
}
