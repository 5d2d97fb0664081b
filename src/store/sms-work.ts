import type { Category, OnUncertain } from '../domain/category.ts'
import type { Msisdn } from '../domain/contact.ts'
import type { Status } from '../domain/status.ts'
import { booleans, numbers, texts } from './arrays.ts'
import type { Db, DbClient } from './db.ts'
import { sqlState } from './transaction.ts'

/** What a node needs in memory to submit a message. */
export interface SmsWork {
  readonly id: number
  readonly contact: Msisdn
  readonly sender: string | null
  readonly text: string
  readonly segments: number
  readonly category: Category
  readonly onUncertain: OnUncertain
  readonly provider: string
  /** The mark under which this process took it; a process that was declared dead has another one since. */
  readonly owner: number
  /** Submissions begun when it came into memory; its start makes it one more. */
  readonly attempt: number
  /** True: a `due` row stands for it and goes when it is settled. */
  readonly due: boolean
}

export interface Started {
  readonly id: number
  /** `expired` and its like: it was ended instead; anything else than `sending` must not be submitted. */
  readonly status: Status
  readonly attempt: number
  readonly attemptsCounted: number
  readonly uncertainAttempts: number
  /** As Postgres writes it, to be handed back as it is. */
  readonly startedAt: string
  readonly ageMs: number
  readonly remainingMs: number
}

/**
 * The one gate before a provider: marks as `sending` those of `works` that are still this owner's and still open, and ends those whose
 * validity is over. Only what comes back as `sending` may be written to a provider. Safe to repeat when its COMMIT's answer was lost, and
 * changes nothing when it is executed late, after a next attempt has begun.
 */
export async function startMessages(client: DbClient, owner: number, works: readonly SmsWork[]): Promise<Started[]> {
  const { rows } = await client.query<{
    id: number
    status: Status
    attempt: number
    attempts_counted: number
    uncertain_attempts: number
    started_at: string
    age_ms: number
    remaining_ms: number
  }>({
    name: 'start-messages',
    text: START_MESSAGES,
    values: [owner, numbers(works.map((work) => work.id)), numbers(works.map((work) => work.attempt))],
  })
  return rows.map((row) => ({
    id: row.id,
    status: row.status,
    attempt: row.attempt,
    attemptsCounted: row.attempts_counted,
    uncertainAttempts: row.uncertain_attempts,
    startedAt: row.started_at,
    ageMs: row.age_ms,
    remainingMs: row.remaining_ms,
  }))
}

// A message that may have been sent, or was reported back after it was, does not become "too late, not sent".
const START_MESSAGES = `
with begun as (update messages m set
  status = case
    when m.expires_at > now() then 'sending'
    when m.status = 'sent' then 'undelivered'
    when m.uncertain_attempts > 0 then 'uncertain'
    else 'expired' end,
  attempt = case when m.expires_at > now() then i.attempt + 1 else m.attempt end,
  started_at = case when m.expires_at > now() then now() end,
  owner = case when m.expires_at > now() then m.owner end,
  updated_at = now()
from unnest($2::bigint[], $3::integer[]) as i (id, attempt)
where m.id = i.id and m.owner = $1 and m.attempt between i.attempt and i.attempt + 1 and status_rank(m.status) < 3
returning m.id, m.status, m.attempt, m.attempts_counted, m.uncertain_attempts, coalesce(m.started_at, now())::text as started_at,
  (extract(epoch from now() - m.time) * 1000)::float8 as age_ms,
  (extract(epoch from m.expires_at - now()) * 1000)::float8 as remaining_ms
), cleared as (
  delete from due where owner = $1 and message_id in (select id from begun where status <> 'sending')
)
select id, status, attempt, attempts_counted, uncertain_attempts, started_at, age_ms, remaining_ms from begun`

/** One submission's end, decided: what the message becomes and what is due next. */
export interface SmsSettlement {
  readonly work: SmsWork
  readonly attempt: number
  readonly provider: string
  readonly providerMessageId: string | null
  /** The message's new status: `queued` when it is tried again. */
  readonly status: Status
  /** The attempt's own status. */
  readonly attemptStatus: Status
  readonly reason: string | null
  readonly code: string | null
  readonly counted: boolean
  readonly uncertain: boolean
  readonly startedAt: string
  readonly next: 'none' | 'send' | 'reconcile' | 'poll'
  readonly waitMs: number
}

export interface Settled {
  /** The batch's messages that were this owner's and at that attempt. */
  readonly moved: ReadonlySet<number>
  /** Those among them that a receipt had moved further meanwhile, with the status they kept. */
  readonly kept: ReadonlyMap<number, Status>
}

/**
 * Moves messages on and closes their attempts. Those that are not among `moved` were taken over meanwhile: their attempt is kept, so that
 * a late receipt finds it, and no status is touched. Rejects when one of the attempts stands already (see `metAttempt`), unless `again`.
 */
export async function settleMessages(
  client: DbClient,
  owner: number,
  batch: readonly SmsSettlement[],
  again = false,
): Promise<Settled> {
  const { rows } = await client.query<{ moved: number[] | null; kept: Record<string, Status> | null }>({
    name: again ? 'settle-messages-again' : 'settle-messages',
    text: again ? SETTLE_AGAIN : SETTLE_ONCE,
    values: [owner, ...columnsOf(batch), batch.length, numbers(batch.filter((s) => s.work.due).map((s) => s.work.id))],
  })
  const kept = Object.entries(rows[0]?.kept ?? {})
  return {
    moved: new Set(rows[0]?.moved ?? batch.map(({ work }) => work.id)),
    kept: new Map(kept.map(([id, status]) => [Number(id), status])),
  }
}

/** A receipt wrote the attempt first, or others took the message over, or this is a repeat after a lost answer: settle with `again`. */
export function metAttempt(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION
}

/** Source: PostgreSQL documentation, appendix A. */
const UNIQUE_VIOLATION = '23505'

function columnsOf(batch: readonly SmsSettlement[]): string[] {
  return [
    numbers(batch.map((s) => s.work.id)),
    numbers(batch.map((s) => s.attempt)),
    texts(batch.map((s) => s.provider)),
    texts(batch.map((s) => s.providerMessageId)),
    texts(batch.map((s) => s.status)),
    texts(batch.map((s) => s.attemptStatus)),
    texts(batch.map((s) => s.reason)),
    texts(batch.map((s) => s.code)),
    booleans(batch.map((s) => s.counted)),
    booleans(batch.map((s) => s.uncertain)),
    texts(batch.map((s) => s.next)),
    numbers(batch.map((s) => s.waitMs)),
    texts(batch.map((s) => s.startedAt)),
  ]
}

// A receipt may have come before its answer was settled: then the message knows more already and keeps its status.
function settleStatement(onConflict: string): string {
  return `
with input as materialized (
  select * from unnest($2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::boolean[], $11::boolean[], $12::text[], $13::float8[], $14::timestamptz[])
    as t (id, attempt, provider, provider_message_id, status, attempt_status, reason, code, counted, uncertain, next, wait_ms, started_at)
), moved as (
  update messages m set
    status = case when m.status = 'sending' or status_rank(i.status) > status_rank(m.status) then i.status else m.status end,
    reason = case when m.status = 'sending' or status_rank(i.status) > status_rank(m.status) then i.reason else m.reason end,
    provider_message_id = coalesce(i.provider_message_id, m.provider_message_id),
    attempts_counted = m.attempts_counted + i.counted::integer,
    uncertain_attempts = m.uncertain_attempts + i.uncertain::integer,
    owner = null,
    started_at = null,
    updated_at = now()
  from input i
  where m.id = i.id and m.owner = $1 and m.attempt = i.attempt and m.started_at is not null
  returning m.id, m.status, m.expires_at, m.category, i.status as wanted, i.next, i.wait_ms, i.provider
), logged as (
  insert into attempts as a (message_id, number, provider, provider_message_id, status, reason, code, started_at, finished_at)
  select i.id, i.attempt, i.provider, i.provider_message_id, i.attempt_status, i.reason, i.code, i.started_at, now()
  from input i
  ${onConflict}
), waiting as (
  insert into due (message_id, lane, action, run_at, expires_at)
  select id, provider || ':' || category, next, now() + make_interval(secs => wait_ms / 1000),
    case when next = 'poll' then now() + interval '3 days' else expires_at end
  from moved where next <> 'none' and status = wanted
), cleared as (
  delete from due where owner = $1 and message_id = any ($16::bigint[]) and message_id in (select id from moved)
)
select case when count(*) < $15 then coalesce(array_agg(id), '{}') end as moved,
  jsonb_object_agg(id, status) filter (where status <> wanted) as kept
from moved`
}

// Watching out for an attempt that is there already costs every row a record more in the write-ahead log.
const SETTLE_ONCE = settleStatement('')
const SETTLE_AGAIN = settleStatement(`on conflict (message_id, number) do update set
    provider_message_id = coalesce(a.provider_message_id, excluded.provider_message_id),
    started_at = coalesce(a.started_at, excluded.started_at),
    status = case when status_rank(excluded.status) > status_rank(a.status) then excluded.status else a.status end`)

/** Lets go of messages that were not started: they wait in `due`, for any node, `waitMs` from now. */
export async function releaseMessages(
  client: DbClient,
  owner: number,
  ids: readonly number[],
  waitMs: number,
): Promise<void> {
  await client.query({
    name: 'release-messages',
    text: `
with freed as (
  update messages set owner = null where id = any ($2::bigint[]) and owner = $1 and status_rank(status) < 3 and status <> 'sending'
  returning id, provider, category, expires_at
), again as (
  update due set owner = null, run_at = now() + make_interval(secs => $3 / 1000.0)
  where message_id in (select id from freed) and owner = $1 returning message_id
)
insert into due (message_id, lane, action, run_at, expires_at)
select id, provider || ':' || category, 'send', now() + make_interval(secs => $3 / 1000.0), expires_at
from freed where id not in (select message_id from again)`,
    values: [owner, ids, waitMs],
  })
}

interface ClaimedRow {
  readonly id: number
  readonly contact: Msisdn
  readonly sender: string | null
  readonly text: string
  readonly segments: number
  readonly category: Category
  readonly on_uncertain: OnUncertain
  readonly provider: string
  readonly attempt: number
}

/** Takes what is due for sending, up to each lane's room, oldest first; rows other nodes are taking are passed over. */
export async function claimDue(db: Db, owner: number, rooms: ReadonlyMap<string, number>): Promise<SmsWork[]> {
  const { rows } = await db.query<ClaimedRow>({
    name: 'claim-due',
    text: CLAIM_DUE,
    values: [owner, [...rooms.keys()], [...rooms.values()]],
  })
  return rows.map((row) => ({
    id: row.id,
    contact: row.contact,
    sender: row.sender,
    text: row.text,
    segments: row.segments,
    category: row.category,
    onUncertain: row.on_uncertain,
    provider: row.provider,
    owner,
    attempt: row.attempt,
    due: true,
  }))
}

// What ended meanwhile (a late receipt, an expiry) leaves its due row behind: it goes at once. What some node still submits waits.
const CLAIM_DUE = `
with me as materialized (
  select id from nodes where id = $1 and ended_at is null for key share
), picked as materialized (
  select d.id, d.message_id from me, unnest($2::text[], $3::integer[]) as l (lane, room) cross join lateral (
    select id, message_id from due
    where lane = l.lane and action = 'send' and owner is null and run_at <= now()
    order by run_at limit l.room for update skip locked) d
), taken as (
  update messages m set owner = $1, updated_at = now(), status = case m.status when 'scheduled' then 'queued' else m.status end
  from picked p, clients c
  where m.id = p.message_id and c.id = m.client_id and m.owner is null and status_rank(m.status) < 3
  returning m.id, coalesce(m.redirected_to, c.contact) as contact, m.sender, coalesce(m.text, m.body) as text, m.segments, m.category, m.on_uncertain, m.provider, m.attempt
), marked as (
  update due set owner = $1 where id in (select p.id from picked p join taken t on t.id = p.message_id)
), stale as (
  delete from due where id in (
    select p.id from picked p where not exists (select from messages m where m.id = p.message_id and status_rank(m.status) < 3))
), later as (
  update due set run_at = now() + interval '5 seconds' where id in (
    select p.id from picked p join messages m on m.id = p.message_id
    where status_rank(m.status) < 3 and p.message_id not in (select id from taken))
)
select id, contact, sender, text, segments, category, on_uncertain, provider, attempt from taken`
