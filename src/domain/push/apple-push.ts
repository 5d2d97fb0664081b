import type { FaultDetail } from '../errors.ts'
import type { JsonObject, PushContent } from '../provider.ts'
import { LONGEST_ID, toPushContent, type CheckedPushFields } from './push-fields.ts'
import { given, isObject, objectAt, ownHeaders, underOwn } from './push-merge.ts'

/** Bytes of the JSON, brackets and quotes counted. Source: Apple, "Generating a remote notification". */
const MAX_BYTES = { voip: 5_120, others: 4_096 } as const

/** Source: Apple, "CFBundleIdentifier". */
const TOPIC = /^[A-Za-z0-9.-]{1,255}$/

/** Of anything else HTTP/2 would make another value, or a fault of the connection. Source: RFC 9113 §8.2.1. */
const VISIBLE = /^[\x20-\x7e]+$/

/** What stands behind the app's own name in the topic of each type; `mdm` has a topic of its own. Source: Apple, "Sending notification requests to APNs". */
const TOPIC_ENDS: Readonly<Record<string, string>> = {
  location: '.location-query',
  voip: '.voip',
  complication: '.complication',
  fileprovider: '.pushkit.fileprovider',
  liveactivity: '.push-type.liveactivity',
  pushtotalk: '.voip-ptt',
  widgets: '.push-type.widgets',
  controls: '.push-type.controls',
}

/**
 * The JSON that a device gets: `aps`, and `data` beside it. A picture stands where FCM puts it, in `fcm_options.image`, so that one notification
 * service extension serves for both. What the caller's `apns.payload` says stays.
 */
export function applePayload(content: PushContent): JsonObject {
  const { title, body, dataOnly, data, notificationId } = content
  const own = content.apns ?? {}
  const image = objectAt(own, 'fcm_options')['image'] ?? content.image ?? undefined
  const words = { title: title === '' ? undefined : title, body: body === '' ? undefined : body }
  const aps = given({
    alert: dataOnly ? undefined : given(words),
    'mutable-content': image === undefined ? undefined : 1,
  })
  const ours = { tidings_id: String(notificationId), ...data, ...given({ fcm_options: given({ image }), aps }) }
  return underOwn(ours, objectAt(own, 'payload'))
}

/** Headers of one push beside `authorization` and `apns-id`, names in lower case. `topic`: the app's bundle id. `now`: when it is handed over. */
export function appleHeaders(content: PushContent, topic: string, now: Date): Readonly<Record<string, string>> {
  const own = ownHeaders(content.apns)
  const type = own['apns-push-type'] ?? typeOf(content)
  return {
    'apns-topic': topic + (Object.hasOwn(TOPIC_ENDS, type) ? TOPIC_ENDS[type] : ''),
    'apns-push-type': type,
    ...(type === 'background' ? { 'apns-priority': '5' } : {}),
    ...appleLife(content, now),
    ...own,
  }
}

/**
 * Which of two copies a device shows, and until when Apple keeps it. A TTL of 0 is Apple's own 0: once, and never stored.
 * Source: Apple, "Sending notification requests to APNs", apns-collapse-id and apns-expiration.
 */
export function appleLife(
  { notificationId, ttlSeconds }: Pick<PushContent, 'notificationId' | 'ttlSeconds'>,
  now: Date,
): Readonly<Record<string, string>> {
  const ends = ttlSeconds === 0 ? 0 : Math.floor(now.getTime() / 1_000) + (ttlSeconds ?? 0)
  const expiration = ttlSeconds === null ? {} : { 'apns-expiration': String(ends) }
  return { 'apns-collapse-id': `tidings-${notificationId}`, ...expiration }
}

/** Whether the caller names the topic: what Apple says of it is then the call's fault, not the settings'. */
export function namesTopic(content: PushContent): boolean {
  return ownHeaders(content.apns)['apns-topic'] !== undefined
}

/** What stands against handing this content to Apple's service itself; `checkPushContent` found nothing. Empty when all is well. */
export function checkApplePush(fields: CheckedPushFields): readonly FaultDetail[] {
  const content = toPushContent(LONGEST_ID, fields)
  const faults = [...misplaced(fields), ...headerFaults(content)]
  if (faults.length > 0) return faults
  const bytes = Buffer.byteLength(JSON.stringify(applePayload(content)))
  const type = ownHeaders(content.apns)['apns-push-type']
  const most = type === 'voip' ? MAX_BYTES.voip : MAX_BYTES.others
  if (bytes <= most) return []
  const message = `As JSON for Apple the payload has ${bytes.toLocaleString('en')} bytes, most of them in ${largest(fields)}; Apple takes ${most.toLocaleString('en')}.`
  return [{ path: '', message, suggestion: 'Send an id in data and let the app fetch the rest.' }]
}

function misplaced({ data = {}, apns = {} }: CheckedPushFields): FaultDetail[] {
  const faults: FaultDetail[] = []
  if (data['aps'] !== undefined) {
    faults.push({ path: 'data.aps', message: 'Apple keeps this key for itself.', suggestion: 'apns.payload.aps' })
  }
  if (apns['live_activity_token'] !== undefined) {
    const message = 'FCM alone reads it; to Apple the live activity’s own token is the address.'
    const suggestion = 'apns: and that token among the targets, with apns-push-type liveactivity'
    faults.push({ path: 'apns.live_activity_token', message, suggestion })
  }
  return faults
}

/** Of what `checkHeaders` let through for FCM, which hands it over as JSON. */
function headerFaults(content: PushContent): FaultDetail[] {
  return Object.entries(ownHeaders(content.apns)).flatMap(([name, value]) => {
    const path = `apns.headers.${name}`
    if (name === 'apns-channel-id') return [{ path, message: 'A push to devices goes to no channel: leave it out.' }]
    if (name === 'apns-topic' && !TOPIC.test(value)) {
      return [{ path, message: 'It is a bundle id: letters, digits, hyphens and periods.' }]
    }
    return VISIBLE.test(value) && value.trim() === value
      ? []
      : [{ path, message: 'A header holds visible ASCII alone.' }]
  })
}

/** Of what the caller wrote the part that has the most bytes. */
function largest({ title, body, data = {}, apns = {} }: CheckedPushFields): string {
  const parts = { body, title, data, 'apns.payload': objectAt(apns, 'payload') }
  const sizes = Object.entries(parts).map(([path, part]) => [path, Buffer.byteLength(JSON.stringify(part))] as const)
  return sizes.toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? 'data'
}

/** With something to see or hear it is an alert. Source: Apple, "Sending notification requests to APNs", apns-push-type. */
function typeOf(content: PushContent): 'alert' | 'background' {
  const { aps } = applePayload(content)
  const shown = ['alert', 'badge', 'sound'] as const
  return isObject(aps) && shown.some((name) => aps[name] !== undefined) ? 'alert' : 'background'
}
