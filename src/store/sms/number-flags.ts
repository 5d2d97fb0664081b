import { FLAG_CAUSES, type FlagReason, type NumberFlag } from '../../domain/sms/number-flags.ts'
import { SANDBOX } from '../../domain/provider.ts'
import { texts } from '../arrays.ts'
import type { Db, DbClient } from '../db.ts'

/** A provider said once more that nothing reaches a number. */
export interface FlagCause {
  readonly contact: string
  readonly reason: FlagReason
  readonly provider: string
}

/** Adds what was said, each as one more cause: all of them or none. Of a person who was erased since nothing is kept. */
export async function addFlagCauses(db: Db, causes: readonly FlagCause[]): Promise<void> {
  await db.query({
    name: 'add-flag-causes',
    text: ADD_CAUSES,
    values: [
      texts(causes.map(({ contact }) => contact)),
      texts(causes.map(({ reason }) => reason)),
      texts(causes.map(({ provider }) => provider)),
    ],
  })
}

const ENOUGH = (reason: string): string =>
  `case ${reason} ${Object.entries(FLAG_CAUSES)
    .map(([word, count]) => `when '${word}' then ${count}`)
    .join(' ')} end`

// In sorted order: two nodes that hear of the same numbers never wait for each other in a circle. Whoever erases a person waits for the lock.
const ADD_CAUSES = `
with known as materialized (
  select contact from clients where contact = any ($1::text[]) and erased_at is null order by contact for key share
), said as (
  select contact, reason, (array_agg(provider order by ord desc))[1] as provider, least(count(*), ${ENOUGH('reason')})::integer as count
  from unnest($1::text[], $2::text[], $3::text[]) with ordinality as t (contact, reason, provider, ord)
  where contact in (select contact from known) group by contact, reason
)
insert into number_flags as f (contact, reason, provider, times, since)
select contact, reason, provider, array_fill(now(), array[count]), case when count >= ${ENOUGH('reason')} then now() end
from said order by contact, reason
on conflict (contact, reason) do update set (provider, times, since, caused_at) = (
  select excluded.provider, k.times, coalesce(f.since, case when cardinality(k.times) >= ${ENOUGH('f.reason')} then now() end), now()
  from (select array(select t from (
      select t from unnest(f.times || excluded.times) as u (t) where t > now() - interval '30 days' order by t desc limit ${ENOUGH('f.reason')}
    ) newest order by t) as times) k
)`

/** Something reached these numbers. */
export async function clearFlags(db: Db, contacts: readonly string[]): Promise<void> {
  await db.query({
    name: 'clear-flags',
    text: 'delete from number_flags where contact = any ($1::text[])',
    values: [texts(contacts)],
  })
}

/** Removes what nobody has said again for 90 days. */
export async function forgetFlags(db: Db): Promise<void> {
  await db.query({
    name: 'forget-flags',
    text: `delete from number_flags where caused_at < now() - interval '90 days'`,
    values: [],
  })
}

/** Of one number; the oldest first. */
export async function readFlags(db: Db | DbClient, contact: string): Promise<readonly NumberFlag[]> {
  const { rows } = await db.query<NumberFlag>({
    name: 'read-flags',
    text: 'select reason, provider, since from number_flags where contact = $1 and since is not null order by since, reason',
    values: [contact],
  })
  return rows
}

/** Why each of these numbers is flagged, in their order; null: it is not. */
export async function readFlagReasons(db: Db, contacts: readonly string[]): Promise<readonly (FlagReason | null)[]> {
  const { rows } = await db.query<{ reason: FlagReason | null }>({
    name: 'read-flag-reasons',
    text: `select ${flagSql('t.contact')} as reason from unnest($1::text[]) with ordinality as t (contact, ord) order by t.ord`,
    values: [texts(contacts)],
  })
  return rows.map(({ reason }) => reason)
}

/**
 * Why a number is flagged, by one look into an index; null where it is not. While none is, nothing is looked for. A subselect with a limit,
 * since one of `exists` may be turned into a scan.
 */
export function flagSql(contact: string): string {
  return `case when (select true from number_flags limit 1) then (
    select f.reason from number_flags f where f.contact = ${contact} and f.since is not null order by f.since, f.reason limit 1) end`
}

/** The same, of a message that leaves. `mode`: a FlaggedMode. */
export function flagOfMessageSql(contact: string, provider: string, mode: string): string {
  return `case when ${mode} <> 'off' and ${provider} <> '${SANDBOX}' then ${flagSql(contact)} end`
}
