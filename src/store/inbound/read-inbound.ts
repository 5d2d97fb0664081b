import type { KeywordAction } from '../../domain/sms/keywords.ts'
import type { DbClient } from '../db.ts'

/** A text that somebody sent to us. */
export interface InboundRecord {
  readonly id: number
  readonly provider: string
  readonly providerMessageId: string | null
  readonly contact: string
  readonly sentTo: string
  readonly text: string
  readonly segments: number
  readonly missingSegments: number
  readonly sentAt: Date | null
  readonly time: Date
  readonly action: KeywordAction | null
  readonly review: boolean
  /** The message that answers it. */
  readonly replyId: number | null
}

/** Which texts; null, or false: any. */
export interface InboundFilter {
  readonly contact: string | null
  readonly since: Date | null
  /** Only those that a person should look at. */
  readonly review: boolean
}

const COLUMNS = `i.id, i.provider, i.provider_message_id as "providerMessageId", i.contact, i.sent_to as "sentTo", i.text, i.segments,
  i.missing_segments as "missingSegments", i.sent_at as "sentAt", i.time, i.action, i.review, i.reply_id as "replyId"`

/** At most `limit` texts whose id is below `before`, newest first. */
export async function readInbound(
  db: DbClient,
  { contact, since, review }: InboundFilter,
  limit: number,
  before: number,
): Promise<readonly InboundRecord[]> {
  const ofOne = contact === null ? '$3::text is null' : 'i.contact = $3'
  // Ids grow with time: what is older than `since` is not gone through.
  const { rows } = await db.query<InboundRecord>({
    name: `read-inbound${contact === null ? '' : '-of-one'}${review ? '-to-review' : ''}`,
    text: `select ${COLUMNS} from inbound i where ${ofOne} ${review ? 'and i.review' : ''} and i.id < $1
      and ($4::timestamptz is null or (i.time >= $4
        and i.id > coalesce((select o.id from inbound o where o.time < $4 order by o.id desc limit 1), 0)))
      order by i.id desc limit $2`,
    values: [before, limit, contact, since],
  })
  return rows
}
