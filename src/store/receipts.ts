import type { Status } from '../domain/status.ts'
import { numbers, texts } from './arrays.ts'
import type { Db, DbClient } from './db.ts'

/** A submission that a receipt speaks of: by our own attempt id, else by the provider's. Theirs may repeat over months: the newest counts. */
export interface AttemptSought {
  readonly provider: string
  readonly providerMessageId: string
  readonly attempt: { readonly messageId: number; readonly number: number } | null
}

/** A message and one of its attempts, as they were when they were read. */
export interface AttemptState {
  readonly messageId: number
  readonly number: number
  readonly messageStatus: Status
  /** Null: its submission was not settled yet. */
  readonly attemptStatus: Status | null
  readonly provider: string
  readonly contact: string
  readonly text: string
  readonly attemptsCounted: number
  /** The newest submission begun. */
  readonly newestAttempt: number
  readonly ageMs: number
  readonly remainingMs: number
  /** Since the provider took it; null: its submission was not settled yet. */
  readonly sinceMs: number | null
}

/** The newest attempt a provider knows by this id. */
export async function findAttempt(
  db: Db | DbClient,
  provider: string,
  providerMessageId: string,
): Promise<{ messageId: number; number: number } | null> {
  const { rows } = await db.query<{ messageId: number; number: number }>({
    name: 'find-attempt',
    text: `select message_id as "messageId", number from attempts
      where provider_message_id = $2 and provider = $1 order by message_id desc limit 1`,
    values: [provider, providerMessageId],
  })
  return rows[0] ?? null
}

/** One state for each of `sought`; null: no such submission was begun. Locks nothing. */
export async function readAttempts(
  db: Db | DbClient,
  sought: readonly AttemptSought[],
): Promise<(AttemptState | null)[]> {
  const { rows } = await db.query<AttemptState & { readonly place: number }>({
    name: 'read-attempts',
    text: READ_ATTEMPTS,
    values: [
      numbers(sought.map(({ attempt }) => attempt?.messageId ?? null)),
      numbers(sought.map(({ attempt }) => attempt?.number ?? null)),
      texts(sought.map(({ provider }) => provider)),
      texts(sought.map(({ providerMessageId }) => providerMessageId)),
    ],
  })
  const found = new Map(rows.map(({ place, ...state }) => [place, state]))
  return sought.map((_, index) => found.get(index + 1) ?? null)
}

const READ_ATTEMPTS = `
select i.place::integer, m.id as "messageId", s.number, m.status as "messageStatus", a.status as "attemptStatus", m.provider, c.contact,
  coalesce(m.text, m.body) as text, m.attempts_counted as "attemptsCounted", m.attempt as "newestAttempt",
  (extract(epoch from now() - m.time) * 1000)::float8 as "ageMs", (extract(epoch from m.expires_at - now()) * 1000)::float8 as "remainingMs",
  (extract(epoch from now() - a.finished_at) * 1000)::float8 as "sinceMs"
from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[])
  with ordinality as i (message_id, number, provider, provider_message_id, place)
cross join lateral (
  select i.message_id, i.number where i.message_id is not null
  union all (
    select f.message_id, f.number from attempts f
    where i.message_id is null and f.provider_message_id = i.provider_message_id and f.provider = i.provider
    order by f.message_id desc limit 1)
) s
join messages m on m.id = s.message_id and m.attempt >= s.number and s.number > 0
join clients c on c.id = m.client_id
left join attempts a on a.message_id = s.message_id and a.number = s.number`

export interface ReceiptMove {
  /** What it was decided on: where the message has moved since, nothing is written. */
  readonly state: AttemptState
  readonly provider: string
  readonly providerMessageId: string
  readonly attemptStatus: Status
  readonly reason: string | null
  readonly code: string | null
  /** The message's new status; null: it keeps the one it has. */
  readonly messageStatus: Status | null
  /** Milliseconds until another attempt is due; null: none. */
  readonly resendMs: number | null
  /** What is no longer due: `sends` when the receipt proves that the provider has it, `all` when it has ended. */
  readonly clear: 'none' | 'sends' | 'all'
}

/**
 * Writes what receipts changed, all of it or nothing: the attempts, the messages, and what is due; at most one move a message. Resolves
 * with the ids of the messages written. The others have moved since they were read, or another transaction holds them: nobody is waited for.
 */
export async function applyReceipts(db: Db | DbClient, moves: readonly ReceiptMove[]): Promise<ReadonlySet<number>> {
  const { rows } = await db.query<{ id: number }>({
    name: 'apply-receipts',
    text: APPLY_RECEIPTS,
    values: [
      numbers(moves.map(({ state }) => state.messageId)),
      numbers(moves.map(({ state }) => state.number)),
      texts(moves.map(({ state }) => state.messageStatus)),
      numbers(moves.map(({ state }) => state.newestAttempt)),
      numbers(moves.map(({ state }) => state.attemptsCounted)),
      texts(moves.map((move) => move.provider)),
      texts(moves.map((move) => move.providerMessageId)),
      texts(moves.map((move) => move.attemptStatus)),
      texts(moves.map((move) => move.reason)),
      texts(moves.map((move) => move.code)),
      texts(moves.map((move) => move.messageStatus)),
      numbers(moves.map((move) => move.resendMs)),
      texts(moves.map((move) => move.clear)),
    ],
  })
  return new Set(rows.map((row) => row.id))
}

// A message that waits in some node's memory to be sent again is taken out of its hands; one that is being submitted is not. The row in
// `due` that stands for a message in some node's hands stays: it is how that message is found if the node dies.
const APPLY_RECEIPTS = `
with input as materialized (
  select * from unnest($1::bigint[], $2::integer[], $3::text[], $4::integer[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::float8[], $13::text[])
    as t (message_id, number, was_status, was_attempt, was_counted, provider, provider_message_id, attempt_status, reason, code,
      message_status, resend_ms, clear)
), held as materialized (
  select m.id from input i join messages m on m.id = i.message_id
  where m.status = i.was_status and m.attempt = i.was_attempt and m.attempts_counted = i.was_counted
  for update of m skip locked
), mine as materialized (
  select i.* from input i join held h on h.id = i.message_id
), moved as (
  update messages m set status = coalesce(i.message_status, m.status),
    reason = case when i.message_status is null then m.reason else i.reason end,
    provider_message_id = i.provider_message_id,
    updated_at = case when i.message_status is null then m.updated_at else now() end,
    owner = case when i.clear <> 'none' and m.started_at is null then null else m.owner end
  from mine i where m.id = i.message_id
  returning m.id, m.owner, m.provider, m.category, m.expires_at, i.clear, i.resend_ms
), logged as (
  insert into attempts as a (message_id, number, provider, provider_message_id, status, reason, code, finished_at)
  select message_id, number, provider, provider_message_id, attempt_status, reason, code, now() from mine
  on conflict (message_id, number) do update set
    provider_message_id = coalesce(a.provider_message_id, excluded.provider_message_id),
    status = case when status_rank(excluded.status) > status_rank(a.status) then excluded.status else a.status end,
    reason = case when status_rank(excluded.status) > status_rank(a.status) then excluded.reason else a.reason end,
    code = case when status_rank(excluded.status) > status_rank(a.status) then excluded.code else a.code end
), cleared as (
  delete from due d using moved v
  where d.message_id = v.id and v.clear <> 'none' and (v.clear = 'all' or d.action <> 'poll')
    and (d.owner is null or d.owner is distinct from v.owner)
), again as (
  insert into due (message_id, lane, action, run_at, expires_at)
  select id, provider || ':' || category, 'send', now() + make_interval(secs => resend_ms / 1000), expires_at
  from moved where resend_ms is not null
)
select id from moved`

export interface ParkedReceipt {
  readonly id: number
  readonly provider: string
  readonly providerMessageId: string
  readonly status: string
  readonly reason: string | null
  readonly code: string | null
  readonly at: Date | null
}

/** Keeps a receipt whose submission isn't known (yet); the same one again changes nothing. */
export async function parkReceipt(db: Db, receipt: Omit<ParkedReceipt, 'id'>): Promise<void> {
  await db.query({
    name: 'park-receipt',
    text: `insert into parked_receipts (provider, provider_message_id, status, reason, code, at) values ($1, $2, $3, $4, $5, $6)
      on conflict (provider, provider_message_id, status) do nothing`,
    values: [receipt.provider, receipt.providerMessageId, receipt.status, receipt.reason, receipt.code, receipt.at],
  })
}

/** Parked receipts whose submission is known by now. */
export async function listMatchable(db: Db, limit: number): Promise<ParkedReceipt[]> {
  const { rows } = await db.query<ParkedReceipt>({
    name: 'list-matchable',
    text: `select id, provider, provider_message_id as "providerMessageId", status, reason, code, at from parked_receipts p
      where exists (select from attempts a where a.provider_message_id = p.provider_message_id and a.provider = p.provider)
      order by id limit $1`,
    values: [limit],
  })
  return rows
}

export async function unpark(db: Db, ids: readonly number[]): Promise<void> {
  await db.query({ name: 'unpark', text: `delete from parked_receipts where id = any ($1::bigint[])`, values: [ids] })
}

/** Forgets receipts nobody could match for 72 hours. */
export async function forgetParked(db: Db): Promise<number> {
  const { rowCount } = await db.query(`delete from parked_receipts where received_at < now() - interval '72 hours'`)
  return rowCount ?? 0
}
