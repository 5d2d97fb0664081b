import type { Msisdn } from '../../domain/contact.ts'
import type { AddressProjects } from '../../domain/push/push-ways.ts'
import { numbers, texts } from '../arrays.ts'
import type { Db, DbClient } from '../db.ts'
import { isLockTimeout } from '../faults.ts'
import { FINAL, otherAddress, projectSql } from './read-tokens.ts'

export interface KnownToken {
  /** Of its device's address: two tokens of one device have the same one. */
  readonly id: number
  /** Why it isn't sent to: it was retired in the last seven days, or belongs to another project; null: it is. */
  readonly suppressed: string | null
  /** What its device was registered for; null: nobody said. */
  readonly app: string | null
  /** BCP 47; null likewise. */
  readonly locale: string | null
  /** IANA; null likewise. */
  readonly timeZone: string | null
  /** The person's number; null likewise. */
  readonly contact: Msisdn | null
}

const NO_PROJECTS: AddressProjects = { usual: '', others: {} }

/**
 * The ids of tokens, each standing once under any concurrency. One short transaction of its own per call: a token nobody uses in the end
 * is harmless. `tokens` are distinct, 5,000 at most. A token retired more than seven days ago is tried once more, unless whoever owns it took it
 * away. `projects`: those that they are sent through.
 */
export async function upsertTokens(
  db: Db,
  kinds: readonly ('token' | 'fid')[],
  tokens: readonly string[],
  projects = NO_PROJECTS,
): Promise<KnownToken[]> {
  const known = new Array<KnownToken | undefined>(tokens.length)
  let missing = tokens.map((_, index) => index)
  for (let round = 0; missing.length > 0 && round < ROUNDS; round++) {
    const values = [
      texts(missing.map((index) => kinds[index] ?? null)),
      texts(missing.map((index) => tokens[index] ?? null)),
      ...[projects.usual, JSON.stringify(projects.others)],
    ]
    const rows = await upsertOnce(db, values, round === ROUNDS - 1)
    for (const { ord, ...token } of rows) known[missing[ord - 1] ?? -1] = token
    missing = missing.filter((index) => known[index] === undefined)
  }
  return known.map((token, index) => {
    if (token === undefined) throw new Error(`upsert of ${tokens.length} tokens gave no id to number ${index}`)
    return token
  })
}

/** None where another call still enters some of them: once it has, they are found. Throws at the `last` round. */
async function upsertOnce(db: Db, values: readonly unknown[], last: boolean): Promise<readonly FoundToken[]> {
  try {
    return (await db.query<FoundToken>({ name: 'upsert-tokens', text: UPSERT_TOKENS, values: [...values] })).rows
  } catch (error) {
    if (last || !isLockTimeout(error)) throw error
    return []
  }
}

/** One that is there. */
export interface FoundToken extends KnownToken {
  /** Its place among those that were asked for, from 1 on. */
  readonly ord: number
}

/** Looks tokens up and enters none: those that are there. `tokens` are distinct. */
export async function lookUpTokens(
  db: Db,
  kinds: readonly ('token' | 'fid')[],
  tokens: readonly string[],
  projects: AddressProjects,
): Promise<readonly FoundToken[]> {
  const { rows } = await db.query<FoundToken>({
    name: 'look-up-tokens',
    text: `select i.ord::integer as ord, d.id, d.suppressed, ${DEVICE} from unnest($1::text[], $2::text[]) with ordinality as i (kind, token, ord)
      join tokens t on t.hash = token_hash(i.kind, i.token) ${ADDRESS_IN_USE} ${OF_PERSON}`,
    values: [kinds, tokens, projects.usual, JSON.stringify(projects.others)],
  })
  return rows
}

/** The one that `a` is sent through. */
const PROJECT = projectSql('$3', '$4')

// Of nearly all rows the first branch says everything. A device whose address is dead is reached by its installation id, if it has one that is not.
const ADDRESS_IN_USE = `
cross join lateral (
  select t.id, null::text as suppressed, t.app, t.locale, t.time_zone, t.client_id where t.sent_as is null and t.retired_at is null and t.wrong_project is null
  union all
  select coalesce(f.id, a.id), case when f.id is not null then null when a.wrong_project = ${PROJECT} then 'sender_mismatch'
    when a.retired_reason = any (${FINAL}) or a.retired_at > now() - interval '7 days' then a.retired_reason end,
    a.app, a.locale, a.time_zone, a.client_id
  from tokens a ${otherAddress(PROJECT)}
  where a.id = coalesce(t.sent_as, t.id) and (t.sent_as is not null or t.retired_at is not null or t.wrong_project is not null)
) d`

/** What is known of a device beside its address. One of an erased person is nobody's. */
const DEVICE = `d.app, d.locale, d.time_zone as "timeZone", p.contact`
const OF_PERSON = `left join clients p on p.id = d.client_id and p.erased_at is null`

/** What another call enters at the same moment is passed over in the first round, or waited for in vain, and found in the next. */
const ROUNDS = 5

// New tokens are written in the order of their hash, so that two nodes with lists that overlap never wait for each other in a circle.
const UPSERT_TOKENS = `
with input as materialized (
  select t.kind, t.token, token_hash(t.kind, t.token) as hash, t.ord
  from unnest($1::text[], $2::text[]) with ordinality as t (kind, token, ord)
), known as materialized (
  select i.ord, d.id, d.suppressed, ${DEVICE} from input i join tokens t on t.hash = i.hash ${ADDRESS_IN_USE} ${OF_PERSON}
), added as (
  insert into tokens (kind, token)
  select kind, token from input i where not exists (select from known k where k.ord = i.ord) order by hash
  on conflict (hash) do nothing
  returning id, hash
)
select ord::integer as ord, id, suppressed, app, locale, "timeZone", contact from known
union all
select i.ord::integer, a.id, null, null, null, null, null from added a join input i on i.hash = a.hash`

// What is known of a push that was under way then does not undo what its owner, or the person's erasing, did.
const NOT_FINAL = `(retired_reason is null or retired_reason <> all (${FINAL}))`

/**
 * Marks tokens as dead, with the reason: they are kept, but no longer sent to. `since`: from when on each of them was gone, where that is known;
 * one that was registered after that is left alone.
 */
export async function retireTokens(
  client: DbClient,
  ids: readonly number[],
  reasons: readonly string[],
  since: readonly (Date | null)[] = ids.map(() => null),
): Promise<void> {
  await client.query({
    name: 'retire-tokens',
    text: `update tokens t set retired_at = now(), retired_reason = i.reason
      from (select * from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as u (id, reason, since) order by id) i
      where t.id = i.id and ${NOT_FINAL} and (i.since is null or t.last_seen_at is null or t.last_seen_at < i.since)`,
    values: [ids, reasons, since],
  })
}

/** A token, and the project that it does not belong to. */
export interface Mismatch {
  readonly tokenId: number
  readonly project: string
}

/** Marks tokens as another project's: they are kept, and not sent to through the one that they were sent through. */
export async function markMismatched(client: DbClient, mismatches: readonly Mismatch[]): Promise<void> {
  await client.query({
    name: 'mark-mismatched',
    text: `update tokens t set wrong_project = i.project from (
        select k.id, u.project from unnest($1::bigint[], $2::text[]) as u (id, project) join tokens k on k.id = u.id order by k.id for no key update of k) i
      where t.id = i.id`,
    values: [mismatches.map(({ tokenId }) => tokenId), mismatches.map(({ project }) => project)],
  })
}

/**
 * Remembers, once a day at most, that tokens were taken by the push service; such a token is not retired (any more), unless it was taken away.
 * One that was entered within the day is left as it is: its row is still new, and the outcomes of its pushes tell it, too (see `LAST_OK`).
 */
export async function touchTokens(client: DbClient, ids: readonly number[]): Promise<void> {
  await client.query({
    name: 'touch-tokens',
    text: `update tokens set last_ok_at = now(), retired_at = null, retired_reason = null, wrong_project = null
      where id in (select id from tokens
        where id = any ($1::bigint[]) and ${NOT_FINAL} and (coalesce(last_ok_at, created_at) < now() - interval '1 day' or retired_at is not null
          or wrong_project is not null)
        order by id for no key update)`,
    values: [numbers(ids)],
  })
}
