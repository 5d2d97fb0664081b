import { appleLife } from '../../domain/push/apple-push.ts'
import type { JsonObject, PushContent, PushTarget } from '../../domain/provider.ts'
import { given, underOwn } from '../../domain/push/push-merge.ts'
import { perTicket, ticketOf } from '../../domain/push/push-ticket.ts'

/** A notification's part that is the same for every target, made into text once. */
export interface Envelope {
  /** The body of `messages:send` for this target. `validateOnly`: FCM checks it, and delivers nothing. */
  bodyFor(target: PushTarget, options?: { readonly validateOnly: boolean }): string
}

/**
 * `now` is when it is handed over: APNs wants the moment of expiry, the others a number of seconds.
 * Source: firebase.google.com/docs/reference/fcm/rest/v1/projects.messages.
 */
export function createEnvelope(content: PushContent, now: Date): Envelope {
  const start = perTicket(content, (one) => `{"message":${JSON.stringify(commonMessage(one, now)).slice(0, -1)},`)
  return {
    bodyFor(target, { validateOnly } = { validateOnly: false }) {
      const end = validateOnly ? ',"validate_only":true}' : '}'
      return `${start(ticketOf(target))}"${target.kind}":${JSON.stringify(target.value)}}${end}`
    },
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
  const { title, body, image, fcmOptions } = content
  const tag = `tidings-${content.notificationId}`
  const shown = content.dataOnly ? {} : { notification: { title, body, ...(image === null ? {} : { image }) } }
  return {
    ...shown,
    data: { tidings_id: String(content.notificationId), ...content.data },
    ...(content.androidV2 === null
      ? given({ android: androidConfig(content, tag) })
      : { android_v2: androidV2(content, content.androidV2, tag) }),
    apns: apnsConfig(content, now),
    ...given({ webpush: webpushConfig(content, tag) }),
    ...(fcmOptions === null ? {} : { fcm_options: fcmOptions }),
  }
}

function androidConfig({ android, ttlSeconds, dataOnly }: PushContent, tag: string): JsonObject {
  const own = android ?? {}
  const ttl = ttlSeconds === null ? undefined : `${ttlSeconds}s`
  return underOwn(given({ ttl, notification: tagFor(own, dataOnly, tag) }), own)
}

/** Where it shows something of its own, that has a tag. */
function androidV2({ ttlSeconds }: PushContent, own: JsonObject, tag: string): JsonObject {
  const ttl = ttlSeconds === null ? undefined : `${ttlSeconds}s`
  const shows = own['remote_notification'] !== undefined
  return underOwn(given({ ttl, remote_notification: shows ? { notification: { tag } } : undefined }), own)
}

function apnsConfig(content: PushContent, now: Date): JsonObject {
  return underOwn({ headers: appleLife(content, now) }, content.apns ?? {})
}

function webpushConfig({ webpush, ttlSeconds, link, dataOnly }: PushContent, tag: string): JsonObject {
  const own = webpush ?? {}
  const headers = given({ TTL: ttlSeconds === null ? undefined : String(ttlSeconds) })
  const options = given({ link: link ?? undefined })
  return underOwn(given({ headers, notification: tagFor(own, dataOnly, tag), fcm_options: options }), own)
}

/** With one, a platform shows what the caller wanted to show nowhere. */
function tagFor(own: JsonObject, dataOnly: boolean, tag: string): JsonObject {
  return dataOnly && own['notification'] === undefined ? {} : { tag }
}
