import type { SentPart } from '../../domain/provider.ts'
import type { Price } from '../../domain/routing.ts'
import type { Status } from '../../domain/status.ts'
import { booleans, numbers, texts } from '../arrays.ts'
import type { DbClient } from '../db.ts'
import { IS_OWNERS } from './due-sql.ts'
import type { SmsWork } from './sms-work.ts'
import { sqlState } from '../transaction.ts'

/** One submission's end, decided: what the message becomes and what is due next. */
export interface SmsSettlement {
  readonly work: SmsWork
  readonly attempt: number
  readonly provider: string
  readonly providerMessageId: string | null
  /** As the provider wrote it, where that differs. */
  readonly rawMessageId?: string
  /** Those parts of a long message that the provider took by themselves; absent: none. */
  readonly parts?: readonly SentPart[]
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
  /** What it costs; absent: nothing, or nobody knows. */
  readonly price?: Price
  /** Where the message goes on, its attempts counted anew there; null: it stays. Then `next` is `send`. */
  readonly nextProvider: string | null
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
  const due = numbers(batch.filter((s) => s.work.due).map((s) => s.work.id))
  const values = [owner, ...columnsOf(batch), batch.length, due]
  const { rows } = await client.query<{ moved: number[] | null; kept: Record<string, Status> | null }>(
    batch.some(isRare)
      ? { ...(again ? RARE_AGAIN : RARE_ONCE), values: [...values, ...rareColumnsOf(batch)] }
      : { ...(again ? USUAL_AGAIN : USUAL_ONCE), values },
  )
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

/** What most batches have none of, and pay nothing for. */
function isRare({ parts, rawMessageId, nextProvider }: SmsSettlement): boolean {
  return (parts !== undefined && parts.length > 0) || rawMessageId !== undefined || nextProvider !== null
}

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
    numbers(batch.map((s) => s.price?.amount ?? null)),
    texts(batch.map((s) => s.price?.currency ?? null)),
  ]
}

function rareColumnsOf(batch: readonly SmsSettlement[]): string[] {
  const taken = batch.flatMap(({ work, attempt, provider, parts }) =>
    (parts ?? []).map((part) => ({ id: work.id, attempt, provider, part })),
  )
  return [
    texts(batch.map((s) => s.nextProvider)),
    texts(batch.map((s) => s.rawMessageId ?? null)),
    numbers(taken.map(({ id }) => id)),
    numbers(taken.map(({ attempt }) => attempt)),
    numbers(taken.map(({ part }) => part.number)),
    numbers(taken.map(({ part }) => part.total)),
    numbers(taken.map(({ part }) => part.reference)),
    texts(taken.map(({ provider }) => provider)),
    texts(taken.map(({ part }) => part.providerMessageId)),
    texts(taken.map(({ part }) => part.rawMessageId ?? null)),
    booleans(taken.map(({ part }) => part.unasked === true)),
  ]
}

// A receipt may have come before its answer was settled: then the message knows more already and keeps its status, and its provider.
function settleStatement(onConflict: string, rare: boolean): string {
  const [rareValues, rareNames] = rare ? [', $19::text[], $20::text[]', ', next_provider, raw_message_id'] : ['', '']
  const goesOn = `i.next_provider is not null and m.status = 'sending'`
  const counted = 'm.attempts_counted + i.counted::integer'
  return `
with input as materialized (
  select * from unnest($2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::boolean[], $11::boolean[], $12::text[], $13::float8[], $14::timestamptz[],
    $15::numeric[], $16::text[]${rareValues})
    as t (id, attempt, provider, provider_message_id, status, attempt_status, reason, code, counted, uncertain, next, wait_ms, started_at,
      price, currency${rareNames})
), moved as (
  update messages m set
    status = case when m.status = 'sending' or status_rank(i.status) > status_rank(m.status) then i.status else m.status end,
    reason = case when m.status = 'sending' or status_rank(i.status) > status_rank(m.status) then i.reason else m.reason end,
    provider_message_id = coalesce(i.provider_message_id, m.provider_message_id),
    attempts_counted = ${rare ? `case when ${goesOn} then 0 else ${counted} end` : counted},
    ${rare ? `provider = case when ${goesOn} then i.next_provider else m.provider end,` : ''}
    ${rare ? `tried = case when ${goesOn} then array_append(m.tried, i.provider) else m.tried end,` : ''}
    uncertain_attempts = m.uncertain_attempts + i.uncertain::integer,
    owner = null,
    started_at = null,
    updated_at = now()
  from input i
  where m.id = i.id and m.owner = $1 and m.attempt = i.attempt and m.started_at is not null
  returning m.id, m.status, m.expires_at, m.category, i.status as wanted, i.next, i.wait_ms,
    ${rare ? 'coalesce(i.next_provider, i.provider) as provider' : 'i.provider'}
), logged as (
  insert into attempts as a (message_id, number, provider, provider_message_id, status, reason, code, started_at, finished_at,
    price, currency${rare ? ', raw_message_id' : ''})
  select i.id, i.attempt, i.provider, i.provider_message_id, i.attempt_status, i.reason, i.code, i.started_at, now(),
    i.price, i.currency${rare ? ', i.raw_message_id' : ''}
  from input i
  ${onConflict}
), ${rare ? LOG_PARTS : ''}waiting as (
  insert into due (message_id, lane, action, run_at, expires_at)
  select id, provider || ':' || category, next, now() + make_interval(secs => wait_ms / 1000),
    case when next = 'poll' then now() + interval '3 days' else expires_at end
  from moved where next <> 'none' and status = wanted
), cleared as (
  delete from due where ${IS_OWNERS} and message_id = any ($18::bigint[]) and message_id in (select id from moved)
)
select case when count(*) < $17 then coalesce(array_agg(id), '{}') end as moved,
  jsonb_object_agg(id, status) filter (where status <> wanted) as kept
from moved`
}

// An answer that came late may have written one of them before.
const LOG_PARTS = `taken as (
  insert into sms_parts as p (message_id, attempt, number, total, reference, provider, provider_message_id, raw_message_id, unasked, status)
  select message_id, attempt, number, total, reference, provider, provider_message_id, raw_message_id, unasked, 'sent'
  from unnest($21::bigint[], $22::integer[], $23::smallint[], $24::smallint[], $25::integer[], $26::text[], $27::text[], $28::text[],
    $29::boolean[]) as t (message_id, attempt, number, total, reference, provider, provider_message_id, raw_message_id, unasked)
  on conflict (message_id, attempt, number) do update set
    provider_message_id = coalesce(p.provider_message_id, excluded.provider_message_id),
    raw_message_id = coalesce(p.raw_message_id, excluded.raw_message_id)
), `

// Watching out for an attempt that is there already costs every row a record more in the write-ahead log.
const AGAIN = `on conflict (message_id, number) do update set
    provider_message_id = coalesce(a.provider_message_id, excluded.provider_message_id),
    started_at = coalesce(a.started_at, excluded.started_at),
    price = coalesce(a.price, excluded.price),
    currency = coalesce(a.currency, excluded.currency),
    status = case when status_rank(excluded.status) > status_rank(a.status) then excluded.status else a.status end`

const USUAL_ONCE = { name: 'settle-messages', text: settleStatement('', false) }
const USUAL_AGAIN = { name: 'settle-messages-again', text: settleStatement(AGAIN, false) }
const RARE_ONCE = { name: 'settle-messages-rare', text: settleStatement('', true) }
const RARE_AGAIN = { name: 'settle-messages-rare-again', text: settleStatement(AGAIN, true) }
