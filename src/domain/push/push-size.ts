import type { FaultDetail } from '../errors.ts'
import type { JsonObject, PushTarget } from '../provider.ts'
import { withSimple, type PushFields } from './push-fields.ts'
import { objectAt } from './push-merge.ts'

/** Bytes of keys and values; half of that for a topic. Source: firebase.google.com, FCM ErrorCode reference, INVALID_ARGUMENT. */
export const MAX_PAYLOAD_BYTES = { token: 4096, fid: 4096, topic: 2048, condition: 2048 } as const

/** Of the JSON that Apple's service is handed. Source: Apple, "Generating a remote notification". */
const MAX_APPLE_BYTES = 4096

/** What we add ourselves: `tidings_id` in data, and a notification tag `tidings-<id>`, with an id of up to 16 digits. */
const OWN_BYTES = 64

/** A payload over what FCM takes for this kind of target, which has an error code of its own; null when it fits. */
export function checkPushSize(fields: PushFields, target: PushTarget['kind']): FaultDetail | null {
  const bytes = payloadBytes(fields)
  const room = MAX_PAYLOAD_BYTES[target]
  if (bytes <= room) return null
  const whose = room === MAX_PAYLOAD_BYTES.topic ? 'FCM takes 2,048 for a topic' : 'FCM takes 4,096'
  const message = `The keys and values of the payload have ${bytes.toLocaleString('en')} bytes; ${whose}.`
  return { path: '', message, suggestion: 'Send an id in data and let the app fetch the rest.' }
}

/**
 * Bytes in UTF-8 that count against FCM's limit: keys and values of notification and data, on the platform where they are
 * most, and of what we add. FCM's own count is not published to the byte: its answer stays the last word.
 * Source: firebase.google.com, FCM error codes: the limit "includes both the keys and the values".
 */
export function payloadBytes(fields: PushFields): number {
  const { title, body, image, data = {}, link, data_only: dataOnly = false } = fields
  const { android: older = {}, android_v2: newer, apns = {}, webpush = {} } = withSimple(fields)
  const android = newer === undefined ? older : { ...newer, ...objectAt(newer, 'remote_notification') }
  const shown = dataOnly ? {} : { title, body, ...(image === undefined ? {} : { image }) }
  const onAndroid =
    bytesOf({ ...shown, ...objectAt(android, 'notification') }) + bytesOf({ ...data, ...objectAt(android, 'data') })
  const onApple = bytesOf(shown) + bytesOf(data) + bytesOf(apns['payload'])
  const onWeb =
    bytesOf({ ...shown, ...objectAt(webpush, 'notification') }) + bytesOf({ ...data, ...objectAt(webpush, 'data') })
  return OWN_BYTES + Math.max(onAndroid, onApple, onWeb + bytesOf(link))
}

/**
 * What a caller should know of a payload that FCM's limit lets through: Apple counts its JSON, brackets and quotes too, and what FCM
 * puts into it besides is not published. Null: nothing.
 */
export function appleSizeWarning(fields: PushFields): string | null {
  const bytes = appleBytes(fields)
  if (bytes <= MAX_APPLE_BYTES) return null
  return `As JSON the payload has ${bytes.toLocaleString('en')} bytes on Apple devices; Apple takes 4,096, and may not deliver it there.`
}

function appleBytes(fields: PushFields): number {
  const { title, body, data = {}, data_only: dataOnly = false } = fields
  const payload = objectAt(withSimple(fields).apns ?? {}, 'payload')
  const aps: JsonObject = { ...(dataOnly ? {} : { alert: { title, body } }), ...objectAt(payload, 'aps') }
  return Buffer.byteLength(JSON.stringify({ ...data, ...payload, aps })) + OWN_BYTES
}

/** Level by level, since a caller may nest deeper than the stack goes. */
function bytesOf(value: unknown): number {
  let bytes = 0
  for (let level = [value]; level.length > 0; level = level.flatMap(membersOf)) {
    for (const each of level) bytes += ownBytes(each)
  }
  return bytes
}

/** What an object or a list holds; of anything else nothing. */
export function membersOf(value: unknown): readonly unknown[] {
  return value !== null && typeof value === 'object' ? Object.values(value) : []
}

/** Of a scalar itself; of an object its keys. */
function ownBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (value === undefined || value === null || Array.isArray(value)) return 0
  if (typeof value !== 'object') return JSON.stringify(value).length
  return Object.keys(value).reduce((sum, key) => sum + Buffer.byteLength(key), 0)
}
