import { randomBytes } from 'node:crypto'
import type { Step } from './script.ts'

export interface FakeMessage {
  readonly sid: string
  readonly to: string
  readonly from: string | null
  readonly messagingServiceSid: string | null
  readonly body: string
  readonly statusCallback: string | null
  readonly createdAt: Date
  updatedAt: Date
  sentAt: Date | null
  status: Step['status']
  errorCode: number | null
}

export interface MessageBook {
  add(form: URLSearchParams): FakeMessage
  get(sid: string): FakeMessage | null
  /** In the order they were taken. */
  all(): readonly FakeMessage[]
  move(message: FakeMessage, step: Step): void
  toJson(message: FakeMessage): Record<string, unknown>
  /** A page of the messages that `query` asks for, newest first, in the shape of the real one. */
  page(query: URLSearchParams): Record<string, unknown>
}

export function createMessageBook(accountSid: string, now: () => Date): MessageBook {
  const bySid = new Map<string, FakeMessage>()
  const byRecipient = new Map<string, FakeMessage[]>()
  return {
    add(form) {
      const message = newMessage(form, now())
      bySid.set(message.sid, message)
      const others = byRecipient.get(message.to)
      if (others === undefined) byRecipient.set(message.to, [message])
      else others.push(message)
      return message
    },
    get: (sid) => bySid.get(sid) ?? null,
    all: () => [...bySid.values()],
    move(message, step) {
      message.status = step.status
      message.errorCode = step.errorCode ?? null
      message.updatedAt = now()
      if (step.status === 'sent') message.sentAt ??= now()
    },
    toJson: (message) => toJson(accountSid, message),
    page(query) {
      const to = query.get('To')
      const kept = to === null ? [...bySid.values()] : (byRecipient.get(to) ?? [])
      return toPage(accountSid, query, kept.filter((message) => isWanted(message, query)).toReversed())
    },
  }
}

function toJson(accountSid: string, message: FakeMessage): Record<string, unknown> {
  const uri = `${pathOf(accountSid)}/${message.sid}`
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: message.sentAt === null ? null : rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: 'outbound-api',
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : `Error ${message.errorCode}`,
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: '0',
    num_segments: message.from === null ? '0' : '1',
    price: null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  }
}

function toPage(accountSid: string, query: URLSearchParams, found: readonly FakeMessage[]): Record<string, unknown> {
  const path = pathOf(accountSid)
  const size = Math.min(Math.max(Number(query.get('PageSize') ?? 50), 1), 1_000)
  const number = Number(query.get('Page') ?? 0)
  const start = number * size
  const shown = found.slice(start, start + size)
  return {
    first_page_uri: pageUri(path, query, size, 0),
    end: Math.max(start + shown.length - 1, 0),
    previous_page_uri: number === 0 ? null : pageUri(path, query, size, number - 1),
    messages: shown.map((message) => toJson(accountSid, message)),
    uri: pageUri(path, query, size, number),
    page_size: size,
    start,
    next_page_uri: start + size < found.length ? pageUri(path, query, size, number + 1) : null,
    page: number,
  }
}

/** A messaging service has yet to choose its sender: such a message is `accepted`, others are `queued`. */
function newMessage(form: URLSearchParams, now: Date): FakeMessage {
  const from = form.get('From')
  return {
    sid: `SM${randomBytes(16).toString('hex')}`,
    to: form.get('To') ?? '',
    from,
    messagingServiceSid: form.get('MessagingServiceSid'),
    body: form.get('Body') ?? '',
    statusCallback: form.get('StatusCallback'),
    createdAt: now,
    updatedAt: now,
    sentAt: null,
    status: from === null ? 'accepted' : 'queued',
    errorCode: null,
  }
}

function isWanted(message: FakeMessage, query: URLSearchParams): boolean {
  const from = query.get('From')
  if (from !== null && message.from !== from) return false
  const sent = message.sentAt?.toISOString() ?? ''
  const [on, before, after] = [query.get('DateSent'), query.get('DateSent<'), query.get('DateSent>')]
  if (on !== null && !sent.startsWith(on.slice(0, 10))) return false
  if (before !== null && (sent === '' || sent > before)) return false
  return after === null || sent >= after
}

function pathOf(accountSid: string): string {
  return `/2010-04-01/Accounts/${accountSid}/Messages`
}

function pageUri(path: string, query: URLSearchParams, size: number, number: number): string {
  const next = new URLSearchParams(query)
  next.set('PageSize', String(size))
  next.set('Page', String(number))
  return `${path}.json?${next.toString()}`
}

/** `Sun, 22 Nov 2026 15:12:38 +0000`: whole seconds, as the real one. */
function rfc2822(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000')
}
