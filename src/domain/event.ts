import type { Category } from './category.ts'
import type { ConsentSource } from './consent.ts'
import type { KeywordAction } from './sms/keywords.ts'
import { STATUSES, type Status } from './status.ts'

/** Of one target of a push only outcomes are told: that it waits is not written down for long lists. */
type PushStatus = Exclude<Status, 'scheduled' | 'queued' | 'sending'>

export type EventType = `sms.${Status}` | `push.${PushStatus}` | (typeof OTHER_TYPES)[number]

const OTHER_TYPES = [
  'sms.inbound',
  'token.retired',
  'client.opted_out',
  'client.opted_in',
  'client.erased',
  'webhook.disabled',
  'webhook.test',
  'rule.alarm',
] as const

/** Every type of event there is. */
export const EVENT_TYPES: readonly EventType[] = [
  ...STATUSES.map((status) => `sms.${status}` as const),
  ...STATUSES.flatMap((status) => (isOutcome(status) ? [`push.${status}` as const] : [])),
  ...OTHER_TYPES,
]

function isOutcome(status: Status): status is PushStatus {
  return status !== 'scheduled' && status !== 'queued' && status !== 'sending'
}

/** Stands for all types. */
export const ALL_TYPES = '*'

/** Where an event stands in the log. */
export interface EventId {
  /** Its transaction, in decimal digits. */
  readonly xid: string
  readonly id: number
}

/** One event with all that is known of what it happened to; null: it has none of that, or it was forgotten or erased since. */
export interface EventRow extends EventId {
  readonly at: Date
  readonly type: EventType
  readonly status: Status | null
  readonly reason: string | null
  readonly messageId: number | null
  readonly notificationId: number | null
  readonly tokenId: number | null
  readonly clientId: number | null
  readonly endpointId: number | null
  readonly category: Category | null
  readonly tag: string | null
  readonly provider: string | null
  readonly segments: number | null
  readonly topic: string | null
  readonly contact: string | null
  readonly sender: string | null
  readonly subject: string | null
  readonly message: string | null
  readonly title: string | null
  readonly body: string | null
  readonly token: string | null
  /** Only of an alarm of a rule: the beginning of numbers, a country, or whose limit it is. */
  readonly what?: string | null
  /** Only of a text that came in. */
  readonly inbound?: InboundFacts | null
  /** Only of somebody who opted out, or in again. */
  readonly consent?: ConsentFacts | null
}

/** All but the id is null once the text was forgotten, or its person erased. */
export interface InboundFacts {
  readonly id: number
  readonly action: KeywordAction | null
  readonly review: boolean | null
  readonly segments: number | null
  readonly sentTo: string | null
  readonly text: string | null
}

export interface ConsentFacts {
  readonly senderGroup: string | null
  readonly source: ConsentSource | null
  readonly keyword: string | null
}

/** `thin`: what became of it. `full`: also to whom, and what it said. */
export type EventPayload = 'thin' | 'full'

/** What is told of an event, as JSON: `data` has ids, and never a number, a token or a text unless `payload` is `full`. */
export interface EventBody {
  readonly type: EventType
  /** When its transaction began. */
  readonly timestamp: string
  readonly data: Readonly<Record<string, string | number | boolean | null>>
}

export function eventBody(row: EventRow, payload: EventPayload): EventBody {
  const data = { ...thinData(row), ...(payload === 'full' ? fullData(row) : {}) }
  return { type: row.type, timestamp: row.at.toISOString(), data }
}

function thinData(row: EventRow): EventBody['data'] {
  const { status, reason, category, tag, provider, segments, topic } = row
  const { messageId, notificationId, tokenId, clientId, endpointId, inbound, consent } = row
  if (inbound) return thinInbound(inbound, clientId, provider)
  if (row.type === 'rule.alarm') return { rule: reason, what: row.what ?? null }
  if (consent) {
    const { senderGroup, source, keyword } = consent
    return { client_id: clientId, sender_group: senderGroup, source, keyword }
  }
  if (messageId !== null) return { message_id: messageId, status, reason, category, tag, provider, segments }
  if (notificationId !== null) {
    return { notification_id: notificationId, token_id: tokenId, topic, status, reason, category, tag, provider }
  }
  if (tokenId !== null) return { token_id: tokenId, reason }
  if (clientId !== null) return { client_id: clientId }
  return { webhook_id: endpointId, reason }
}

function thinInbound(
  { id, action, review, segments }: InboundFacts,
  clientId: number | null,
  provider: string | null,
): EventBody['data'] {
  return { inbound_id: id, client_id: clientId, provider, action, review, segments }
}

function fullData({ messageId, notificationId, tokenId, ...row }: EventRow): EventBody['data'] {
  const { contact, sender, subject, message, title, body, token, inbound, consent } = row
  if (inbound) return { contact, sent_to: inbound.sentTo, message: inbound.text }
  if (consent) return { contact }
  if (messageId !== null) return { contact, sender, subject, message }
  if (notificationId !== null) return { title, body, token }
  return tokenId === null ? {} : { token }
}

/** `<xid>-<id>`, as it stands on the wire. */
export function writeEventId({ xid, id }: EventId): string {
  return `${xid}-${id}`
}

/** Null: it is none of ours. */
export function readEventId(text: string): EventId | null {
  const [, xid, id] = /^(0|[1-9]\d{0,18})-(0|[1-9]\d{0,14})$/.exec(text) ?? []
  return xid === undefined || id === undefined ? null : { xid, id: Number(id) }
}

/** Below 0: `one` comes before `other`. */
export function compareEventIds(one: EventId, other: EventId): number {
  // In decimal digits without leading zeros a longer number is the larger one.
  if (one.xid.length !== other.xid.length) return one.xid.length - other.xid.length
  if (one.xid !== other.xid) return one.xid < other.xid ? -1 : 1
  return one.id - other.id
}
