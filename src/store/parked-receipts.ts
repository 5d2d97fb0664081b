import type { Db } from './db.ts'
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
}

/** Keeps a receipt whose submission isn't known (yet); the same one again changes nothing. */
export async function parkReceipt(db: Db, receipt: Omit<ParkedReceipt, 'id'>): Promise<void> {
  const { provider, providerMessageId, status, reason, code, at, contact } = receipt
  await db.query({
    name: 'park-receipt',
    text: `insert into parked_receipts (provider, provider_message_id, status, reason, code, at, contact) values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (provider, provider_message_id, status, coalesce(contact, '')) do nothing`,
    values: [provider, providerMessageId, status, reason, code, at, contact === null ? null : lastDigits(contact)],
  })
}

const COLUMNS = `id, provider, provider_message_id as "providerMessageId", status, reason, code, at, contact`

/** Parked receipts whose submission is known by now. */
export async function listMatchable(db: Db, limit: number): Promise<ParkedReceipt[]> {
  const { rows } = await db.query<ParkedReceipt>({
    name: 'list-matchable',
    text: `select ${COLUMNS} from parked_receipts p where exists (${foundBy('p')}) order by id limit $1`,
    values: [limit],
  })
  return rows
}

/** Those of one provider that have these ids. */
export async function listParked(db: Db, provider: string, ids: readonly string[]): Promise<ParkedReceipt[]> {
  const { rows } = await db.query<ParkedReceipt>({
    name: 'list-parked',
    text: `select ${COLUMNS} from parked_receipts where provider = $1 and provider_message_id = any ($2::text[]) order by id`,
    values: [provider, ids],
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
