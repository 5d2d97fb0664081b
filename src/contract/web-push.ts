import { Type, type Static } from 'typebox'
import { DeviceRequest } from './tokens.ts'

const key = (description: string, examples: string[]) =>
  Type.String({ minLength: 1, maxLength: 128, description, examples })

/** As a browser gives it: what it may add one day is passed over. */
const BrowserSubscription = Type.Object(
  {
    endpoint: Type.String({
      minLength: 1,
      maxLength: 2_048,
      description: 'Where its push service takes pushes for it.',
      examples: ['https://updates.push.services.mozilla.com/wpush/v2/gAAAAA'],
    }),
    expirationTime: Type.Optional(Type.Unsafe<number | null>({ type: ['number', 'null'] })),
    keys: Type.Object({
      p256dh: key('Its public key: 65 bytes in base64url.', [
        'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      ]),
      auth: key('Its secret: 16 bytes in base64url.', ['BTBZMqHH6r4Tts7J_aSIgg']),
    }),
  },
  { description: 'What `PushSubscription.toJSON()` gives.' },
)

const { client, app, locale, time_zone: timeZone } = DeviceRequest.properties

export const WebSubscriptionRequest = Type.Object(
  {
    subscription: BrowserSubscription,
    application_server_key: Type.Optional(
      key('The key that the page subscribed with, so that another one than ours is found out.', [
        'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
      ]),
    ),
    client,
    app,
    locale,
    time_zone: timeZone,
  },
  {
    $id: 'WebSubscriptionRequest',
    additionalProperties: false,
    description: 'A browser, and all that is known of it: what is left out is forgotten.',
  },
)

export type WebSubscriptionRequest = Static<typeof WebSubscriptionRequest>

export const WebPushKey = Type.Object(
  {
    success: Type.Literal(true),
    public_key: Type.String({ description: '`applicationServerKey` for `PushManager.subscribe()`, in base64url.' }),
  },
  { $id: 'WebPushKey', additionalProperties: false },
)

export type WebPushKey = Static<typeof WebPushKey>

/** What the server registers. */
export const WEB_PUSH_SCHEMAS = [WebPushKey, WebSubscriptionRequest]
