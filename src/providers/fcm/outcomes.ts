import { type Failure, type FailureClass, failure } from '../../domain/failure.ts'
import type { PushTarget } from '../../domain/provider.ts'
import type { Http2Answer } from '../../http2/client.ts'
import { retryAfterMs } from '../../domain/retry-after.ts'
import { type FcmError, readFcmError, readName } from './answer.ts'

/** What an answer means. The two kinds beside `accepted` and `refused` need one more call before they are an outcome. */
export type Reading =
  | { readonly kind: 'accepted'; readonly providerMessageId: string | null }
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** The access token was not taken; another one may be. */
  | { readonly kind: 'unauthenticated' }
  /** Something in the request is wrong, and the answer does not say whether it is the address or the content. */
  | { readonly kind: 'ambiguous'; readonly code: string }

export interface ReadingParts {
  readonly now: () => Date
  /** 0..1. */
  readonly chance: () => number
}

interface Row {
  readonly class: FailureClass
  readonly reason: string
  readonly more?: Partial<Failure>
  /** `told`: Retry-After where there is one · `backoff`: besides that, FCM's own schedule. */
  readonly wait?: 'told' | 'backoff'
}

const MINUTE_MS = 60_000

/**
 * FCM's advice for 500 and 503 is to wait at least 10 s, to go on exponentially with jitter, and to stop after an hour.
 * Source: firebase.google.com/docs/cloud-messaging/scale-fcm, "Handling retries".
 */
const BACKOFF = { leastMs: 10_000, waits: 12 }
const SERVER_FAULT = { maxAgeMs: 60 * MINUTE_MS }

/** What FCM does not explain is tried three times more. */
const UNKNOWN = { waitsMs: [10_000, MINUTE_MS, 5 * MINUTE_MS] }

/** A fault in our project is looked at again every 5 minutes; its addresses are never to blame. */
const HELD = { waitMs: 5 * MINUTE_MS }

/** Every way FCM refuses, and what follows. Source: firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode. */
const ROWS = {
  unregistered: { class: 'recipient-gone', reason: 'unregistered' },
  invalidToken: { class: 'recipient-gone', reason: 'invalid_token' },
  invalidPayload: { class: 'permanent', reason: 'invalid_payload' },
  senderMismatch: { class: 'permanent', reason: 'sender_mismatch', more: { address: 'mismatch' } },
  quotaProject: { class: 'throttled', reason: 'quota_exceeded', wait: 'told' },
  quotaDevice: {
    class: 'throttled',
    reason: 'device_rate',
    more: { pause: 'recipient', waitMs: MINUTE_MS },
    wait: 'told',
  },
  quotaTopic: {
    class: 'throttled',
    reason: 'topic_rate',
    more: { pause: 'recipient', waitMs: MINUTE_MS },
    wait: 'told',
  },
  unavailable: { class: 'transient', reason: 'unavailable', more: SERVER_FAULT, wait: 'backoff' },
  internal: { class: 'transient', reason: 'internal', more: SERVER_FAULT, wait: 'backoff' },
  gatewayTimeout: { class: 'uncertain', reason: 'gateway_timeout' },
  thirdPartyAuth: { class: 'blocked', reason: 'apns_auth', more: { ...HELD, pause: 'recipient' } },
  unauthenticated: { class: 'blocked', reason: 'unauthenticated', more: { waitMs: MINUTE_MS } },
  permissionDenied: { class: 'blocked', reason: 'permission_denied', more: HELD },
  projectNotFound: { class: 'blocked', reason: 'project_not_found', more: HELD },
  unknown: { class: 'transient', reason: 'unknown', more: UNKNOWN, wait: 'told' },
} as const satisfies Record<string, Row>

type RowName = keyof typeof ROWS

const BY_ERROR_CODE: Readonly<Record<string, RowName>> = {
  UNREGISTERED: 'unregistered',
  INSTALLATION_ID_NOT_REGISTERED: 'unregistered',
  INVALID_ARGUMENT: 'invalidPayload',
  SENDER_ID_MISMATCH: 'senderMismatch',
  QUOTA_EXCEEDED: 'quotaProject',
  UNAVAILABLE: 'unavailable',
  INTERNAL: 'internal',
  THIRD_PARTY_AUTH_ERROR: 'thirdPartyAuth',
  APNS_AUTH_ERROR: 'thirdPartyAuth',
  UNSPECIFIED_ERROR: 'unknown',
}

/** Without FCM's own word these speak of our request or our project, never of the address. */
const BY_STATUS: Readonly<Record<string, RowName>> = {
  INVALID_ARGUMENT: 'invalidPayload',
  UNAUTHENTICATED: 'unauthenticated',
  PERMISSION_DENIED: 'permissionDenied',
  NOT_FOUND: 'projectNotFound',
  RESOURCE_EXHAUSTED: 'quotaProject',
  UNAVAILABLE: 'unavailable',
  INTERNAL: 'internal',
  DEADLINE_EXCEEDED: 'gatewayTimeout',
}

/** The reason that each of FCM's words becomes, where nothing else is said. */
export const REASON_OF_CODE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...BY_STATUS, ...BY_ERROR_CODE }).map(([code, row]) => [code, ROWS[row].reason]),
)

const BY_HTTP_STATUS: Readonly<Record<number, RowName>> = {
  400: 'invalidPayload',
  401: 'unauthenticated',
  403: 'permissionDenied',
  404: 'projectNotFound',
  429: 'quotaProject',
  500: 'internal',
  502: 'unavailable',
  503: 'unavailable',
  504: 'gatewayTimeout',
}

/** Pure: FCM's own word first, then Google's, then the HTTP status. */
export function readAnswer(answer: Http2Answer, target: PushTarget, parts: ReadingParts): Reading {
  if (answer.status >= 200 && answer.status < 300) {
    return { kind: 'accepted', providerMessageId: readName(answer.body) }
  }
  const error = readFcmError(answer.status, answer.body)
  const row = rowFor(error, target)
  if (row === 'unauthenticated') return { kind: 'unauthenticated' }
  const code = codeOf(error)
  if (row === 'ambiguous') return { kind: 'ambiguous', code }
  const toldMs = retryAfterMs(answer.headers['retry-after'], parts.now())
  return { kind: 'refused', failure: toFailure(ROWS[row], target, code, toldMs, parts.chance) }
}

/** The outcome of an ambiguous answer once a minimal message to the same address was tried. */
export function settleAmbiguous(addressIsWrong: boolean, code: string): Failure {
  const row: Row = addressIsWrong ? ROWS.invalidToken : ROWS.invalidPayload
  return failure(row.class, row.reason, { ...row.more, code })
}

/** Our access token was refused, and so was a fresh one. */
export function stillUnauthenticated(): Failure {
  const row: Row = ROWS.unauthenticated
  return failure(row.class, row.reason, { ...row.more, code: 'UNAUTHENTICATED' })
}

function rowFor(error: FcmError, target: PushTarget): RowName | 'ambiguous' {
  const named = error.errorCode === null ? undefined : (lookUp(BY_ERROR_CODE, error.errorCode) ?? 'unknown')
  const row = named ?? lookUp(BY_STATUS, error.status) ?? BY_HTTP_STATUS[error.httpStatus] ?? 'unknown'
  if (row === 'quotaProject') return quotaRow(error, target)
  if (named === 'invalidPayload' && !isBroadcast(target)) return invalidRow(error)
  return row
}

function lookUp(table: Readonly<Record<string, RowName>>, word: string | null): RowName | undefined {
  return word !== null && Object.hasOwn(table, word) ? table[word] : undefined
}

/** It has no address of a device that could be wrong. */
function isBroadcast({ kind }: PushTarget): boolean {
  return kind === 'topic' || kind === 'condition'
}

/** A topic's own limit is not always named; a project's limit named as such is never mistaken for it. */
function quotaRow(error: FcmError, target: PushTarget): RowName {
  const words = [error.errorCode ?? '', error.message, ...error.quotas].join(' ')
  if (/device/i.test(words)) return 'quotaDevice'
  if (/topic/i.test(words)) return 'quotaTopic'
  return isBroadcast(target) && error.quotas.length === 0 ? 'quotaTopic' : 'quotaProject'
}

const ADDRESS_FIELDS = new Set(['message.token', 'message.fid'])
const SPEAKS_OF_ADDRESS = /registration token|installation id/i

/** Only an answer that blames the address, and nothing else, makes an address wrong. */
function invalidRow({ violations, message }: FcmError): RowName | 'ambiguous' {
  if (violations.length === 0) return SPEAKS_OF_ADDRESS.test(message) ? 'invalidToken' : 'ambiguous'
  const onlyAddress = violations.every(({ field }) => ADDRESS_FIELDS.has(field))
  const said = violations.some(({ description }) => SPEAKS_OF_ADDRESS.test(description))
  return onlyAddress && (said || SPEAKS_OF_ADDRESS.test(message)) ? 'invalidToken' : 'invalidPayload'
}

/** FCM's word, with the first field at fault: `INVALID_ARGUMENT message.android.ttl`. */
function codeOf({ errorCode, status, httpStatus, violations }: FcmError): string {
  const word = errorCode ?? status ?? `HTTP ${httpStatus}`
  const field = violations[0]?.field ?? ''
  return field === '' ? word : `${word} ${field.slice(0, 100)}`
}

function toFailure(row: Row, target: PushTarget, code: string, toldMs: number | null, chance: () => number): Failure {
  const made = failure(row.class, row.reason, { ...row.more, code })
  const address = isBroadcast(target) ? 'keep' : made.address
  if (row.wait === undefined) return { ...made, address }
  const atLeast = row.reason === 'topic_rate' ? MINUTE_MS : 0
  const waitMs = toldMs === null ? made.waitMs : Math.max(atLeast, toldMs)
  const waitsMs = row.wait === 'backoff' ? backoffMs(chance) : made.waitsMs
  return { ...made, address, waitMs, waitsMs }
}

function backoffMs(chance: () => number): readonly number[] {
  return Array.from({ length: BACKOFF.waits }, (_, tries) =>
    Math.round(Math.max(BACKOFF.leastMs, chance() * 2 ** (tries + 1) * 1_000)),
  )
}
