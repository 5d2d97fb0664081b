import type { DbClient } from '../db.ts'

/** What became of the messages and push targets that were open when a backup was taken. */
export interface Restored {
  /** May have been sent since. */
  readonly uncertain: number
  /** Their validity had ended by then, so nobody can have sent them since. */
  readonly expired: number
  /** Their time has not come: they stay. */
  readonly scheduled: number
}

/**
 * Nothing leaves before its `send_at`; so what lies behind this moment cannot have left. The margin is for two databases whose clocks
 * differ: a node more than a minute off does not serve.
 */
const LATER = `now() + interval '1 minute'`

/**
 * Ends what a backup holds as open and somebody may have gone on with since, so that it is never sent again. Everything in it was committed
 * before `takenAt`. In one transaction with what opens the database; may be repeated.
 */
export async function endRestored(client: DbClient, takenAt: string): Promise<Restored> {
  const sms = await endSms(client, takenAt)
  await client.query(CLEAR_DUE)
  await client.query('update due set owner = null where owner is not null')
  // A receipt that comes now must not make one of them due again: the node of then has seen it, too, perhaps.
  await client.query(END_VALIDITY)
  await client.query(END_FALLBACKS)
  const push = await endPush(client, takenAt)
  await client.query(
    'update nodes set ended_at = coalesce(ended_at, now()), emptied_at = now() where emptied_at is null',
  )
  return {
    uncertain: sms.uncertain + push.uncertain,
    expired: sms.expired + push.expired,
    scheduled: sms.scheduled + push.scheduled,
  }
}

async function endSms(client: DbClient, takenAt: string): Promise<Restored> {
  const { rows } = await client.query<Restored>(END_SMS, [takenAt])
  return rows[0] ?? { uncertain: 0, expired: 0, scheduled: 0 }
}

// The submission under way, or the one that may have come next, is closed under its number: a late receipt that names it is understood.
const END_SMS = `
with open as materialized (
  select id, started_at, expires_at <= $1::timestamptz as late, started_at is not null as begun,
    status = 'scheduled' and send_at > ${LATER} and attempt = 0 and owner is null as later,
    status = 'sending' or (started_at is null and status_rank(status) < 3
      and (status <> 'uncertain' or owner is not null or exists (select from due d where d.message_id = m.id and d.action <> 'poll'))
      and (status <> 'sent' or exists (select from due d where d.message_id = m.id and d.action = 'send'))) as open
  from messages m
  where status in ('scheduled', 'queued', 'sending') or owner is not null or started_at is not null
    or id in (select message_id from due where action <> 'poll')
), moved as (
  update messages m set
    owner = null,
    started_at = null,
    updated_at = case when o.open then now() else m.updated_at end,
    attempt = m.attempt + (o.open and not o.begun and not o.late)::integer,
    attempts_counted = m.attempts_counted + o.begun::integer,
    uncertain_attempts = m.uncertain_attempts + (o.open and (o.begun or not o.late))::integer,
    status = case when not o.open then m.status when m.status = 'sent' and o.late then 'undelivered'
      when o.begun or not o.late or m.uncertain_attempts > 0 then 'uncertain' else 'expired' end,
    reason = case when o.open and (o.begun or not o.late) then 'restored' else m.reason end
  from open o where m.id = o.id and not o.later
  returning m.id, m.attempt, m.provider, m.status, m.reason, o.open, o.started_at
), logged as (
  insert into attempts (message_id, number, provider, status, reason, started_at, finished_at)
  select id, attempt, provider, 'uncertain', 'restored', started_at, now() from moved where open and reason = 'restored'
  on conflict (message_id, number) do nothing
)
select count(*) filter (where open and status = 'uncertain')::integer as uncertain,
  count(*) filter (where open and status in ('expired', 'undelivered'))::integer as expired,
  (select count(*) from open where later)::integer as scheduled
from moved`

// What is left to be done: to send what is scheduled, and to ask after what was sent.
const CLEAR_DUE = `
delete from due d where not exists (
  select from messages m where m.id = d.message_id
    and ((d.action = 'send' and m.status = 'scheduled') or (d.action = 'poll' and m.status = 'sent')))`

const END_VALIDITY = `update messages set expires_at = now() where status in ('sent', 'uncertain') and expires_at > now()`

// The SMS may have gone out since, under an id that the backup does not know.
const END_FALLBACKS = `
update fallbacks f set state = 'cancelled', reason = 'restored', done_at = now(), contact = null, sms = null
from notifications n where n.id = f.notification_id and f.state = 'waiting' and not coalesce(n.send_at > ${LATER}, false)`

async function endPush(client: DbClient, takenAt: string): Promise<Restored> {
  let [uncertain, expired] = [0, 0]
  await client.query(
    `update push_chunks set owner = null, run_at = now() where done_at is null and cancelled_at is not null`,
  )
  for (;;) {
    const { rows } = await client.query<{ chunks: number; uncertain: number; expired: number }>(END_CHUNKS, [
      takenAt,
      CHUNKS_AT_ONCE,
    ])
    if ((rows[0]?.chunks ?? 0) === 0) break
    uncertain += rows[0]?.uncertain ?? 0
    expired += rows[0]?.expired ?? 0
  }
  const { rows } = await client.query<{ scheduled: number }>(
    `select coalesce(sum(size), 0)::integer as scheduled from push_chunks where done_at is null and cancelled_at is null`,
  )
  return { uncertain, expired, scheduled: rows[0]?.scheduled ?? 0 }
}

/** Up to 200,000 targets in one statement. */
const CHUNKS_AT_ONCE = 200

// A cancelled chunk hands nothing over any more: whoever takes it next only writes down how it ended.
const END_CHUNKS = `
with open as materialized (
  select c.id, c.notification_id, c.token_ids, c.size, c.started, c.settled, c.uncertain_attempts, c.variant,
    coalesce(c.expires_at, n.expires_at) <= $1::timestamptz as late
  from push_chunks c join notifications n on n.id = c.notification_id
  where c.done_at is null and c.cancelled_at is null
    and not (c.owner is null and c.attempt = 1 and c.started = 0 and c.run_at > ${LATER} and coalesce(c.leaves_at, n.send_at) > ${LATER})
  order by c.id limit $2
), target as materialized (
  select o.id, o.notification_id, t.token_id, o.variant,
    case when o.late and t.number > o.started and o.uncertain_attempts = 0 then 'expired' else 'uncertain' end as status,
    o.uncertain_attempts + (t.number <= o.started or not o.late)::integer as uncertain_attempts
  from open o cross join lateral (
    select id, number from unnest(o.token_ids) with ordinality as l (id, number)
    union all select null, 1 where o.token_ids is null) as t (token_id, number)
  where case when (t.number - 1) / 8 < length(o.settled) then get_bit(o.settled, t.number - 1) = 0 else true end
), reasoned as materialized (
  select id, notification_id, token_id, variant, status, uncertain_attempts,
    case status when 'expired' then 'expired' else 'restored' end as reason
  from target
), written as (
  insert into tokennotifications as t (notification_id, token_id, status, reason, uncertain_attempts, variant)
  select notification_id, token_id, status, reason, uncertain_attempts, variant from reasoned where token_id is not null
  order by notification_id, token_id
  on conflict (notification_id, token_id) do update set status = excluded.status, reason = excluded.reason,
    uncertain_attempts = excluded.uncertain_attempts, updated_at = now()
    where status_rank(excluded.status) >= status_rank(t.status)
), counted as (
  select id, status, min(reason) as reason, count(*) as count from reasoned group by id, status
), ended as (
  update push_chunks c set owner = null, done_at = now(), updated_at = now(), started = c.size,
    settled = decode(repeat('ff', c.size / 8) || case when c.size % 8 = 0 then '' else lpad(to_hex((1 << (c.size % 8)) - 1), 2, '0') end, 'hex'),
    reason = case when c.token_ids is null then (select k.reason from counted k where k.id = c.id limit 1) else c.reason end,
    tally = c.tally || coalesce((
      select jsonb_object_agg(k.status, coalesce((c.tally ->> k.status)::bigint, 0) + k.count) from counted k where k.id = c.id), '{}')
  from open o where c.id = o.id
  returning c.id
)
select (select count(*) from ended)::integer as chunks,
  coalesce(sum(count) filter (where status = 'uncertain'), 0)::integer as uncertain,
  coalesce(sum(count) filter (where status = 'expired'), 0)::integer as expired
from counted`
