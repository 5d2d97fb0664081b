import type { Category } from '../../domain/category.ts'
import type { Price } from '../../domain/routing.ts'
import type { Status } from '../../domain/status.ts'
import type { Db } from '../db.ts'
import { messageMayHaveParts } from './parts-sql.ts'
import { isPausedSql } from '../nodes/read-pauses.ts'

/** One SMS with all that is known of it. */
export interface MessageRecord {
  readonly id: number
  readonly contact: string
  readonly subject: string
  readonly body: string
  readonly sender: string | null
  readonly tag: string | null
  readonly category: Category
  readonly status: Status
  readonly reason: string | null
  readonly segments: number
  readonly encoding: 'gsm7' | 'ucs2'
  readonly provider: string
  readonly providerMessageId: string | null
  readonly uncertainAttempts: number
  readonly sendAt: Date | null
  /** name@version/locale */
  readonly template: string | null
  readonly resentFrom: number | null
  readonly redirectedTo: string | null
  /** When it was told that its code was typed in; absent: it was not. */
  readonly convertedAt?: Date
  /** The notification that it stands in for; absent: none. */
  readonly fallbackOf?: number
  readonly time: Date
  readonly updatedAt: Date
  /** By number. The one under way is the last. */
  readonly attempts: readonly AttemptRecord[]
}

export interface AttemptRecord {
  readonly number: number
  readonly provider: string
  readonly providerMessageId: string | null
  /** As the provider wrote it, where that differs; absent: it does not. */
  readonly rawMessageId?: string
  readonly status: Status
  readonly reason: string | null
  /** What it costs, as the routes told it; absent: nothing, or nobody knows. */
  readonly price?: Price
  /** By number, where it took several of them by themselves; absent: it took the message whole. */
  readonly parts?: readonly PartRecord[]
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

/** One part of a long message. */
export interface PartRecord {
  readonly number: number
  readonly total: number
  readonly providerMessageId: string | null
  readonly status: Status
  readonly reason: string | null
}

/** Those of these messages that are there, newest first. */
export async function readMessages(db: Db, ids: readonly number[]): Promise<MessageRecord[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<MessageRow & AttemptRow>({
    name: 'read-messages',
    text: READ_MESSAGES,
    values: [ids],
  })
  const byId = new Map<number, (MessageRow & AttemptRow)[]>()
  for (const row of rows) {
    const known = byId.get(row.id)
    if (known === undefined) byId.set(row.id, [row])
    else known.push(row)
  }
  return [...byId.values()].flatMap((one) => toRecord(one) ?? [])
}

/** Null: no such message. */
export async function readMessage(db: Db, id: number): Promise<MessageRecord | null> {
  const { rows } = await db.query<MessageRow & AttemptRow>({ name: 'read-message', text: READ_MESSAGE, values: [id] })
  return toRecord(rows)
}

/** A row an attempt, all of one message. */
function toRecord(rows: readonly (MessageRow & AttemptRow)[]): MessageRecord | null {
  const first = rows[0]
  if (first === undefined) return null
  const attempts = rows.map(toAttempt).filter((one) => one !== null)
  return { ...toMessage(first), attempts: [...attempts, ...openAttempt(first, attempts)] }
}

const MESSAGES = `
select m.id, c.contact, m.subject, m.body, m.sender, m.tag, m.category, m.status,
  case when m.status = 'queued' and ${isPausedSql('m')} then 'paused' else m.reason end as reason, m.segments, m.encoding, m.provider,
  m.provider_message_id as "providerMessageId", m.uncertain_attempts as "uncertainAttempts",
  m.send_at as "sendAt", m.template, m.resent_from as "resentFrom", m.redirected_to as "redirectedTo", m.converted_at as "convertedAt",
  (select f.notification_id from fallbacks f where f.message_id = m.id) as "fallbackOf", m.time, m.updated_at as "updatedAt",
  m.attempt, m.started_at as "openSince",
  a.number, a.provider as "attemptProvider", a.provider_message_id as "attemptProviderMessageId", a.status as "attemptStatus",
  a.reason as "attemptReason", a.started_at as "startedAt", a.finished_at as "finishedAt", a.raw_message_id as "rawMessageId",
  a.price::float8 as "priceAmount", a.currency,
  case when ${messageMayHaveParts('m')} then (
    select jsonb_agg(jsonb_build_object('number', p.number, 'total', p.total, 'providerMessageId', p.provider_message_id,
      'status', p.status, 'reason', p.reason) order by p.number)
    from sms_parts p where p.message_id = a.message_id and p.attempt = a.number) end as parts
from messages m join clients c on c.id = m.client_id left join attempts a on a.message_id = m.id`

const READ_MESSAGE = `${MESSAGES}
where m.id = $1
order by a.number`

const READ_MESSAGES = `${MESSAGES}
where m.id = any ($1::bigint[])
order by m.id desc, a.number`

interface MessageRow extends Omit<MessageRecord, 'attempts' | 'convertedAt' | 'fallbackOf'> {
  readonly convertedAt: Date | null
  readonly fallbackOf: number | null
  /** Submissions begun. */
  readonly attempt: number
  /** Since when one is under way. */
  readonly openSince: Date | null
}

/** All null where the message has no attempt yet. */
interface AttemptRow {
  readonly number: number | null
  readonly attemptProvider: string | null
  readonly attemptProviderMessageId: string | null
  readonly attemptStatus: Status | null
  readonly attemptReason: string | null
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  readonly rawMessageId: string | null
  readonly priceAmount: number | null
  readonly currency: string | null
  readonly parts: readonly PartRecord[] | null
}

function toMessage(row: MessageRow): Omit<MessageRecord, 'attempts'> {
  const { id, contact, subject, body, sender, tag, category, status, reason, segments, encoding } = row
  const { provider, providerMessageId, uncertainAttempts, time, updatedAt } = row
  const { sendAt, template, resentFrom, redirectedTo } = row
  const described = { id, contact, subject, body, sender, tag, category, segments, encoding, time }
  const converted = row.convertedAt === null ? {} : { convertedAt: row.convertedAt }
  const fallback = row.fallbackOf === null ? {} : { fallbackOf: row.fallbackOf }
  const origin = { sendAt, template, resentFrom, redirectedTo, ...converted, ...fallback }
  return { ...described, ...origin, status, reason, provider, providerMessageId, uncertainAttempts, updatedAt }
}

function toAttempt(row: AttemptRow): AttemptRecord | null {
  if (row.number === null || row.attemptProvider === null || row.attemptStatus === null) return null
  return {
    number: row.number,
    provider: row.attemptProvider,
    providerMessageId: row.attemptProviderMessageId,
    status: row.attemptStatus,
    reason: row.attemptReason,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    ...(row.rawMessageId === null ? {} : { rawMessageId: row.rawMessageId }),
    ...(row.priceAmount === null || row.currency === null
      ? {}
      : { price: { amount: row.priceAmount, currency: row.currency } }),
    ...(row.parts === null ? {} : { parts: row.parts }),
  }
}

/** The submission under way has no row of its own before its outcome is known. */
function openAttempt(message: MessageRow, known: readonly AttemptRecord[]): AttemptRecord[] {
  const { attempt: number, openSince: since } = message
  if (message.status !== 'sending' || since === null || known.some((one) => one.number === number)) return []
  const none = { providerMessageId: null, reason: null, finishedAt: null }
  return [{ ...none, number, provider: message.provider, status: 'sending', startedAt: since }]
}
