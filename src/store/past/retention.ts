import type { Db, DbClient } from '../db.ts'

/** What is forgotten: texts alone, or all of a message. */
export type RetentionKind = 'sms_bodies' | 'sms' | 'push_bodies' | 'push' | 'inbound_bodies' | 'inbound'

/** What one step did. */
export interface RetentionStep {
  readonly done: number
  /** True: the next step would find more. */
  readonly more: boolean
}

const NO_STEP: RetentionStep = { done: 0, more: false }

/** Messages in one step; of pushes, whose targets go with them, fewer. */
const AT_ONCE = 1_000
const PUSHES_AT_ONCE = 50

/** Targets deleted in one step. */
const TARGETS_AT_ONCE = 5_000

/** Taken in a transaction by whoever does a step; null: another node is at it. */
export async function lockRetention(client: DbClient): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>({
    name: 'lock-retention',
    text: `select pg_try_advisory_xact_lock(hashtext('tidings.retention')) as locked`,
    values: [],
  })
  return rows[0]?.locked === true
}

// Nobody holds it, nothing is due, and nothing is under way.
const SMS_AT_REST = `m.owner is null and m.started_at is null and m.status not in ('scheduled', 'queued', 'sending')
  and (select true from due d where d.message_id = m.id limit 1) is null`
const PUSH_AT_REST = `(select true from push_chunks c where c.notification_id = m.id and c.done_at is null limit 1) is null
  and not exists (select from fallbacks f where f.notification_id = m.id and f.state = 'waiting')`

const EMPTY_SMS = `update messages m set subject = '', body = '', text = null, tlvs = null
  where m.id in (select id from chosen) and (m.subject <> '' or m.body <> '' or m.text is not null or m.tlvs is not null)`
const EMPTY_PUSH = `update notifications m set title = '', body = '', content = '{}', variants = null
  where m.id in (select id from chosen) and (m.title <> '' or m.body <> '' or m.content <> '{}' or m.variants is not null)`
const EMPTY_INBOUND = `update inbound m set text = '' where m.id in (select id from chosen) and m.text <> ''`
const DELETE_INBOUND = `delete from inbound m where m.id in (select id from chosen)`
const DELETE_SMS = `delete from messages m where m.id in (select id from chosen)`
const DELETE_ATTEMPTS = `, attempts_gone as (delete from attempts where message_id in (select id from chosen)
), parts_gone as (delete from sms_parts where message_id in (select id from chosen))`

/** The next messages that are older than `days`. Those that have not come to their end are noted, and passed over. */
export async function forgetSms(client: DbClient, kind: 'sms_bodies' | 'sms', days: number): Promise<RetentionStep> {
  const act = kind === 'sms' ? DELETE_SMS : EMPTY_SMS
  return step(client, kind, days, {
    table: 'messages',
    atRest: SMS_AT_REST,
    act,
    also: kind === 'sms' ? DELETE_ATTEMPTS : '',
    atOnce: AT_ONCE,
  })
}

/** Texts of notifications likewise. */
export async function forgetPushBodies(client: DbClient, days: number): Promise<RetentionStep> {
  const parts: StepParts = { table: 'notifications', atRest: PUSH_AT_REST, act: EMPTY_PUSH, also: '', atOnce: AT_ONCE }
  return step(client, 'push_bodies', days, parts)
}

/** The same for texts that came in; they have no end to wait for. */
export async function forgetInbound(
  client: DbClient,
  kind: 'inbound_bodies' | 'inbound',
  days: number,
): Promise<RetentionStep> {
  const act = kind === 'inbound' ? DELETE_INBOUND : EMPTY_INBOUND
  return step(client, kind, days, { table: 'inbound', atRest: 'true', act, also: '', atOnce: AT_ONCE })
}

interface StepParts {
  readonly table: 'messages' | 'notifications' | 'inbound'
  readonly atRest: string
  /** Done to those in `chosen`. */
  readonly act: string
  readonly also: string
  readonly atOnce: number
}

async function step(client: DbClient, kind: RetentionKind, days: number, parts: StepParts): Promise<RetentionStep> {
  const { table, atRest, act, also, atOnce } = parts
  const { rows } = await client.query<RetentionStep>({
    name: `forget-${kind}`,
    text: `
with picked as materialized (
  select m.id, m.time < now() - make_interval(days => $2) as old, ${atRest} as rest
  from ${table} m where m.id > (select done_id from retention where kind = $1) order by m.id limit $3
), past as materialized (
  select id, rest from picked where id < coalesce((select min(id) from picked where not old), 9223372036854775807)
), waited as materialized (
  select l.id, ${atRest} as rest, m.id is null as gone
  from (select id from retention_left where kind = $1 order by id limit $3) l left join ${table} m on m.id = l.id
), chosen as materialized (
  select id from past where rest union all select id from waited where rest and not gone
), acted as (
  ${act} returning m.id
)${also}, noted as (
  insert into retention_left (kind, id) select $1, id from past where not rest on conflict do nothing
), cleared as (
  delete from retention_left where kind = $1 and id in (select id from waited where rest or gone)
), moved as (
  update retention set done_id = (select max(id) from past) where kind = $1 and exists (select from past)
)
select (select count(*)::integer from acted) as done, (select count(*) from past) = $3 as more`,
    values: [kind, days, atOnce],
  })
  return rows[0] ?? NO_STEP
}

/** The next notifications that are older than `days`, with their targets; long lists take several steps. */
export async function forgetPushes(client: DbClient, days: number): Promise<RetentionStep> {
  const { rows } = await client.query<{ ids: number[]; rest: number[]; last: number | null }>({
    name: 'pick-old-pushes',
    text: `
with picked as materialized (
  select m.id, m.time < now() - make_interval(days => $1) as old, ${PUSH_AT_REST} as rest
  from notifications m where m.id > (select done_id from retention where kind = 'push') order by m.id limit $2
), past as materialized (
  select id, rest from picked where id < coalesce((select min(id) from picked where not old), 9223372036854775807)
), waited as (
  select l.id from retention_left l join notifications m on m.id = l.id where l.kind = 'push' and ${PUSH_AT_REST} order by l.id limit $2
)
select (select coalesce(array_agg(id), '{}') from (select id from past where rest union all select id from waited) c) as ids,
  (select coalesce(array_agg(id), '{}') from past where not rest) as rest, (select max(id) from past) as last`,
    values: [days, PUSHES_AT_ONCE],
  })
  const [picked] = rows
  if (picked === undefined || (picked.last === null && picked.ids.length === 0)) return NO_STEP
  if (await deleteTargets(client, picked.ids)) return { done: 0, more: true }
  const done = await deletePushes(client, picked.ids)
  await client.query({
    name: 'note-old-pushes',
    text: `
with noted as (
  insert into retention_left (kind, id) select 'push', id from unnest($1::bigint[]) as t (id) on conflict do nothing
), cleared as (
  delete from retention_left where kind = 'push' and id = any ($2::bigint[])
)
update retention set done_id = greatest(done_id, $3) where kind = 'push'`,
    values: [picked.rest, picked.ids, picked.last ?? 0],
  })
  return { done, more: true }
}

/** True: there were as many as one step takes. */
async function deleteTargets(client: DbClient, ids: readonly number[]): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'delete-old-targets',
    text: `
with picked as materialized (
  select notification_id, token_id from tokennotifications where notification_id = any ($1::bigint[]) limit $2
)
delete from tokennotifications t using picked p where t.notification_id = p.notification_id and t.token_id = p.token_id`,
    values: [ids, TARGETS_AT_ONCE],
  })
  return rowCount === TARGETS_AT_ONCE
}

// A statement sees what was there before it: chunks and notifications go one after the other, for the reference between them.
async function deletePushes(client: DbClient, ids: readonly number[]): Promise<number> {
  await client.query({
    name: 'delete-old-chunks',
    text: 'delete from push_chunks where notification_id = any ($1::bigint[])',
    values: [ids],
  })
  await client.query({
    name: 'delete-old-fallbacks',
    text: 'delete from fallbacks where notification_id = any ($1::bigint[])',
    values: [ids],
  })
  const { rowCount } = await client.query({
    name: 'delete-old-pushes',
    text: 'delete from notifications where id = any ($1::bigint[])',
    values: [ids],
  })
  return rowCount ?? 0
}

/** A partition that can be dropped as a whole, of messages, of their attempts and of their parts. */
export interface OldPartition {
  readonly part: number
  /** Its ids lie below this one. */
  readonly end: number
}

/** Ids in one partition: as `ensure_partitions()` makes them. */
const SPAN = 5_000_000

/**
 * The oldest partition of messages, if every message in it is older than `days`, none is due, and no node holds one: every message that
 * waits is one or the other.
 */
export async function findOldPartition(db: Db, days: number): Promise<OldPartition | null> {
  const { rows } = await db.query<OldPartition>({
    name: 'find-old-partition',
    text: `
with oldest as (select id / $2::bigint as part from messages order by id limit 1), bounds as (
  select part, part * $2 as low, (part + 1) * $2 as "end" from oldest
)
select b.part, b."end" from bounds b
where b."end" <= (select last_value from messages_id_seq)
  and (select m.time from messages m where m.id < b."end" order by m.id desc limit 1) < now() - make_interval(days => $1)
  and coalesce((select min(n.low_message_id) from nodes n where n.emptied_at is null), b."end") >= b."end"
  and (select true from due d where d.message_id >= b.low and d.message_id < b."end" limit 1) is null`,
    values: [days, SPAN],
  })
  return rows[0] ?? null
}

/**
 * Takes a partition out of its tables and drops it. Whoever writes or reads meanwhile is not held up: it is detached first, which waits for
 * them. Breaking off does no harm, the next call goes on.
 */
export async function dropPartition(db: Db, { part, end }: OldPartition): Promise<void> {
  for (const parent of ['sms_parts', 'attempts', 'messages'] as const) {
    const name = `tidings_partitions.${parent}_${part}`
    const pending = await detachState(db, parent, name)
    if (pending === 'attached') await db.query(`alter table ${parent} detach partition ${name} concurrently`)
    if (pending === 'pending') await db.query(`alter table ${parent} detach partition ${name} finalize`)
    await db.query(`drop table if exists ${name}`)
  }
  await db.query(`update retention set done_id = greatest(done_id, $1) where kind in ('sms', 'sms_bodies')`, [end - 1])
  await db.query(`delete from retention_left where kind in ('sms', 'sms_bodies') and id < $1`, [end])
}

async function detachState(db: Db, parent: string, name: string): Promise<'attached' | 'pending' | 'detached'> {
  const { rows } = await db.query<{ pending: boolean }>(
    `select i.inhdetachpending as pending from pg_inherits i
     where i.inhparent = to_regclass($1) and i.inhrelid = to_regclass($2)`,
    [parent, name],
  )
  if (rows[0] === undefined) return 'detached'
  return rows[0].pending ? 'pending' : 'attached'
}
