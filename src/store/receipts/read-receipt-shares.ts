import type { Db } from '../db.ts'
import { idAt } from '../past/search-walk.ts'

/** Of the messages that a provider took to numbers of one beginning: how many there were, and how many of them it later told the end of. */
export interface ReceiptCount {
  readonly provider: string
  /** One of these numbers. */
  readonly contact: string
  readonly messages: number
  readonly receipts: number
}

/** Messages that are looked at: the newest that had the time for a receipt. */
const SAMPLE = 5_000

/** Counts what became of messages that were accepted before `before`, in the seven days until then. */
export async function countReceipts(db: Db, before: Date): Promise<ReceiptCount[]> {
  const below = await idAt(db, { from: 'messages m', id: 'm.id', time: 'm.time' }, before)
  const { rows } = await db.query<ReceiptCount>({
    name: 'count-receipts',
    text: `
with sample as (
  select m.provider, m.client_id, m.status, m.time, m.provider_message_id from messages m where m.id < $1 order by m.id desc limit $2
)
select s.provider, min(c.contact) as contact, count(*)::integer as messages, count(*) filter (where s.status <> 'sent')::integer as receipts
from sample s join clients c on c.id = s.client_id
where s.provider <> 'sandbox' and s.provider_message_id is not null and s.time > $3::timestamptz - interval '7 days'
  and s.status in ('sent', 'delivered', 'undelivered', 'failed', 'expired') and c.erased_at is null
group by s.provider, left(c.contact, 5)`,
    values: [below, SAMPLE, before],
  })
  return rows
}
