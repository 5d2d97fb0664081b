import type { Category } from '../../domain/category.ts'
import type { Msisdn } from '../../domain/contact.ts'
import type { Traffic, TrafficKind } from '../../domain/sms/pumping.ts'
import type { Micros } from '../../domain/spend.ts'
import { numbers, texts } from '../arrays.ts'
import type { Db } from '../db.ts'

/** What one node has counted since it last told. */
export interface TrafficCount {
  readonly kind: TrafficKind
  readonly key: string
  readonly codes: number
  readonly converted: number
  /** Of a block: a hundred of 0 and 1; else null. */
  readonly numbers: string | null
}

/** Adds what one node has counted, and returns what all of them have, of these keys. */
export async function addTraffic(db: Db, counts: readonly TrafficCount[]): Promise<readonly Traffic[]> {
  const { rows } = await db.query<Traffic>({
    name: 'add-traffic',
    text: ADD_TRAFFIC,
    values: [
      texts(counts.map(({ kind }) => kind)),
      texts(counts.map(({ key }) => key)),
      numbers(counts.map(({ codes }) => codes)),
      numbers(counts.map(({ converted }) => converted)),
      texts(counts.map((one) => one.numbers)),
    ],
  })
  return rows
}

const ADD_TRAFFIC = `
with input as materialized (
  select kind, key, codes, converted, numbers::bit(100) as numbers, case when kind like '%-day'
    then date_trunc('day', now() at time zone 'utc') at time zone 'utc'
    else to_timestamp(floor(extract(epoch from now()) / 600) * 600) end as at
  from unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $5::text[]) as t (kind, key, codes, converted, numbers)
), counted as (
  insert into code_traffic as c (kind, key, at, codes, converted, numbers)
  select kind, key, at, codes, converted, numbers from input order by kind, key
  on conflict (kind, key, at) do update set codes = c.codes + excluded.codes, converted = c.converted + excluded.converted,
    numbers = c.numbers | excluded.numbers
  returning kind, key, codes, converted, numbers
)
select kind, key, case when numbers is null then codes else length(replace(numbers::text, '0', '')) end as codes, converted from counted`

/** What a rule has found. */
export interface AlarmRecord {
  readonly rule: string
  readonly what: string
  readonly at: Date
}

/**
 * Notes alarms until `seconds` from now. Returns those that were not on already, on any node: they are told as events in the same
 * transaction.
 */
export async function raiseAlarms(
  db: Db,
  alarms: readonly { readonly rule: string; readonly what: string }[],
  seconds: number,
): Promise<readonly AlarmRecord[]> {
  const { rows } = await db.query<AlarmRecord>({
    name: 'raise-alarms',
    text: RAISE_ALARMS,
    values: [texts(alarms.map(({ rule }) => rule)), texts(alarms.map(({ what }) => what)), seconds],
  })
  return rows
}

const RAISE_ALARMS = `
with raised as (
  insert into rule_alarms as a (rule, what, until)
  select distinct rule, what, now() + make_interval(secs => $3) from unnest($1::text[], $2::text[]) as t (rule, what) order by rule, what
  on conflict (rule, what) do update set until = greatest(a.until, excluded.until), at = case when a.until < now() then now() else a.at end
  returning rule, what, at
), told as (
  insert into events (type, reason, what)
  select 'rule.alarm', rule, what from raised where at = now() and events_wanted() && array['*', 'rule.alarm'] order by rule, what
)
select rule, what, at from raised where at = now()`

/** Those that are on, the oldest first: whoever pumps from thousands of prefixes is held back at all of them. */
export async function readAlarms(db: Db): Promise<readonly AlarmRecord[]> {
  const { rows } = await db.query<AlarmRecord>({
    name: 'read-alarms',
    text: 'select rule, what, at from rule_alarms where until > now() order by at, rule, what limit 10000',
    values: [],
  })
  return rows
}

/** A part of a day's limit, taken in advance. */
export interface Portion {
  /** 0: there is not enough left. */
  readonly granted: Micros
  /** Of the day, by all nodes, this one included. */
  readonly taken: Micros
  /** `2026-11-22` */
  readonly day: string
}

/** Takes `portion` of today's limit, or `needed` where there is not that much left. `keyId` 0: the limit of all callers together. */
export async function takePortion(
  db: Db,
  keyId: number,
  limit: Micros,
  portion: Micros,
  needed: Micros,
): Promise<Portion> {
  const { rows } = await db.query<Portion>({
    name: 'take-portion',
    text: `
insert into spending as s (day, key_id, taken, granted)
select (now() at time zone 'utc')::date, $1::bigint, g, g
from (select case when $3::bigint <= $2::bigint then $3::bigint when $4::bigint <= $2::bigint then $4::bigint else 0 end as g) f
on conflict (day, key_id) do update set (taken, granted) = (
  select s.taken + g, g
  from (select case when s.taken + $3::bigint <= $2::bigint then $3::bigint when s.taken + $4::bigint <= $2::bigint then $4::bigint else 0 end as g) f
)
returning granted::float8 as granted, taken::float8 as taken, day::text as day`,
    values: [keyId, limit, portion, needed],
  })
  const [row] = rows
  if (row === undefined) throw new Error('an upsert gave no row')
  return row
}

/** Returns what a node took in advance and did not use. */
export async function returnPortion(db: Db, keyId: number, day: string, rest: Micros): Promise<void> {
  await db.query({
    name: 'return-portion',
    text: 'update spending set taken = greatest(0, taken - $3::bigint) where day = $2::date and key_id = $1::bigint',
    values: [keyId, day, rest],
  })
}

/** A message whose code somebody typed in. */
export interface Converted {
  /** Null: he was erased since. */
  readonly contact: Msisdn | null
  readonly category: Category
  /** When it was first told. */
  readonly at: Date
  /** False: it had been told before. */
  readonly isNew: boolean
}

/** Null: there is no such message. */
export async function markConverted(db: Db, id: number): Promise<Converted | null> {
  const { rows } = await db.query<Converted>({
    name: 'mark-converted',
    text: `
with marked as (
  update messages set converted_at = now() where id = $1 and converted_at is null returning client_id, category, converted_at, true as is_new
), found as (
  select client_id, category, converted_at, is_new from marked
  union all select client_id, category, coalesce(converted_at, now()), false from messages where id = $1 and not exists (select from marked)
)
select case when c.erased_at is null then c.contact end as contact, f.category, f.converted_at as at, f.is_new as "isNew"
from found f join clients c on c.id = f.client_id`,
    values: [id],
  })
  return rows[0] ?? null
}

/** Removes what no rule looks at any more. */
export async function forgetCounts(db: Db): Promise<void> {
  await db.query({
    name: 'forget-recipient-counts',
    text: `delete from recipient_counts where updated_at < now() - interval '1 day'`,
  })
  await db.query({
    name: 'forget-traffic',
    text: `delete from code_traffic where at < now() - case when kind like '%-day' then interval '2 days' else interval '1 hour' end`,
  })
  await db.query({ name: 'forget-alarms', text: `delete from rule_alarms where until < now() - interval '30 days'` })
  await db.query({ name: 'forget-spending', text: `delete from spending where day < now() - interval '400 days'` })
}
