import type { FaultDetail } from '../errors.ts'
import type { JsonObject, JsonValue } from '../provider.ts'
import { isShownBy, type PushFields } from './push-fields.ts'
import { checkHeaders } from './push-headers.ts'
import { isObject, objectAt } from './push-merge.ts'
import { address, color, duration, label, MAX_TTL_SECONDS, timestamp, type ValueRule } from './push-values.ts'

const picture = address('https:', 'http:')
const signal = duration()

const SHOWN_V2 = 'android_v2.remote_notification.notification'

/** What a text must be, by its path; `[]` is each member of a list. Types and names are the contract's, the rest is FCM's discovery document. */
const TEXTS: Readonly<Record<string, ValueRule>> = {
  ...onAndroid('android', 'android.notification'),
  ...onAndroid('android_v2', SHOWN_V2),
  'apns.fcm_options.analytics_label': label,
  'apns.fcm_options.image': picture,
  'webpush.fcm_options.analytics_label': label,
  'webpush.fcm_options.link': address('https:'),
  'fcm_options.analytics_label': label,
}

/** What means nothing without the other. Source: firebase-admin's own checks. */
const NEEDS: readonly (readonly [parent: string, field: string, needed: string])[] = [
  ['android.notification', 'title_loc_args', 'title_loc_key'],
  ['android.notification', 'body_loc_args', 'body_loc_key'],
  [SHOWN_V2, 'title_loc_args', 'title_loc_key'],
  [SHOWN_V2, 'body_loc_args', 'body_loc_key'],
  ['apns.payload.aps.alert', 'title-loc-args', 'title-loc-key'],
  ['apns.payload.aps.alert', 'subtitle-loc-args', 'subtitle-loc-key'],
  ['apns.payload.aps.alert', 'loc-args', 'loc-key'],
]

/** Where one is set, the other would be passed over. Source: FCM v1 discovery document, AndroidNotification. */
const EITHER: readonly (readonly [parent: string, wins: string, idle: string])[] = [
  ['android.notification', 'default_vibrate_timings', 'vibrate_timings'],
  ['android.notification', 'light_settings', 'default_light_settings'],
  [SHOWN_V2, 'default_vibrate_timings', 'vibrate_timings'],
  [SHOWN_V2, 'light_settings', 'default_light_settings'],
]

const BLOCKS = ['android', 'android_v2', 'apns', 'webpush', 'fcm_options'] as const

/** What stands against the platforms' blocks beyond their types. */
export function checkPlatforms(fields: PushFields): FaultDetail[] {
  // Most pushes have none, and each takes its time.
  if (BLOCKS.every((name) => fields[name] === undefined)) return []
  const { android = {}, android_v2 = {}, apns = {}, webpush = {}, fcm_options = {} } = fields
  const message: JsonObject = { android, android_v2, apns, webpush, fcm_options }
  return [
    ...Object.entries(TEXTS).flatMap(([path, rule]) => checkText(message, path, rule)),
    ...NEEDS.flatMap(([parent, field, needed]) => checkNeed(message, parent, field, needed)),
    ...EITHER.flatMap(([parent, wins, idle]) => checkEither(message, parent, wins, idle)),
    ...checkHeaders('apns', objectAt(apns, 'headers')),
    ...checkHeaders('webpush', objectAt(webpush, 'headers')),
    ...checkBackground(fields),
    ...checkVersions(fields),
  ]
}

function onAndroid(config: string, shown: string): Readonly<Record<string, ValueRule>> {
  return {
    [`${config}.ttl`]: duration(MAX_TTL_SECONDS),
    [`${shown}.color`]: color,
    [`${shown}.image`]: picture,
    [`${shown}.event_time`]: timestamp,
    [`${shown}.vibrate_timings[]`]: signal,
    [`${shown}.light_settings.light_on_duration`]: signal,
    [`${shown}.light_settings.light_off_duration`]: signal,
    [`${config}.fcm_options.analytics_label`]: label,
  }
}

/** Source: googleapis 188, fcm v1, Message.androidV2. */
function checkVersions({ android, android_v2: androidV2 }: PushFields): FaultDetail[] {
  if (android === undefined || androidV2 === undefined) return []
  return [{ path: 'android_v2', message: 'FCM takes android or android_v2, not both.' }]
}

function checkText(message: JsonObject, path: string, rule: ValueRule): FaultDetail[] {
  const isList = path.endsWith('[]')
  const value = valueAt(message, isList ? path.slice(0, -2) : path)
  const texts = Array.isArray(value) && isList ? value : [value]
  return texts.flatMap((text: JsonValue | undefined, index) => {
    const fault = typeof text === 'string' ? rule(text) : null
    return fault === null ? [] : [{ path: isList ? `${path.slice(0, -2)}[${index}]` : path, ...fault }]
  })
}

function checkNeed(message: JsonObject, parent: string, field: string, needed: string): FaultDetail[] {
  const block = valueAt(message, parent)
  if (!isObject(block) || block[field] === undefined || block[needed] !== undefined) return []
  return [{ path: `${parent}.${field}`, message: `It fills in a text of the app: name that in ${needed}.` }]
}

function checkEither(message: JsonObject, parent: string, wins: string, idle: string): FaultDetail[] {
  const block = valueAt(message, parent)
  if (!isObject(block) || !isSet(block[wins]) || !isSet(block[idle])) return []
  return [{ path: `${parent}.${idle}`, message: `It would be passed over beside ${wins}: leave one of them out.` }]
}

function isSet(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== false
}

/** Source: FCM v1 discovery document, Message.data: of what shows nothing on an Apple device only priority 5 is taken. */
function checkBackground({ data_only: dataOnly, apns = {} }: PushFields): FaultDetail[] {
  if (dataOnly !== true || isShownBy(apns)) return []
  const headers = Object.entries(objectAt(apns, 'headers'))
  const [name, priority] = headers.find(([one]) => one.toLowerCase() === 'apns-priority') ?? []
  if (name === undefined || priority === '5' || priority === '1') return []
  const message = 'Apple takes what shows nothing with priority 5 alone.'
  return [{ path: `apns.headers.${name}`, message, suggestion: '5' }]
}

function valueAt(message: JsonObject, path: string): JsonValue | undefined {
  return path
    .split('.')
    .reduce<JsonValue | undefined>((value, name) => (isObject(value) ? value[name] : undefined), message)
}
