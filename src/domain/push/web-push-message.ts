import { createHash } from 'node:crypto'
import type { FaultDetail } from '../errors.ts'
import type { JsonObject, PushContent } from '../provider.ts'
import { given, objectAt, ownHeaders, underOwn } from './push-merge.ts'

/**
 * Octets of the JSON that fit into one record: 4,096 that every push service takes, less the header of 86, the tag of 16, and the
 * delimiter. Source: RFC 8291 §4, RFC 8030 §7.2.
 */
export const MAX_WEB_PUSH_BYTES = 3_993

/** FCM's own where nobody says; a push service may keep it for less. */
const DEFAULT_TTL_SECONDS = 2_419_200

/**
 * What the service worker reads, as JSON. Pure. The same words as in what FCM hands to a browser: `notification` is what `showNotification` takes, with `title` and `body` in
 * it; `link` is opened on a click; a browser's own `data` stands in place of the common one. Without `notification` nothing is shown of itself.
 */
export function webPushPayload(content: PushContent): string {
  return JSON.stringify(webPushMessage(content))
}

/** A payload that no push service need take, for a call that has such an address among its targets; null: it fits. */
export function checkWebPushSize(content: PushContent): FaultDetail | null {
  const bytes = Buffer.byteLength(webPushPayload(content))
  if (bytes <= MAX_WEB_PUSH_BYTES) return null
  const [has, most] = [bytes.toLocaleString('en'), MAX_WEB_PUSH_BYTES.toLocaleString('en')]
  return {
    path: '',
    message: `As JSON for a browser the payload has ${has} bytes; Web Push takes ${most}.`,
    suggestion: 'Send an id in data and let the page fetch the rest.',
  }
}

/** The same before it is written. */
export function webPushMessage(content: PushContent): JsonObject {
  const { title, body, image, link, data, dataOnly } = content
  const own = content.webpush ?? {}
  const shown = dataOnly ? {} : given({ title, body, image: image ?? undefined, tag: tagOf(content) })
  const notification = underOwn(shown, objectAt(own, 'notification'))
  const opened = objectAt(own, 'fcm_options')['link'] ?? link ?? undefined
  const told = own['data'] === undefined ? data : objectAt(own, 'data')
  return given({
    notification,
    link: opened,
    data: { tidings_id: String(content.notificationId), ...told },
  })
}

/** A second copy takes the place of the first: on the screen by its tag, at the push service by its topic. */
function tagOf({ notificationId }: PushContent): string {
  return `tidings-${notificationId}`
}

/** Names in lower case. Source: RFC 8030 §5.2 (TTL, which must be there), §5.3 (Urgency) and §5.4 (Topic). */
export function webPushHeaders(content: PushContent): Readonly<Record<string, string>> {
  const { topic = tagOf(content), ...others } = ownHeaders(content.webpush)
  return { ttl: String(content.ttlSeconds ?? DEFAULT_TTL_SECONDS), ...others, topic: toTopic(topic) }
}

const TOPIC = /^[\w-]{1,32}$/

/** A collapse key may be any text, a topic may not: another one stands for it, the same for the same. */
function toTopic(text: string): string {
  return TOPIC.test(text) ? text : createHash('sha256').update(text).digest('base64url').slice(0, 32)
}
