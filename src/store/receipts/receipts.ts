import type { Category } from '../../domain/category.ts'
import type { Msisdn } from '../../domain/contact.ts'
import type { PartState } from '../../domain/sms/parts.ts'
import type { SentPart } from '../../domain/provider.ts'
import type { Status } from '../../domain/status.ts'
import { booleans, numbers, texts } from '../arrays.ts'
import type { Db, DbClient } from '../db.ts'
import { messageMayHaveParts } from '../sms/parts-sql.ts'

/**
 * A submission that a receipt speaks of: by our own attempt id, else by the provider's, of a message or of one part of it. Theirs repeat over
 * months: the newest counts whose message went to this recipient, no longer than 72 hours after its validity.
 */
export interface AttemptSought {
  readonly provider: string
  readonly providerMessageId: string
  readonly attempt: { readonly messageId: number; readonly number: number } | null
  /** Whom it went to, as the provider writes it. */
  readonly contact?: string
}

/** A message and one of its attempts, as they were when they were read. */
export interface AttemptState {
  readonly messageId: number
  readonly number: number
  readonly messageStatus: Status
  readonly messageReason: string | null
  /** Null: its submission was not settled yet. */
  readonly attemptStatus: Status | null
  readonly provider: string
  readonly contact: string
  /** Whom it went to; with REDIRECT_TO that is another. */
  readonly sentTo: Msisdn
  readonly sender: string | null
  readonly category: Category
  readonly segments: number
  readonly text: string
  readonly attemptsCounted: number
  /** Providers that it went on from, in order. */
  readonly tried: readonly string[]
  /** None of its attempts may have been sent unknown to us, or its sender would rather have it twice. */
  readonly mayGoOn: boolean
  /** The newest submission begun. */
  readonly newestAttempt: number
  /** Of a message in parts: what that submission came to; null: it was not settled yet. */
  readonly newestStatus: Status | null
  readonly ageMs: number
  readonly remainingMs: number
  /** Since the provider took it; null: its submission was not settled yet. */
  readonly sinceMs: number | null
  /** Those that a provider took by themselves, in any of its attempts. */
  readonly parts: readonly PartState[]
  /** Of a message in parts: whether another submission is due. */
  readonly resends: boolean
  /** Of a message that may have parts: changes with whatever is written to it. */
  readonly version: string | null
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

/** Whether one of these ids is of a message to this recipient that a provider took in the last 24 hours; null: none is. */
export async function findOtherForm(
  db: Db,
  provider: string,
  ids: readonly string[],
  contact: string,
): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>({
    name: 'find-other-form',
    text: `select f.id from (
        select provider_message_id as id, message_id from attempts where provider_message_id = any ($2::text[]) and provider = $1
        union all
        select provider_message_id, message_id from sms_parts where provider_message_id = any ($2::text[]) and provider = $1
      ) f join messages m on m.id = f.message_id join clients c on c.id = m.client_id
      where m.time > now() - interval '24 hours'
        and right(ltrim(coalesce(m.redirected_to, c.contact), '+'), length($3)) = $3
      limit 1`,
    values: [provider, ids, lastDigits(contact)],
  })
  return rows[0]?.id ?? null
}

/** One state for each of `sought`; null: no such submission was begun. Locks nothing. */
export async function readAttempts(
  db: Db | DbClient,
  sought: readonly AttemptSought[],
): Promise<(AttemptState | null)[]> {
  const { rows } = await db.query<Omit<AttemptState, 'parts'> & { place: number; parts: readonly PartState[] | null }>({
    name: 'read-attempts',
    text: READ_ATTEMPTS,
    values: [
      numbers(sought.map(({ attempt }) => attempt?.messageId ?? null)),
      numbers(sought.map(({ attempt }) => attempt?.number ?? null)),
      texts(sought.map(({ provider }) => provider)),
      texts(sought.map(({ providerMessageId }) => providerMessageId)),
      texts(sought.map(({ contact }) => (contact === undefined ? null : lastDigits(contact)))),
    ],
  })
  const found = new Map(rows.map(({ place, parts, ...state }) => [place, { ...state, parts: parts ?? [] }]))
  return sought.map((_, index) => found.get(index + 1) ?? null)
}

/** Providers write numbers with and without country code, plus sign and zeros. */
export function lastDigits(contact: string): string {
  return contact.replace(/\D/g, '').slice(-8)
}

/** A query for the submission that the row `i` means by provider, id and, where it is known, recipient. */
export function foundBy(i: string): string {
  return `select f.message_id, f.number from (
    select message_id, number from attempts where provider_message_id = ${i}.provider_message_id and provider = ${i}.provider
    union all
    select message_id, attempt from sms_parts where provider_message_id = ${i}.provider_message_id and provider = ${i}.provider
  ) f join messages fm on fm.id = f.message_id join clients fc on fc.id = fm.client_id
  where fm.expires_at > now() - interval '72 hours'
    and (${i}.contact is null or right(ltrim(coalesce(fm.redirected_to, fc.contact), '+'), length(${i}.contact)) = ${i}.contact)
  order by f.message_id desc, f.number desc limit 1`
}

const READ_ATTEMPTS = `
select i.place::integer, m.id as "messageId", s.number, m.status as "messageStatus", m.reason as "messageReason", a.status as "attemptStatus",
  m.provider, c.contact, coalesce(m.text, m.body) as text, m.attempts_counted as "attemptsCounted", m.attempt as "newestAttempt",
  coalesce(m.redirected_to, c.contact) as "sentTo", m.sender, m.category, m.segments, coalesce(m.tried, '{}') as tried,
  m.uncertain_attempts = 0 or m.on_uncertain = 'retry' as "mayGoOn",
  (extract(epoch from now() - m.time) * 1000)::float8 as "ageMs", (extract(epoch from m.expires_at - now()) * 1000)::float8 as "remainingMs",
  (extract(epoch from now() - a.finished_at) * 1000)::float8 as "sinceMs",
  l.parts,
  case when m.segments > 1 or l.parts is not null then (select n.status from attempts n where n.message_id = m.id and n.number = m.attempt) end as "newestStatus",
  case when m.segments > 1 or l.parts is not null then (select true from due d where d.message_id = m.id and d.action = 'send' limit 1) end is true as resends,
  case when ${messageMayHaveParts('m')} then m.xmin::text end as version
from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[])
  with ordinality as i (message_id, number, provider, provider_message_id, contact, place)
cross join lateral (
  select i.message_id, i.number where i.message_id is not null
  union all (
    select found.message_id, found.number from (${foundBy('i')}) found where i.message_id is null)
) s
join messages m on m.id = s.message_id and m.attempt >= s.number and s.number > 0
join clients c on c.id = m.client_id
left join attempts a on a.message_id = s.message_id and a.number = s.number
cross join lateral (
  select jsonb_agg(jsonb_build_object('attempt', p.attempt, 'number', p.number, 'total', p.total, 'reference', p.reference,
    'providerMessageId', p.provider_message_id, 'status', p.status, 'reason', p.reason, 'unasked', p.unasked) order by p.attempt, p.number) as parts
  from sms_parts p where p.message_id = m.id and ${messageMayHaveParts('m')}
) l`

/** One part of a long message as it is from now on. */
export interface PartMove extends SentPart {
  readonly status: Status
  readonly reason: string | null
}

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
  /** Where that attempt is made, all of them counted anew there; null: where the message is. */
  readonly nextProvider: string | null
  /** What is no longer due: `sends` when the receipt proves that the provider has it, `all` when it has ended. */
  readonly clear: 'none' | 'sends' | 'all'
  /** The part it speaks of; null: the whole. */
  readonly part: PartMove | null
}

/**
 * Writes what receipts changed, all of it or nothing: the attempts, their parts, the messages, and what is due; at most one move a message.
 * Resolves with the ids of the messages written. The others have moved since they were read, or another transaction holds them: nobody is
 * waited for.
 */
export async function applyReceipts(db: Db | DbClient, moves: readonly ReceiptMove[]): Promise<ReadonlySet<number>> {
  const parts = moves.some(({ part }) => part !== null)
  const { rows } = await db.query<{ id: number }>({
    ...(parts ? APPLY_PARTS : APPLY_WHOLE),
    values: [...columnsOf(moves), ...(parts ? partColumnsOf(moves) : [])],
  })
  return new Set(rows.map((row) => row.id))
}

function columnsOf(moves: readonly ReceiptMove[]): string[] {
  return [
    numbers(moves.map(({ state }) => state.messageId)),
    numbers(moves.map(({ state }) => state.number)),
    texts(moves.map(({ state }) => state.messageStatus)),
    numbers(moves.map(({ state }) => state.newestAttempt)),
    numbers(moves.map(({ state }) => state.attemptsCounted)),
    texts(moves.map((move) => move.provider)),
    // A refusal that came late has none.
    texts(moves.map((move) => move.providerMessageId || null)),
    texts(moves.map((move) => move.attemptStatus)),
    texts(moves.map((move) => move.reason)),
    texts(moves.map((move) => move.code)),
    texts(moves.map((move) => move.messageStatus)),
    numbers(moves.map((move) => move.resendMs)),
    texts(moves.map((move) => move.clear)),
    texts(moves.map((move) => move.nextProvider)),
  ]
}

function partColumnsOf(moves: readonly ReceiptMove[]): string[] {
  return [
    texts(moves.map(({ state, part }) => (part === null ? null : state.version))),
    numbers(moves.map(({ part }) => part?.number ?? null)),
    numbers(moves.map(({ part }) => part?.total ?? null)),
    numbers(moves.map(({ part }) => part?.reference ?? null)),
    texts(moves.map(({ part }) => part?.providerMessageId ?? null)),
    texts(moves.map(({ part }) => part?.rawMessageId ?? null)),
    texts(moves.map(({ part }) => part?.status ?? null)),
    texts(moves.map(({ part }) => part?.reason ?? null)),
    booleans(moves.map(({ part }) => part?.unasked === true)),
  ]
}

// A message that waits in some node's memory to be sent again is taken out of its hands; one that is being submitted is not. The row in
// `due` that stands for a message in some node's hands stays: it is how that message is found if the node dies.
function applyStatement(parts: boolean): string {
  return `
with input as materialized (
  select * from unnest($1::bigint[], $2::integer[], $3::text[], $4::integer[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::float8[], $13::text[], $14::text[]${parts ? PART_VALUES : ''})
    as t (message_id, number, was_status, was_attempt, was_counted, provider, provider_message_id, attempt_status, reason, code,
      message_status, resend_ms, clear, next_provider${parts ? PART_NAMES : ''})
), held as materialized (
  select m.id from input i join messages m on m.id = i.message_id
  where m.status = i.was_status and m.attempt = i.was_attempt and m.attempts_counted = i.was_counted
    and (i.resend_ms is null or coalesce(m.text, m.body) <> '') ${parts ? 'and (i.version is null or m.xmin::text = i.version)' : ''}
  for update of m skip locked
), mine as materialized (
  select i.* from input i join held h on h.id = i.message_id
), moved as (
  update messages m set status = coalesce(i.message_status, m.status),
    reason = case when i.message_status is null then m.reason else i.reason end,
    provider_message_id = ${parts ? 'case when i.part is null then i.provider_message_id else coalesce(m.provider_message_id, i.provider_message_id) end' : 'coalesce(i.provider_message_id, m.provider_message_id)'},
    updated_at = case when i.message_status is null then m.updated_at else now() end,
    provider = coalesce(i.next_provider, m.provider),
    tried = case when i.next_provider is null then m.tried else array_append(m.tried, m.provider) end,
    attempts_counted = case when i.next_provider is null then m.attempts_counted else 0 end,
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
), ${parts ? MOVE_PARTS : ''}cleared as (
  delete from due d using moved v
  where d.message_id = v.id and v.clear <> 'none' and (v.clear = 'all' or d.action <> 'poll')
    and (d.owner is null or d.owner is distinct from v.owner)
), again as (
  insert into due (message_id, lane, action, run_at, expires_at)
  select id, provider || ':' || category, 'send', now() + make_interval(secs => resend_ms / 1000), expires_at
  from moved where resend_ms is not null
)
select id from moved`
}

const PART_VALUES =
  ', $15::text[], $16::smallint[], $17::smallint[], $18::integer[], $19::text[], $20::text[], $21::text[], $22::text[], $23::boolean[]'
const PART_NAMES = ', version, part, total, reference, part_id, raw_message_id, part_status, part_reason, unasked'

const MOVE_PARTS = `parts_moved as (
  insert into sms_parts as p (message_id, attempt, number, total, reference, provider, provider_message_id, raw_message_id, status, reason, code, unasked)
  select message_id, number, part, total, reference, provider, part_id, raw_message_id, part_status, part_reason,
    case when part_reason is null then null else code end, unasked
  from mine where part is not null
  on conflict (message_id, attempt, number) do update set
    provider_message_id = coalesce(p.provider_message_id, excluded.provider_message_id),
    raw_message_id = coalesce(p.raw_message_id, excluded.raw_message_id),
    status = case when status_rank(excluded.status) > status_rank(p.status) then excluded.status else p.status end,
    reason = case when status_rank(excluded.status) > status_rank(p.status) then excluded.reason else p.reason end,
    code = case when status_rank(excluded.status) > status_rank(p.status) then excluded.code else p.code end,
    updated_at = case when status_rank(excluded.status) > status_rank(p.status) then now() else p.updated_at end
), `

const APPLY_WHOLE = { name: 'apply-receipts', text: applyStatement(false) }
const APPLY_PARTS = { name: 'apply-receipts-parts', text: applyStatement(true) }
