import type { Status } from '../domain/status.ts'
import type { Db, DbClient } from './db.ts'

/** A message and one of its attempts, locked for the transaction. */
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
}

/** The attempt a receipt speaks of, by our own attempt id. */
export async function lockAttempt(client: DbClient, messageId: number, number: number): Promise<AttemptState | null> {
  const { rows } = await client.query<AttemptState>({
    name: 'lock-attempt',
    text: `
select m.id as "messageId", $2::integer as number, m.status as "messageStatus", a.status as "attemptStatus", m.provider, c.contact,
  coalesce(m.text, m.body) as text, m.attempts_counted as "attemptsCounted", m.attempt as "newestAttempt",
  (extract(epoch from now() - m.time) * 1000)::float8 as "ageMs", (extract(epoch from m.expires_at - now()) * 1000)::float8 as "remainingMs"
from messages m join clients c on c.id = m.client_id left join attempts a on a.message_id = m.id and a.number = $2
where m.id = $1 and m.attempt >= $2 and $2 > 0
for update of m`,
    values: [messageId, number],
  })
  return rows[0] ?? null
}

/** The newest attempt a provider knows by this id. Ids may repeat over months. */
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

export interface ReceiptMove {
  readonly messageId: number
  readonly number: number
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

/** Writes what a receipt changed: the attempt, the message, and what is due. The caller holds the message's lock. */
export async function applyReceipt(client: DbClient, move: ReceiptMove): Promise<void> {
  await client.query({
    name: 'receipt-attempt',
    text: `
insert into attempts as a (message_id, number, provider, provider_message_id, status, reason, code, finished_at)
values ($1, $2, $3, $4, $5, $6, $7, now())
on conflict (message_id, number) do update set
  provider_message_id = coalesce(a.provider_message_id, excluded.provider_message_id),
  status = case when status_rank(excluded.status) > status_rank(a.status) then excluded.status else a.status end,
  reason = case when status_rank(excluded.status) > status_rank(a.status) then excluded.reason else a.reason end,
  code = case when status_rank(excluded.status) > status_rank(a.status) then excluded.code else a.code end`,
    values: [
      move.messageId,
      move.number,
      move.provider,
      move.providerMessageId,
      move.attemptStatus,
      move.reason,
      move.code,
    ],
  })
  // A message that waits in some node's memory to be sent again is taken out of its hands; one that is being submitted is not.
  await client.query({
    name: 'receipt-message',
    text: `
update messages set status = coalesce($2, status), reason = case when $2::text is null then reason else $3 end,
  provider_message_id = $4, updated_at = case when $2::text is null then updated_at else now() end,
  owner = case when $5 and started_at is null then null else owner end where id = $1`,
    values: [move.messageId, move.messageStatus, move.reason, move.providerMessageId, move.clear !== 'none'],
  })
  // The row that stands for a message in some node's hands stays: it is how that message is found if the node dies.
  if (move.clear !== 'none') {
    await client.query({
      name: 'receipt-clear',
      text: `delete from due where message_id = $1 and ($2 or action <> 'poll')
        and (owner is null or owner is distinct from (select m.owner from messages m where m.id = $1))`,
      values: [move.messageId, move.clear === 'all'],
    })
  }
  if (move.resendMs !== null) await resendLater(client, move.messageId, move.resendMs)
}

async function resendLater(client: DbClient, messageId: number, waitMs: number): Promise<void> {
  await client.query({
    name: 'receipt-resend',
    text: `
insert into due (message_id, lane, action, run_at, expires_at)
select id, provider || ':' || category, 'send', now() + make_interval(secs => $2 / 1000.0), expires_at from messages where id = $1`,
    values: [messageId, waitMs],
  })
}

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

export async function unpark(db: Db, id: number): Promise<void> {
  await db.query({ name: 'unpark', text: `delete from parked_receipts where id = $1`, values: [id] })
}

/** Forgets receipts nobody could match for 72 hours. */
export async function forgetParked(db: Db): Promise<number> {
  const { rowCount } = await db.query(`delete from parked_receipts where received_at < now() - interval '72 hours'`)
  return rowCount ?? 0
}
