import type { Db } from '../db.ts'
import { foundBy, lastDigits } from './receipts.ts'

export interface ParkedReceipt {
  readonly id: number
  readonly provider: string
  readonly providerMessageId: string
  readonly status: string
  readonly reason: string | null
  readonly code: string | null
  readonly at: Date | null
  /** The last digits of whom it is about; null: it did not say. */
  readonly contact: string | null
  /** Of one that speaks of one part and names our submission; null: its id alone tells. */
  readonly messageId: number | null
  readonly attempt: number | null
}

/** Keeps a receipt whose submission isn't known (yet); the same one again changes nothing. */
export async function parkReceipt(db: Db, receipt: Omit<ParkedReceipt, 'id'>): Promise<void> {
  const { provider, providerMessageId, status, reason, code, at, contact, messageId, attempt } = receipt
  await db.query({
    name: 'park-receipt',
    text: `insert into parked_receipts (provider, provider_message_id, status, reason, code, at, contact, message_id, attempt)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      on conflict (provider, provider_message_id, status, coalesce(contact, '')) do nothing`,
    values: [
      provider,
      providerMessageId,
      status,
      reason,
      code,
      at,
      contact === null ? null : lastDigits(contact),
      messageId,
      attempt,
    ],
  })
}

const COLUMNS = `id, provider, provider_message_id as "providerMessageId", status, reason, code, at, contact, message_id as "messageId", attempt`

const IS_NAMED_SETTLED = `exists (select from attempts a where a.message_id = p.message_id and a.number = p.attempt)`

/** Parked receipts whose submission is known by now. */
export async function listMatchable(db: Db, limit: number): Promise<ParkedReceipt[]> {
  const { rows } = await db.query<ParkedReceipt>({
    name: 'list-matchable',
    text: `select ${COLUMNS} from parked_receipts p where exists (${foundBy('p')}) or ${IS_NAMED_SETTLED} order by id limit $1`,
    values: [limit],
  })
  return rows
}

/** Those of one provider that have these ids, or name these messages. */
export async function listParked(
  db: Db,
  provider: string,
  ids: readonly string[],
  messages: readonly number[],
): Promise<ParkedReceipt[]> {
  const { rows } = await db.query<ParkedReceipt>({
    name: 'list-parked',
    text: `
select ${COLUMNS} from parked_receipts where provider = $1 and provider_message_id = any ($2::text[])
union
select ${COLUMNS} from parked_receipts where provider = $1 and message_id = any ($3::bigint[])
order by id`,
    values: [provider, ids, messages],
  })
  return rows
}

/** Those that name a submission which is settled by now. */
export async function listNamed(db: Db, limit: number): Promise<ParkedReceipt[]> {
  const { rows } = await db.query<ParkedReceipt>({
    name: 'list-named',
    text: `select ${COLUMNS} from parked_receipts p where message_id is not null and ${IS_NAMED_SETTLED} order by id limit $1`,
    values: [limit],
  })
  return rows
}

/** Whether any is parked at all. */
export async function isAnyParked(db: Db): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>({
    name: 'is-any-parked',
    text: `select exists (select from parked_receipts) as some`,
    values: [],
  })
  return rows[0]?.some === true
}

export async function unpark(db: Db, ids: readonly number[]): Promise<void> {
  await db.query({ name: 'unpark', text: `delete from parked_receipts where id = any ($1::bigint[])`, values: [ids] })
}

/** Forgets receipts nobody could match for 72 hours. */
export async function forgetParked(db: Db): Promise<number> {
  const { rowCount } = await db.query(`delete from parked_receipts where received_at < now() - interval '72 hours'`)
  return rowCount ?? 0
}
