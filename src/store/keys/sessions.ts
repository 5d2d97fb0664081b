import type { KeyMode } from '../../domain/api-key.ts'
import type { Scope } from '../../domain/caller.ts'
import type { Db, DbClient } from '../db.ts'

/** The key a session was opened with, as it is now. */
export interface SessionKey {
  readonly rowId: number
  readonly id: string
  readonly mode: KeyMode
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly countries: readonly string[] | null
  readonly topics: readonly string[] | null
  readonly cidrs: readonly string[] | null
  readonly spendLimit: number | null
}

export interface SessionRecord {
  /** Null: it was opened by a link. */
  readonly key: SessionKey | null
  readonly endsAt: Date
}

/** Source: OWASP Session Management Cheat Sheet, "Session Expiration": 15 to 30 minutes idle, 4 to 8 hours for a day of office work; a shift is 12. */
const IDLE = `interval '30 minutes'`
const LONGEST = `interval '12 hours'`

const LINK_LIFE = `interval '30 minutes'`

export async function insertSession(db: DbClient, hash: Buffer, keyRowId: number | null): Promise<void> {
  await db.query({
    name: 'insert-session',
    text: `insert into sessions (hash, key_id) values ($1, $2)`,
    values: [hash, keyRowId],
  })
}

/** Null: there is none, it is over, or its key opens nothing any more. One that is found counts as seen. */
export async function findSession(db: Db, hash: Buffer): Promise<SessionRecord | null> {
  const { rows } = await db.query<{ endsAt: Date; key: SessionKey | null }>({
    name: 'find-session',
    text: `
with seen as (
  update sessions set seen_at = now()
  where hash = $1 and seen_at between now() - ${IDLE} and now() - interval '1 minute' and created_at > now() - ${LONGEST}
)
select s.created_at + ${LONGEST} as "endsAt", case when k.id is not null then jsonb_build_object('rowId', k.id, 'id', k.public_id,
    'mode', k.mode, 'name', k.name, 'scopes', k.scopes, 'countries', k.countries, 'topics', k.topics, 'cidrs', k.cidrs, 'spendLimit', k.spend_limit) end as key
from sessions s left join api_keys k on k.id = s.key_id
where s.hash = $1 and s.created_at > now() - ${LONGEST} and s.seen_at > now() - ${IDLE}
  and (s.key_id is null or k.revoked_at is null and (k.expires_at is null or k.expires_at > now()))`,
    values: [hash],
  })
  return rows[0] ?? null
}

/** The public id of the key it was opened with, null for a link; null: there was none. */
export async function deleteSession(db: DbClient, hash: Buffer): Promise<{ readonly keyId: string | null } | null> {
  const { rows } = await db.query<{ keyId: string | null }>({
    name: 'delete-session',
    text: `with gone as (delete from sessions where hash = $1 returning key_id)
      select k.public_id as "keyId" from gone g left join api_keys k on k.id = g.key_id`,
    values: [hash],
  })
  return rows[0] ?? null
}

/** Removes what is over. */
export async function forgetSessions(db: Db): Promise<void> {
  await db.query(`delete from sessions where created_at < now() - ${LONGEST} or seen_at < now() - ${IDLE}`)
  await db.query(`delete from sign_in_links where created_at < now() - ${LINK_LIFE}`)
}

export async function insertLink(db: Db, hash: Buffer): Promise<void> {
  await db.query({ name: 'insert-link', text: `insert into sign_in_links (hash) values ($1)`, values: [hash] })
}

/** Whether it was good; it is used up by that. */
export async function takeLink(db: DbClient, hash: Buffer): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'take-link',
    text: `delete from sign_in_links where hash = $1 and created_at > now() - ${LINK_LIFE}`,
    values: [hash],
  })
  return rowCount === 1
}
