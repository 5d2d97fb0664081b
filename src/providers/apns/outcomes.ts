import { type Failure, type FailureClass, failure } from '../../domain/failure.ts'
import type { Outcome } from '../../domain/provider.ts'
import { retryAfterMs } from '../../domain/retry-after.ts'
import type { Http2Answer } from '../../http2/client.ts'

/** What an answer means. */
export type Reading = Outcome | { readonly kind: 'expired-token'; readonly failure: Failure }

export interface Asked {
  /** The `apns-id` that the request had. */
  readonly id: string
  /** The caller named the topic: whoever is refused it is not us. */
  readonly ownTopic: boolean
}

interface Row {
  readonly class: FailureClass
  readonly reason: string
  readonly more?: Partial<Failure>
}

const MINUTE_MS = 60_000

/** What Apple does not explain is tried three times more. */
const UNKNOWN_WAITS = [10_000, MINUTE_MS, 5 * MINUTE_MS]

const ROWS = {
  /** The address is of another app, of the other environment, or none at all, and Apple does not say which: it is marked, never retired. */
  mismatch: { class: 'permanent', reason: 'sender_mismatch', more: { address: 'mismatch' } },
  gone: { class: 'recipient-gone', reason: 'unregistered' },
  payload: { class: 'permanent', reason: 'invalid_payload' },
  auth: { class: 'blocked', reason: 'apns_auth', more: { waitMs: MINUTE_MS } },
  forbidden: { class: 'blocked', reason: 'permission_denied', more: { waitMs: 5 * MINUTE_MS } },
  /** The topic of our settings. */
  topic: { class: 'blocked', reason: 'apns_topic', more: { waitMs: 5 * MINUTE_MS } },
  place: { class: 'blocked', reason: 'unexpected_answer', more: { waitMs: 5 * MINUTE_MS } },
  device: { class: 'throttled', reason: 'device_rate', more: { pause: 'recipient', waitMs: MINUTE_MS } },
  rate: { class: 'throttled', reason: 'rate_exceeded', more: { waitMs: MINUTE_MS } },
  leaving: { class: 'transient', reason: 'not_processed', more: { counted: false, waitMs: 10_000 } },
  internal: { class: 'transient', reason: 'internal' },
  unavailable: { class: 'transient', reason: 'unavailable' },
  unknown: { class: 'transient', reason: 'unknown', more: { waitsMs: UNKNOWN_WAITS } },
} as const satisfies Record<string, Row>

type RowName = keyof typeof ROWS

/** Every reason that Apple gives. Source: Apple, "Handling notification responses from APNs". */
const BY_REASON: Readonly<Record<string, RowName>> = {
  BadCollapseId: 'payload',
  BadDeviceToken: 'mismatch',
  BadExpirationDate: 'payload',
  BadMessageId: 'payload',
  BadPriority: 'payload',
  BadTopic: 'topic',
  DeviceTokenNotForTopic: 'mismatch',
  DuplicateHeaders: 'payload',
  IdleTimeout: 'leaving',
  InvalidPushType: 'payload',
  MissingDeviceToken: 'payload',
  MissingTopic: 'topic',
  PayloadEmpty: 'payload',
  TopicDisallowed: 'topic',
  BadCertificate: 'auth',
  BadCertificateEnvironment: 'auth',
  ExpiredProviderToken: 'auth',
  Forbidden: 'forbidden',
  InvalidProviderToken: 'auth',
  MissingProviderToken: 'auth',
  UnrelatedKeyIdInToken: 'auth',
  BadEnvironmentKeyIdInToken: 'auth',
  BadPath: 'place',
  MethodNotAllowed: 'place',
  ExpiredToken: 'gone',
  Unregistered: 'gone',
  PayloadTooLarge: 'payload',
  TooManyProviderTokenUpdates: 'auth',
  TooManyRequests: 'device',
  InternalServerError: 'internal',
  ServiceUnavailable: 'unavailable',
  Shutdown: 'leaving',
}

/** Without a reason that is known. 410 alone is no word of Apple's on a device: something in between may have said it. */
const BY_STATUS: Readonly<Record<number, RowName>> = {
  400: 'payload',
  403: 'auth',
  404: 'place',
  405: 'place',
  413: 'payload',
  429: 'rate',
  500: 'internal',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

/** The reason that each of Apple's words becomes. */
export const REASON_OF_CODE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(BY_REASON).map(([code, row]) => [code, ROWS[row].reason]),
)

/** What speaks of the topic. */
const OF_TOPIC = new Set(['BadTopic', 'MissingTopic', 'TopicDisallowed', 'DeviceTokenNotForTopic'])

/** Pure: Apple's own word first, then the HTTP status. */
export function readAnswer(answer: Http2Answer, { id, ownTopic }: Asked, now: Date): Reading {
  if (answer.status >= 200 && answer.status < 300) {
    return { kind: 'accepted', providerMessageId: answer.headers['apns-id'] ?? id, status: 'sent' }
  }
  const { reason, timestamp } = readBody(answer.body)
  const known = reason !== null && Object.hasOwn(BY_REASON, reason) ? BY_REASON[reason] : undefined
  const row: Row =
    ROWS[ownTopic && OF_TOPIC.has(reason ?? '') ? 'payload' : (known ?? BY_STATUS[answer.status] ?? 'unknown')]
  const code = known === undefined ? `HTTP ${answer.status}` : reason
  const failed = failure(row.class, row.reason, { ...row.more, code, ...sinceOf(row, timestamp) })
  const told = retryAfterMs(answer.headers['retry-after'], now)
  const refusal = told === null ? failed : { ...failed, waitMs: Math.max(failed.waitMs ?? 0, told) }
  return { kind: reason === 'ExpiredProviderToken' ? 'expired-token' : 'refused', failure: refusal }
}

function sinceOf(row: Row, timestamp: number | null): Pick<Failure, 'goneSince'> {
  return row.class === 'recipient-gone' && timestamp !== null ? { goneSince: new Date(timestamp) } : {}
}

/** The last moment that a Date can tell. Source: ECMA-262, Time Values and Time Range. */
const LAST_MS = 8_640_000_000_000_000

/** `{"reason": "Unregistered", "timestamp": 1454948015990}`, its time in milliseconds; what isn't JSON leaves the status alone. */
function readBody(body: string): { readonly reason: string | null; readonly timestamp: number | null } {
  const { reason, timestamp } = fieldsOf(body)
  const isTime = typeof timestamp === 'number' && timestamp >= 0 && timestamp <= LAST_MS
  return { reason: typeof reason === 'string' ? reason : null, timestamp: isTime ? timestamp : null }
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
