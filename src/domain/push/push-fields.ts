import type { JsonObject, PushContent } from '../provider.ts'
import { given, objectAt, underOwn } from './push-merge.ts'

/** How soon a device is to be woken. */
export type PushPriority = 'high' | 'normal'

/** A button under a notification in a browser. */
export interface PushAction {
  /** The app's own word for it. */
  readonly action: string
  readonly title: string
  readonly icon?: string
}

/** One word for what each platform calls its own way. */
export interface SimplePushFields {
  readonly priority?: PushPriority
  readonly collapse_key?: string
  /** The number at the app's icon. */
  readonly badge?: number
  /** `default`, or a file in the app. */
  readonly sound?: string
  readonly actions?: readonly PushAction[]
  /** Nothing is shown: the app gets `data`. */
  readonly data_only?: boolean
}

/** What a push holds beside its targets, as it stands on the wire. */
export interface PushFields extends SimplePushFields {
  readonly title: string
  readonly body: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly image?: string
  readonly link?: string
  readonly android?: JsonObject
  /** In place of `android`. */
  readonly android_v2?: JsonObject
  readonly apns?: JsonObject
  readonly webpush?: JsonObject
  readonly fcm_options?: JsonObject
  readonly ttl?: number
}

/** Once `checkPushContent` found nothing. */
export type CheckedPushFields = PushFields & { readonly data?: Readonly<Record<string, string>> }

/** The platforms' own blocks of FCM's `Message`. */
export type Platforms = Pick<PushFields, 'android' | 'android_v2' | 'apns' | 'webpush'>

/** The platforms' blocks with the simple words in them. What a block itself says of its platform stays. */
export function withSimple(fields: Omit<PushFields, 'title' | 'body'>): Platforms {
  const { android, android_v2: androidV2, apns, webpush } = fields
  const isV2 = androidV2 !== undefined
  return {
    ...(isV2 ? block('android_v2', onAndroidV2(fields), androidV2) : block('android', onAndroid(fields), android)),
    ...block('apns', onApple(fields), apns),
    ...block('webpush', onWeb(fields), webpush),
  }
}

/** No id of a notification is longer. */
export const LONGEST_ID = Number.MAX_SAFE_INTEGER

/** The fields as a provider sees them; what wasn't given is null. */
export function toPushContent(notificationId: number, fields: CheckedPushFields): PushContent {
  const { android, android_v2: androidV2, apns, webpush } = withSimple(fields)
  return {
    notificationId,
    title: fields.title,
    body: fields.body,
    dataOnly: fields.data_only ?? false,
    ttlSeconds: fields.ttl ?? null,
    image: fields.image ?? null,
    link: fields.link ?? null,
    data: fields.data ?? null,
    android: android ?? null,
    androidV2: androidV2 ?? null,
    apns: apns ?? null,
    webpush: webpush ?? null,
    fcmOptions: fields.fcm_options ?? null,
  }
}

function block(name: keyof Platforms, ours: JsonObject, own: JsonObject | undefined): Platforms {
  if (Object.keys(ours).length === 0) return own === undefined ? {} : { [name]: own }
  return { [name]: own === undefined ? ours : underOwn(ours, own) }
}

/** A count of 0 is Android's own word for "one more": the badge is left alone there. Source: FCM v1, AndroidNotification.notification_count. */
function onAndroid({ priority, collapse_key: collapseKey, badge = 0, sound }: SimplePushFields): JsonObject {
  const notification = given({ sound, notification_count: badge === 0 ? undefined : badge })
  return given({ priority, collapse_key: collapseKey, notification })
}

/** It has no priority; what it shows stands a level deeper, and is not there where it shows nothing. */
function onAndroidV2(fields: SimplePushFields & Pick<PushFields, 'android_v2'>): JsonObject {
  const { priority: _, notification, ...others } = onAndroid(fields)
  if (notification === undefined || fields.android_v2?.['background_sync'] !== undefined) return others
  return { ...others, remote_notification: { notification } }
}

/**
 * Priorities 10 and 5 are Apple's for at once and for when it suits the device. A picture is fetched by the app's extension, which runs
 * for `mutable-content`. What shows nothing is a background push, of priority 5 always.
 * Source: Apple, "Sending notification requests to APNs" and "Pushing background updates to your App".
 */
function onApple(fields: Omit<PushFields, 'title' | 'body'>): JsonObject {
  const { priority, collapse_key: collapseKey, badge, sound, image, apns = {} } = fields
  if (isBackground(fields)) {
    const headers = given({ 'apns-push-type': 'background', 'apns-priority': '5', 'apns-collapse-id': collapseKey })
    return { headers, payload: { aps: { 'content-available': 1 } } }
  }
  const wakes = fields.data_only === true && !isShownBy(apns) ? undefined : priority
  const headers = given({
    'apns-priority': wakes && { high: '10', normal: '5' }[wakes],
    'apns-collapse-id': collapseKey,
  })
  const aps = given({ badge, sound, 'mutable-content': image === undefined ? undefined : 1 })
  return given({ headers, payload: given({ aps }) })
}

/** Nothing is shown, and the caller says nothing else of Apple's payload. */
function isBackground({ data_only: dataOnly, apns = {} }: Pick<PushFields, 'data_only' | 'apns'>): boolean {
  return dataOnly === true && Object.keys(objectAt(objectAt(apns, 'payload'), 'aps')).length === 0
}

/** Whether an `apns` block has words of its own to show. */
export function isShownBy(apns: JsonObject): boolean {
  return objectAt(objectAt(apns, 'payload'), 'aps')['alert'] !== undefined
}

/** Source: RFC 8030, §5.3 Urgency and §5.4 Topic. */
function onWeb({ priority, collapse_key: collapseKey, actions }: SimplePushFields): JsonObject {
  const headers = given({ Urgency: priority, Topic: collapseKey })
  const buttons = actions?.map(({ action, title, icon }) => given({ action, title, icon }))
  return given({ headers, notification: given({ actions: buttons }) })
}
