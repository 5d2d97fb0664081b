import type { Db, DbClient } from './db.ts'

export interface KnownToken {
  readonly id: number
  /** Why it isn't sent to: it was retired in the last seven days; null: it is. */
  readonly suppressed: string | null
}

/**
 * The ids of tokens, each standing once under any concurrency. One short transaction of its own per call: a token nobody uses in the end
 * is harmless. `tokens` are distinct, 5,000 at most. A token retired more than seven days ago is tried once more.
 */
export async function upsertTokens(
  db: Db,
  kinds: readonly ('token' | 'fid')[],
  tokens: readonly string[],
): Promise<KnownToken[]> {
  const known = new Array<KnownToken | undefined>(tokens.length)
  let missing = tokens.map((_, index) => index)
  for (let round = 0; missing.length > 0 && round < ROUNDS; round++) {
    const { rows } = await db.query<{ ord: number; id: number; suppressed: string | null }>({
      name: 'upsert-tokens',
      text: UPSERT_TOKENS,
      values: [missing.map((index) => kinds[index]), missing.map((index) => tokens[index])],
    })
    for (const row of rows) known[missing[row.ord - 1] ?? -1] = { id: row.id, suppressed: row.suppressed }
    missing = missing.filter((index) => known[index] === undefined)
  }
  return known.map((token, index) => {
    if (token === undefined) throw new Error(`upsert of ${tokens.length} tokens gave no id to number ${index}`)
    return token
  })
}

/** Of some tokens: how many there are, how many were seen before, and how many of those are dead. */
export interface KnownTokens {
  readonly total: number
  readonly known: number
  readonly suppressed: number
}

/** Looks tokens up and enters none. `tokens` are distinct. */
export async function countKnownTokens(
  db: Db,
  kinds: readonly ('token' | 'fid')[],
  tokens: readonly string[],
): Promise<KnownTokens> {
  const { rows } = await db.query<{ known: number; suppressed: number }>({
    name: 'count-known-tokens',
    text: `select count(*)::integer as known, (count(*) filter (where t.retired_at > now() - interval '7 days'))::integer as suppressed
      from unnest($1::text[], $2::text[]) as i (kind, token) join tokens t on t.hash = token_hash(i.kind, i.token)`,
    values: [kinds, tokens],
  })
  return { total: tokens.length, known: rows[0]?.known ?? 0, suppressed: rows[0]?.suppressed ?? 0 }
}

/** What another call enters at the same moment is passed over in the first round and found in the next. */
const ROUNDS = 5

// New tokens are written in the order of their hash, so that two nodes with lists that overlap never wait for each other in a circle.
const UPSERT_TOKENS = `
with input as materialized (
  select t.kind, t.token, token_hash(t.kind, t.token) as hash, t.ord
  from unnest($1::text[], $2::text[]) with ordinality as t (kind, token, ord)
), known as materialized (
  select i.ord, t.id, case when t.retired_at > now() - interval '7 days' then t.retired_reason end as suppressed
  from input i join tokens t on t.hash = i.hash
), added as (
  insert into tokens (kind, token)
  select kind, token from input i where not exists (select from known k where k.ord = i.ord) order by hash
  on conflict (hash) do nothing
  returning id, hash
)
select ord::integer as ord, id, suppressed from known
union all
select i.ord::integer, a.id, null from added a join input i on i.hash = a.hash`

/** Marks tokens as dead, with the reason: they are kept, but no longer sent to. */
export async function retireTokens(
  client: DbClient,
  ids: readonly number[],
  reasons: readonly string[],
): Promise<void> {
  await client.query({
    name: 'retire-tokens',
    text: `update tokens t set retired_at = now(), retired_reason = i.reason
      from (select * from unnest($1::bigint[], $2::text[]) as u (id, reason) order by id) i where t.id = i.id`,
    values: [ids, reasons],
  })
}

/** Remembers, once a day at most, that tokens were taken by the push service; such a token is not retired (any more). */
export async function touchTokens(client: DbClient, ids: readonly number[]): Promise<void> {
  await client.query({
    name: 'touch-tokens',
    text: `update tokens set last_ok_at = now(), retired_at = null, retired_reason = null
      where id in (select id from tokens
        where id = any ($1::bigint[]) and (last_ok_at is null or last_ok_at < now() - interval '1 day' or retired_at is not null)
        order by id for update)`,
    values: [ids],
  })
}
