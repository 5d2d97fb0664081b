import type { Client, ClientHistory } from '../contract/history.ts'
import type { Key } from '../contract/keys.ts'
import type { Delivery, Notification } from '../contract/notifications.ts'
import type { Sms } from '../contract/sms.ts'
import type { Token } from '../contract/tokens.ts'
import { keyPrefix } from '../domain/api-key.ts'
import { countryOf } from '../domain/country.ts'
import type { NumberFlag } from '../domain/sms/number-flags.ts'
import { pushVerdict } from '../domain/push/push-verdict.ts'
import { isCondition } from '../domain/push/push-topics.ts'
import { fromMicros, toMicros } from '../domain/spend.ts'
import { verdict } from '../domain/verdict.ts'
import type { KeyRecord } from '../store/keys/read-api-keys.ts'
import type { ClientRecord } from '../store/past/read-clients.ts'
import type { AttemptRecord, MessageRecord, PartRecord } from '../store/sms/read-messages.ts'
import type { DeliveryRecord } from '../store/push/read-deliveries.ts'
import type { FallbackRecord, NotificationRecord } from '../store/push/read-notifications.ts'
import type { TokenRecord } from '../store/push/read-tokens.ts'
import { summarise, type Summary } from './notification-status.ts'

/** Messages as they stand on the wire. */
export function toSms(message: MessageRecord): Sms {
  return {
    message_id: message.id,
    contact: message.contact,
    subject: message.subject,
    message: message.body,
    sender: message.sender,
    tag: message.tag,
    category: message.category,
    status: message.status,
    reason: message.reason,
    verdict: verdict(message),
    segments: message.segments,
    encoding: message.encoding,
    provider: message.provider,
    provider_message_id: message.providerMessageId,
    ...pricesOf(message.attempts),
    uncertain_attempts: message.uncertainAttempts,
    send_at: message.sendAt?.toISOString() ?? null,
    template: message.template,
    resent_from: message.resentFrom,
    redirected_to: message.redirectedTo,
    ...(message.fallbackOf === undefined ? {} : { fallback_of: message.fallbackOf }),
    ...(message.convertedAt === undefined ? {} : { converted_at: message.convertedAt.toISOString() }),
    created_at: message.time.toISOString(),
    updated_at: message.updatedAt.toISOString(),
    attempts: message.attempts.map(toAttempt),
  }
}

export function toNotification(notification: NotificationRecord): Notification {
  return {
    notification_id: notification.id,
    ...toBroadcast(notification.topic),
    title: notification.title,
    body: notification.body,
    content: notification.content,
    tag: notification.tag,
    category: notification.category,
    verdict: pushVerdict(notification),
    ...waitingFor(summarise(notification.counts, notification.paused), notification.waits),
    provider: notification.provider,
    ways: notification.ways.map((way) => ({ ...way })),
    targets: notification.targets,
    counts: notification.counts,
    send_at: notification.sendAt?.toISOString() ?? null,
    template: notification.template,
    wordings: notification.variants.map((variant) => ({ ...variant })),
    paused_at: notification.pausedAt?.toISOString() ?? null,
    waits: notification.waits.map(({ until, ...wait }) => ({ ...wait, until: until.toISOString() })),
    resent_from: notification.resentFrom,
    ...(notification.fallback === null ? {} : { fallback: toFallback(notification.fallback) }),
    created_at: notification.time.toISOString(),
    updated_at: notification.updatedAt.toISOString(),
  }
}

/** What waits, waits for the morning of its recipients, all of it. */
function waitingFor(summary: Summary, waits: NotificationRecord['waits']): Summary {
  const isQuiet = waits.length > 0 && waits.every(({ reason }) => reason === 'quiet_hours')
  const isWaiting = summary.status === 'queued' || summary.status === 'scheduled'
  return isQuiet && isWaiting && summary.reason === null ? { ...summary, reason: 'quiet_hours' } : summary
}

function toFallback(fallback: FallbackRecord): NonNullable<Notification['fallback']> {
  return {
    state: fallback.state,
    reason: fallback.reason,
    unless: fallback.unless,
    after: fallback.afterSeconds,
    deadline_at: fallback.deadlineAt.toISOString(),
    message_id: fallback.messageId,
    done_at: fallback.doneAt?.toISOString() ?? null,
  }
}

/** One column holds both: a condition has quotes, which no topic has. */
export function toBroadcast(address: string | null): { topic: string | null; condition: string | null } {
  if (address === null || !isCondition(address)) return { topic: address, condition: null }
  return { topic: null, condition: address }
}

export function toDelivery(delivery: DeliveryRecord): Delivery {
  return {
    token: delivery.token,
    kind: delivery.kind,
    status: delivery.status,
    reason: delivery.reason,
    provider_message_id: delivery.providerMessageId,
    received_at: delivery.receivedAt?.toISOString() ?? null,
    locale: delivery.locale,
    opened_at: delivery.openedAt?.toISOString() ?? null,
    updated_at: delivery.updatedAt.toISOString(),
  }
}

export function toClient(client: ClientRecord): Client {
  return {
    client_id: client.id,
    contact: client.contact,
    country: client.erasedAt === null ? countryOf(client.contact) : null,
    messages: client.messages,
    last_message_at: client.lastMessageAt?.toISOString() ?? null,
    created_at: client.createdAt.toISOString(),
    erased_at: client.erasedAt?.toISOString() ?? null,
  }
}

export function toFlag({ reason, provider, since }: NumberFlag): ClientHistory['flags'][number] {
  return { reason, provider, since: since.toISOString() }
}

export function toToken(token: TokenRecord): Token {
  return {
    token_id: token.id,
    token: token.token,
    kind: token.kind,
    client: token.contact,
    platform: token.platform,
    app: token.app,
    locale: token.locale,
    time_zone: token.timeZone,
    fid: token.fid,
    sent_as: token.sentAs,
    created_at: token.createdAt.toISOString(),
    last_seen_at: token.lastSeenAt?.toISOString() ?? null,
    stale_at: token.staleAt?.toISOString() ?? null,
    last_ok_at: token.lastOkAt?.toISOString() ?? null,
    retired_at: token.retiredAt?.toISOString() ?? null,
    retired_reason: token.retiredReason,
    undo_until: token.undoUntil?.toISOString() ?? null,
    wrong_project: token.wrongProject,
  }
}

/** Nothing in it opens anything. */
export function toKey(record: KeyRecord): Key {
  return {
    id: record.id,
    mode: record.mode,
    prefix: keyPrefix(record),
    name: record.name,
    scopes: [...record.scopes],
    countries: record.countries,
    topics: record.topics,
    cidrs: record.cidrs,
    spend_limit: record.spendLimit,
    created_at: record.createdAt.toISOString(),
    expires_at: record.expiresAt?.toISOString() ?? null,
    rotated_at: record.rotatedAt?.toISOString() ?? null,
    old_secret_until: record.oldSecretUntil?.toISOString() ?? null,
    revoked_at: record.revokedAt?.toISOString() ?? null,
    last_used_at: record.lastUsedAt?.toISOString() ?? null,
  }
}

/** Of all attempts together, in the currency of the last one that has a price. */
function pricesOf(attempts: readonly AttemptRecord[]): Pick<Sms, 'price'> {
  const prices = attempts.flatMap(({ price }) => price ?? [])
  const currency = prices.at(-1)?.currency
  if (currency === undefined) return {}
  const sum = prices.filter((one) => one.currency === currency).reduce((all, { amount }) => all + toMicros(amount), 0)
  return { price: { amount: fromMicros(sum), currency } }
}

function toAttempt(attempt: AttemptRecord): Sms['attempts'][number] {
  return {
    number: attempt.number,
    provider: attempt.provider,
    provider_message_id: attempt.providerMessageId,
    ...(attempt.rawMessageId === undefined ? {} : { raw_message_id: attempt.rawMessageId }),
    status: attempt.status,
    reason: attempt.reason,
    ...(attempt.price === undefined ? {} : { price: { ...attempt.price } }),
    ...(attempt.parts === undefined ? {} : { parts: attempt.parts.map(toPart) }),
    started_at: attempt.startedAt?.toISOString() ?? null,
    finished_at: attempt.finishedAt?.toISOString() ?? null,
  }
}

function toPart({
  number,
  total,
  providerMessageId,
  status,
  reason,
}: PartRecord): NonNullable<Sms['attempts'][number]['parts']>[number] {
  return { number, total, provider_message_id: providerMessageId, status, reason }
}
