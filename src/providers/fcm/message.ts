import type { JsonObject, JsonValue, PushContent, PushTarget } from '../../domain/provider.ts'

/** A notification's part that is the same for every target, made into text once. */
export interface Envelope {
  /** The body of `messages:send` for this target. */
  bodyFor(target: PushTarget): string
}

/**
 * `now` is when it is handed over: APNs wants the moment of expiry, the others a number of seconds.
 * Source: firebase.google.com/docs/reference/fcm/rest/v1/projects.messages.
 */
export function createEnvelope(content: PushContent, now: Date): Envelope {
  const text = JSON.stringify(commonMessage(content, now))
  const start = `{"message":${text.slice(0, -1)},`
  return {
    bodyFor: ({ kind, value }) => `${start}"${kind}":${JSON.stringify(value)}}}`,
  }
}

/** The body of a call that has FCM check the target and sends nothing. */
export function minimalCheck({ kind, value }: PushTarget): string {
  return JSON.stringify({ message: { [kind]: value }, validate_only: true })
}

/**
 * FCM's `Message` without its target. What the caller set stays; else a tag of our own lets a second copy replace the first on the
 * device. A collapse key is never added: it would displace other messages that wait for the device.
 */
export function commonMessage(content: PushContent, now: Date): JsonObject {
  const tag = `tidings-${content.notificationId}`
  return {
    notification: { title: content.title, body: content.body, ...given('image', content.image) },
    data: { tidings_id: String(content.notificationId), ...content.data },
    android: androidConfig(content, tag),
    apns: apnsConfig(content, tag, now),
    webpush: webpushConfig(content, tag),
    ...given('fcm_options', content.fcmOptions),
  }
}

function androidConfig({ android: own, ttlSeconds }: PushContent, tag: string): JsonObject {
  return {
    ...given('ttl', ttlSeconds === null ? null : `${ttlSeconds}s`),
    ...own,
    notification: { tag, ...objectOf(own?.['notification']) },
  }
}

/** A TTL of 0 is APNs' own 0: once, and never stored. Source: Apple, "Sending notification requests to APNs", apns-expiration. */
function apnsConfig({ apns: own, ttlSeconds }: PushContent, tag: string, now: Date): JsonObject {
  const ends = ttlSeconds === 0 ? 0 : Math.floor(now.getTime() / 1_000) + (ttlSeconds ?? 0)
  const ours = { 'apns-collapse-id': tag, ...(ttlSeconds === null ? {} : { 'apns-expiration': String(ends) }) }
  return { ...own, headers: withHeaders(ours, objectOf(own?.['headers'])) }
}

function webpushConfig({ webpush: own, ttlSeconds, link }: PushContent, tag: string): JsonObject {
  const headers = withHeaders(ttlSeconds === null ? {} : { TTL: String(ttlSeconds) }, objectOf(own?.['headers']))
  const options = { ...given('link', link), ...objectOf(own?.['fcm_options']) }
  return {
    ...own,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    notification: { tag, ...objectOf(own?.['notification']) },
    ...(Object.keys(options).length > 0 ? { fcm_options: options } : {}),
  }
}

/** Names of headers are the same in any case. */
function withHeaders(ours: JsonObject, own: JsonObject): JsonObject {
  const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()))
  const missing = Object.entries(ours).filter(([name]) => !taken.has(name.toLowerCase()))
  return { ...Object.fromEntries(missing), ...own }
}

function given(name: string, value: JsonValue): JsonObject {
  return value === null ? {} : { [name]: value }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
