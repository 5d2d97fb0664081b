import { type Failure, failure } from '../../domain/failure.ts'
import type { Receipt } from '../../domain/provider.ts'
import { failureOfCode } from './codes.ts'
import { nameOf, type TwilioReading } from './options.ts'

/** What Twilio says of one message, in a callback or in its records. */
export interface MessageState {
  readonly sid: string
  /** Twilio's own word: `queued`, `undelivered` … */
  readonly status: string
  readonly errorCode: number | null
  readonly at: Date | null
}

/** A message in Twilio's records. */
export interface MessageRecord extends MessageState {
  readonly createdAt: Date | null
  readonly direction: string | null
  readonly from: string | null
  readonly messagingServiceSid: string | null
  readonly body: string | null
}

/**
 * Twilio's statuses of an outbound message. `partially_delivered` says too little to be more than `sent`.
 * Source: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values.
 */
const STATUSES: ReadonlyMap<string, Receipt['status']> = new Map([
  ['accepted', 'sent'],
  ['scheduled', 'sent'],
  ['queued', 'sent'],
  ['sending', 'sent'],
  ['sent', 'sent'],
  ['partially_delivered', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'delivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
])

/** Pure: null for a status that says nothing about a message of ours. */
export function toReceipt(state: MessageState, attempt: Receipt['attempt'], reading: TwilioReading): Receipt | null {
  const status = STATUSES.get(state.status)
  if (status === undefined) return null
  const about = { provider: nameOf(reading), providerMessageId: state.sid, attempt, at: state.at }
  if (status === 'sent' || status === 'delivered') return { ...about, status, failure: null }
  const why = failureOf(state, status, reading)
  return { ...about, status: endOf(why, status), failure: why }
}

/** Pure: one message of Twilio's JSON; null where it isn't one. */
export function readMessage(json: unknown): MessageRecord | null {
  if (typeof json !== 'object' || json === null) return null
  const fields = new Map<string, unknown>(Object.entries(json))
  const text = (name: string): string | null => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : null
  }
  const [sid, status] = [text('sid'), text('status')]
  if (sid === null || status === null || !isMessageSid(sid)) return null
  return {
    sid,
    status,
    errorCode: readErrorCode(fields.get('error_code')),
    at: readDate(text('date_updated')),
    createdAt: readDate(text('date_created')),
    direction: text('direction'),
    from: text('from'),
    messagingServiceSid: text('messaging_service_sid'),
    body: text('body'),
  }
}

/** Twilio's ids are two letters and 32 hexadecimal digits; look-alikes are looser. */
export function isMessageSid(text: string): boolean {
  return /^[A-Za-z0-9]{1,64}$/.test(text)
}

/** A number, or digits; null for anything else. */
export function readErrorCode(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? value : null
  return typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : null
}

function failureOf(
  state: MessageState,
  status: 'undelivered' | 'failed' | 'expired',
  { retryUnreachable }: TwilioReading,
): Failure {
  if (state.status === 'canceled') return failure('permanent', 'cancelled')
  if (state.errorCode === null) return failure('permanent', 'unknown', { status })
  const known = failureOfCode(state.errorCode, retryUnreachable)
  return known ?? failure('permanent', 'unknown', { status, code: String(state.errorCode) })
}

/** A code of the table knows better than the word that came with it. */
function endOf(why: Failure, status: Receipt['status']): Receipt['status'] {
  return why.status === 'undelivered' || why.status === 'failed' || why.status === 'expired' ? why.status : status
}

function readDate(text: string | null): Date | null {
  const at = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? null : new Date(at)
}
