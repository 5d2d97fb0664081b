import type { FaultDetail } from './errors.ts'
import type { JsonObject, PushContent, PushTarget } from './provider.ts'
import { readUrl } from './url.ts'

/** What a push holds beside its targets, as it stands on the wire. */
export interface PushFields {
  readonly title: string
  readonly body: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly image?: string
  readonly link?: string
  readonly android?: JsonObject
  readonly apns?: JsonObject
  readonly webpush?: JsonObject
  readonly fcm_options?: JsonObject
  readonly ttl?: number
}

/** Once `checkPushContent` found nothing. */
export type CheckedPushFields = PushFields & { readonly data?: Readonly<Record<string, string>> }

/** Bytes of keys and values; half of that for a topic. Source: firebase.google.com, FCM ErrorCode reference, INVALID_ARGUMENT. */
export const MAX_PAYLOAD_BYTES = { token: 4096, fid: 4096, topic: 2048 } as const

/** What we add ourselves: `tidings_id` in data, and a notification tag `tidings-<id>`, with an id of up to 16 digits. */
const OWN_BYTES = 64

const MAX_DATA_KEYS = 64

/** Four weeks. Source: FCM v1 discovery document, AndroidConfig.ttl. */
const MAX_TTL_SECONDS = 2_419_200

/** Deeper nesting has no use in any platform's block, and would cost every recursive reader behind us its stack. */
const MAX_DEPTH = 32

/** Source: FCM v1 discovery document, Message.data. */
const RESERVED_KEY = /^(?:from$|message_type$|google\.|gcm\.notification\.)/

/** Source: firebase-admin's topic pattern; 900 is the limit of the Android SDK's. */
const TOPIC = /^[a-zA-Z0-9-_.~%]{1,900}$/

/** The format of a registration token isn't published; visible ASCII and this length hold for every one seen. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/

/** 22 base64url characters; installations older than FIDs kept their instance id of 11. Source: the Firebase SDKs for JavaScript and Android. */
const FID = /^(?:[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{11})$/

/** Faults in a long list are told up to this number, so that the answer stays readable. */
const MAX_FAULTS = 20

/**
 * What stands against this content for this kind of target: keys and values of `data`, `ttl`, `image`, `link`, too deep
 * nesting and, where nothing else is wrong, the size. Empty when all is well.
 */
export function checkPushContent(fields: PushFields, target: PushTarget['kind']): readonly FaultDetail[] {
  const { data = {}, ttl, image, link, android, apns, webpush, fcm_options } = fields
  const faults = [
    ...checkData(data),
    ...checkTtl(ttl),
    ...checkUrl('image', image, ['https:', 'http:']),
    // Source: FCM v1 discovery document, WebpushFcmOptions.link: HTTPS is required.
    ...checkUrl('link', link, ['https:']),
    ...Object.entries({ android, apns, webpush, fcm_options }).flatMap(([path, block = {}]) => checkDepth(path, block)),
  ]
  if (faults.length > 0) return faults.slice(0, MAX_FAULTS)
  const tooLarge = checkPushSize(fields, target)
  return tooLarge === null ? [] : [tooLarge]
}

/** A payload over what FCM takes for this kind of target, which has an error code of its own; null when it fits. */
export function checkPushSize(fields: PushFields, target: PushTarget['kind']): FaultDetail | null {
  const bytes = payloadBytes(fields)
  const room = MAX_PAYLOAD_BYTES[target]
  if (bytes <= room) return null
  const whose = target === 'topic' ? 'FCM takes 2,048 for a topic' : 'FCM takes 4,096'
  const message = `The keys and values of the payload have ${bytes.toLocaleString('en')} bytes; ${whose}.`
  return { path: '', message, suggestion: 'Send an id in data and let the app fetch the rest.' }
}

/**
 * Bytes in UTF-8 that count against FCM's limit: keys and values of notification and data, on the platform where they are
 * most, and of what we add. FCM's own count is not published to the byte: its answer stays the last word.
 */
export function payloadBytes(fields: PushFields): number {
  const { title, body, image, data = {}, link, android = {}, apns = {}, webpush = {} } = fields
  const shown = { title, body, ...(image === undefined ? {} : { image }) }
  const onAndroid =
    bytesOf({ ...shown, ...objectAt(android, 'notification') }) + bytesOf({ ...data, ...objectAt(android, 'data') })
  const onApple = bytesOf(shown) + bytesOf(data) + bytesOf(apns['payload'])
  const onWeb =
    bytesOf({ ...shown, ...objectAt(webpush, 'notification') }) + bytesOf({ ...data, ...objectAt(webpush, 'data') })
  return OWN_BYTES + Math.max(onAndroid, onApple, onWeb + bytesOf(link))
}

/** A topic's bare name, or null. `/topics/news`, as FCM's old API wrote it, is `news`. */
export function parseTopic(text: string): string | null {
  const name = text.startsWith('/topics/') ? text.slice('/topics/'.length) : text
  return TOPIC.test(name) ? name : null
}

/** The first faults in a list of registration tokens. `from` is the place of the first one in the whole list. */
export function checkTokens(tokens: readonly string[], from = 0): readonly FaultDetail[] {
  return checkEach('tokens', tokens, from, TOKEN, 'A registration token is 1 to 4,096 visible ASCII characters.')
}

/** Likewise for Firebase installation ids. */
export function checkFids(fids: readonly string[], from = 0): readonly FaultDetail[] {
  return checkEach('fids', fids, from, FID, 'A Firebase installation id is 22 letters, digits, "-" or "_".')
}

/** The fields as a provider sees them; what wasn't given is null. */
export function toPushContent(notificationId: number, fields: CheckedPushFields): PushContent {
  return {
    notificationId,
    title: fields.title,
    body: fields.body,
    ttlSeconds: fields.ttl ?? null,
    image: fields.image ?? null,
    link: fields.link ?? null,
    data: fields.data ?? null,
    android: fields.android ?? null,
    apns: fields.apns ?? null,
    webpush: fields.webpush ?? null,
    fcmOptions: fields.fcm_options ?? null,
  }
}

function checkData(data: Readonly<Record<string, unknown>>): readonly FaultDetail[] {
  const entries = Object.entries(data)
  if (entries.length > MAX_DATA_KEYS) {
    return [{ path: 'data', message: `data has ${entries.length} keys; ${MAX_DATA_KEYS} is the most.` }]
  }
  return entries.flatMap(([key, value]) => {
    const path = `data.${key}`
    if (RESERVED_KEY.test(key)) return [{ path, message: 'FCM keeps this key for itself.', suggestion: `app_${key}` }]
    if (typeof value !== 'string')
      return [{ path, message: 'A value in data is a string.', suggestion: asString(value) }]
    return []
  })
}

function asString(value: unknown): string {
  const scalar = typeof value === 'number' || typeof value === 'boolean'
  return scalar ? `Write "${value}"` : 'Write it as JSON in a string'
}

function checkTtl(ttl: number | undefined): readonly FaultDetail[] {
  if (ttl === undefined || (Number.isInteger(ttl) && ttl >= 0 && ttl <= MAX_TTL_SECONDS)) return []
  return [{ path: 'ttl', message: 'ttl is a whole number of seconds from 0 to 2,419,200 (four weeks).' }]
}

function checkUrl(path: string, text: string | undefined, protocols: readonly string[]): readonly FaultDetail[] {
  if (text === undefined || protocols.includes(readUrl(text)?.protocol ?? '')) return []
  const spelled = protocols.map((protocol) => `${protocol}//`).join(' or ')
  return [{ path, message: `${path} is a whole address that begins with ${spelled}.` }]
}

function checkDepth(path: string, block: JsonObject): readonly FaultDetail[] {
  let level: readonly unknown[] = [block]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return [{ path, message: `${path} is nested more than ${MAX_DEPTH} levels deep.` }]
    level = level.flatMap(membersOf)
  }
  return []
}

function membersOf(value: unknown): readonly unknown[] {
  return value !== null && typeof value === 'object' ? Object.values(value) : []
}

/** Level by level, since a caller may nest deeper than the stack goes. */
function bytesOf(value: unknown): number {
  let bytes = 0
  for (let level = [value]; level.length > 0; level = level.flatMap(membersOf)) {
    for (const each of level) bytes += ownBytes(each)
  }
  return bytes
}

/** Of a scalar itself; of an object its keys. */
function ownBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (value === undefined || value === null || Array.isArray(value)) return 0
  if (typeof value !== 'object') return JSON.stringify(value).length
  return Object.keys(value).reduce((sum, key) => sum + Buffer.byteLength(key), 0)
}

function objectAt(block: JsonObject, key: string): object {
  const value = block[key]
  return typeof value === 'object' && value !== null ? value : {}
}

function checkEach(
  field: string,
  items: readonly string[],
  from: number,
  pattern: RegExp,
  message: string,
): readonly FaultDetail[] {
  const faults: FaultDetail[] = []
  for (const [index, item] of items.entries()) {
    if (pattern.test(item)) continue
    faults.push({ path: `${field}[${from + index}]`, message })
    if (faults.length === MAX_FAULTS) break
  }
  return faults
}
