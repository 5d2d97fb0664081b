import type { UnreadableReceipt } from '../../domain/provider.ts'
import type { Db } from '../db.ts'

/** Octets kept of a text, and of its parameters; what stands behind them is nobody's loss. */
const MOST_OCTETS = 1_024

/** Receipts kept at once: what can't be read looks much the same each time. */
const MOST = 1_000

/** Keeps a receipt that can't be read; beyond the thousand newest they are forgotten. */
export async function keepUnreadable(db: Db, receipt: UnreadableReceipt): Promise<void> {
  const { provider, command, esmClass, dataCoding, source, destination, message, tlvs } = receipt
  await db.query({
    name: 'keep-unreadable',
    text: `
with kept as (
  insert into unreadable_receipts (provider, command, esm_class, data_coding, source, destination, message, tlvs)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
)
delete from unreadable_receipts where id <= (select id from unreadable_receipts order by id desc offset $9 limit 1)`,
    values: [
      provider,
      command,
      esmClass,
      dataCoding,
      source,
      destination,
      message.subarray(0, MOST_OCTETS),
      tlvs.subarray(0, MOST_OCTETS),
      MOST - 1,
    ],
  })
}

/** Those that are kept, by provider. */
export async function countUnreadable(
  db: Db,
): Promise<readonly { readonly provider: string; readonly count: number }[]> {
  const { rows } = await db.query<{ provider: string; count: number }>({
    name: 'count-unreadable',
    text: `select provider, count(*)::integer as count from unreadable_receipts group by provider order by provider`,
    values: [],
  })
  return rows
}

/** Forgets what nobody has looked at for 72 hours. */
export async function forgetUnreadable(db: Db): Promise<void> {
  await db.query({
    name: 'forget-unreadable',
    text: `delete from unreadable_receipts where received_at < now() - interval '72 hours'`,
    values: [],
  })
}
