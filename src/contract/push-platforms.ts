import { Type, type TUnsafe } from 'typebox'
import { TEXTS_BY_NAME, type JsonMap } from './words.ts'

type Schema = Readonly<Record<string, unknown>>

const text = (description?: string): Schema => ({
  type: 'string',
  ...(description === undefined ? {} : { description }),
})
const flag = (description?: string): Schema => ({
  type: 'boolean',
  ...(description === undefined ? {} : { description }),
})
const word = (...words: readonly string[]): Schema => ({ type: 'string', enum: words })
const texts: Schema = { type: 'array', items: { type: 'string' } }
const zeroOrOne: Schema = { type: 'integer', enum: [0, 1] }
const part: Schema = { type: 'number', minimum: 0, maximum: 1 }
const duration = text('A duration: `3.5s`.')
const link = text('An address: https://…')

/** An object with these fields and no others, under a name of its own. */
function block(
  $id: string,
  description: string,
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): TUnsafe<JsonMap> {
  const needed = required.length === 0 ? {} : { required }
  return Type.Unsafe<JsonMap>({ $id, type: 'object', properties, ...needed, additionalProperties: false, description })
}

function use($id: string): Schema {
  return { $ref: `${$id}#` }
}

const Color = block('Color', 'Google’s `google.type.Color`; each part is 0 to 1.', {
  red: part,
  green: part,
  blue: part,
  alpha: part,
})

const LightSettings = block(
  'LightSettings',
  'How the LED blinks.',
  { color: use('Color'), light_on_duration: duration, light_off_duration: duration },
  ['color', 'light_on_duration', 'light_off_duration'],
)

/** What both of Google's types have. Source: FCM v1 discovery document, AndroidNotification. */
const SHOWN_ON_ANDROID = {
  title: text('In place of the common one.'),
  body: text('In place of the common one.'),
  icon: text('A drawable of the app.'),
  color: text('#rrggbb'),
  sound: text('`default`, or a file in the app’s /res/raw/.'),
  tag: text('A later notification with this tag takes the place of this one.'),
  click_action: text('The activity that a click opens.'),
  body_loc_key: text(),
  body_loc_args: texts,
  title_loc_key: text(),
  title_loc_args: texts,
  channel_id: text('A channel that the app has made.'),
  ticker: text(),
  sticky: flag('It stays when it is clicked.'),
  event_time: text('RFC 3339.'),
  local_only: flag('Not to be shown on a watch.'),
  notification_priority: word(
    ...['PRIORITY_UNSPECIFIED', 'PRIORITY_MIN', 'PRIORITY_LOW', 'PRIORITY_DEFAULT', 'PRIORITY_HIGH', 'PRIORITY_MAX'],
  ),
  default_sound: flag(),
  default_vibrate_timings: flag(),
  default_light_settings: flag(),
  vibrate_timings: { type: 'array', items: duration },
  visibility: word('VISIBILITY_UNSPECIFIED', 'PRIVATE', 'PUBLIC', 'SECRET'),
  notification_count: { type: 'integer', minimum: 0, maximum: 2_147_483_647 },
  light_settings: use('LightSettings'),
  image: link,
}

const AndroidNotification = block('AndroidNotification', 'What Android shows.', {
  ...SHOWN_ON_ANDROID,
  bypass_proxy_notification: flag('Deprecated by Google: `proxy`.'),
  proxy: word('PROXY_UNSPECIFIED', 'ALLOW', 'DENY', 'IF_PRIORITY_LOWERED'),
})

const AndroidNotificationV2 = block('AndroidNotificationV2', 'What Android shows.', {
  ...SHOWN_ON_ANDROID,
  id: {
    type: 'integer',
    minimum: -2_147_483_648,
    maximum: 2_147_483_647,
    description: 'With `tag` it says which one this replaces.',
  },
})

const FcmOptions = block('FcmOptions', 'FCM’s `FcmOptions`.', {
  analytics_label: text('1 to 50 letters, digits and - _ . ~ %.'),
})

const ON_ANDROID = {
  collapse_key: text('Of several that wait for a device the last one alone is delivered.'),
  ttl: text('How long FCM keeps it: `3600s`.'),
  restricted_package_name: text('Only the app with this package name gets it.'),
  data: TEXTS_BY_NAME,
  fcm_options: use('FcmOptions'),
  direct_boot_ok: flag('May be delivered before the device was unlocked.'),
  bandwidth_constrained_ok: flag(),
  restricted_satellite_ok: flag(),
}

/** Source: FCM v1 discovery document, AndroidConfig; the two about networks: firebase-admin 13. */
const AndroidConfig = block('AndroidConfig', 'FCM’s `AndroidConfig`.', {
  ...ON_ANDROID,
  priority: word('normal', 'high', 'NORMAL', 'HIGH'),
  notification: use('AndroidNotification'),
})

const AndroidRemoteNotification = block('AndroidRemoteNotification', 'FCM’s `AndroidRemoteNotification`.', {
  mutable_content: flag('The app may change it when it has arrived.'),
  notification: use('AndroidNotificationV2'),
  use_as_v1_data_message: flag('To apps that know only the older type it comes as data.'),
})

/** Source: googleapis 188, fcm v1. */
const AndroidConfigV2 = block('AndroidConfigV2', 'FCM’s `AndroidConfigV2`, in place of `android`.', {
  ...ON_ANDROID,
  remote_notification: use('AndroidRemoteNotification'),
  background_sync: {
    type: 'object',
    properties: {},
    additionalProperties: false,
    description: 'Nothing is shown; it has no hurry.',
  },
})

const ApnsFcmOptions = block('ApnsFcmOptions', 'FCM’s `ApnsFcmOptions`.', {
  analytics_label: text('1 to 50 letters, digits and - _ . ~ %.'),
  image: link,
})

const localized: Schema = {
  type: ['string', 'object'],
  properties: { 'loc-key': text(), 'loc-args': texts },
  additionalProperties: false,
  description: 'Words, or in a Live Activity `loc-key` and `loc-args`.',
}

const alert: Schema = {
  type: ['string', 'object'],
  properties: {
    title: localized,
    subtitle: text(),
    body: localized,
    'launch-image': text(),
    'title-loc-key': text(),
    'title-loc-args': texts,
    'subtitle-loc-key': text(),
    'subtitle-loc-args': texts,
    'loc-key': text(),
    'loc-args': texts,
    'action-loc-key': text(),
    sound: text('Of a Live Activity’s alert.'),
  },
  additionalProperties: false,
}

/** Source: Apple, "Generating a remote notification" and "Starting and updating Live Activities with ActivityKit push notifications". */
const Aps = block('Aps', 'Apple’s own dictionary. Apple passes over what it does not know there.', {
  alert,
  badge: { type: 'integer', minimum: 0, description: 'The number at the app’s icon; 0 takes it away.' },
  sound: {
    type: ['string', 'object'],
    properties: { critical: zeroOrOne, name: text(), volume: part },
    required: ['name'],
    additionalProperties: false,
  },
  'thread-id': text('Those of one thread are shown together.'),
  category: text('Which buttons the app has for it.'),
  'content-available': zeroOrOne,
  'mutable-content': zeroOrOne,
  'target-content-id': text(),
  'interruption-level': word('passive', 'active', 'time-sensitive', 'critical'),
  'relevance-score': { type: 'number' },
  'filter-criteria': text(),
  'content-changed': flag('Of widgets.'),
  event: word('start', 'update', 'end'),
  timestamp: { type: 'integer', minimum: 0 },
  'content-state': { type: 'object', additionalProperties: true },
  'stale-date': { type: 'integer', minimum: 0 },
  'dismissal-date': { type: 'integer', minimum: 0 },
  'attributes-type': text(),
  attributes: { type: 'object', additionalProperties: true },
  'input-push-channel': text(),
  'input-push-token': { type: 'integer', enum: [1] },
})

/** Source: FCM v1 discovery document, ApnsConfig. */
const ApnsConfig = block('ApnsConfig', 'FCM’s `ApnsConfig`.', {
  headers: { ...TEXTS_BY_NAME, description: 'Apple’s request headers: `apns-priority` …' },
  payload: {
    type: 'object',
    properties: { aps: use('Aps') },
    additionalProperties: true,
    description: 'Apple’s payload: `aps`, and values of your own beside it.',
  },
  fcm_options: use('ApnsFcmOptions'),
  live_activity_token: { type: 'string', minLength: 1, description: 'Of the Live Activity that it is for.' },
})

/** Source: WHATWG Notifications API, NotificationOptions; `image`, `vibrate`, `timestamp`, `actions` and `renotify` are its extensions. */
const WebNotification = block('WebNotification', 'Options of the browser’s `Notification`.', {
  title: text('In place of the common one.'),
  body: text('In place of the common one.'),
  actions: {
    type: 'array',
    items: {
      type: 'object',
      properties: { action: text(), title: text(), icon: link, navigate: link },
      required: ['action', 'title'],
      additionalProperties: false,
    },
  },
  badge: text('The address of a small picture, not a number.'),
  data: { description: 'Anything of your own.' },
  dir: word('auto', 'ltr', 'rtl'),
  icon: text(),
  image: text(),
  lang: text('BCP 47.'),
  navigate: text(),
  renotify: flag(),
  requireInteraction: flag('It stays until somebody acts on it.'),
  silent: { type: ['boolean', 'null'] },
  tag: text('A later notification with this tag takes the place of this one.'),
  timestamp: { type: 'number' },
  vibrate: { type: ['integer', 'array'], minimum: 0, items: { type: 'integer', minimum: 0 } },
})

const WebpushFcmOptions = block('WebpushFcmOptions', 'FCM’s `WebpushFcmOptions`.', {
  link: text('Opened on a click: https://…'),
  analytics_label: text('1 to 50 letters, digits and - _ . ~ %.'),
})

/** Source: FCM v1 discovery document, WebpushConfig. */
const WebpushConfig = block('WebpushConfig', 'FCM’s `WebpushConfig`.', {
  headers: { ...TEXTS_BY_NAME, description: '`TTL`, `Urgency`, `Topic`.' },
  data: TEXTS_BY_NAME,
  notification: use('WebNotification'),
  fcm_options: use('WebpushFcmOptions'),
})

/** All of FCM's `Message` below its outermost fields. */
export const PUSH_SCHEMAS = [
  AndroidConfig,
  AndroidConfigV2,
  AndroidNotification,
  AndroidNotificationV2,
  AndroidRemoteNotification,
  ApnsConfig,
  ApnsFcmOptions,
  Aps,
  Color,
  FcmOptions,
  LightSettings,
  WebNotification,
  WebpushConfig,
  WebpushFcmOptions,
]
