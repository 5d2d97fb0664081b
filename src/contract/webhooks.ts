import { Type, type Static } from 'typebox'
import { WEBHOOK_TYPES } from './webhook-types.ts'
import { freeObject, ID, named, oneOf, TIME } from './words.ts'

const WEBHOOK_TYPE = oneOf(WEBHOOK_TYPES, {
  description: '`*`: all of them, also those that come with later versions.',
})

const timeOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description })

const URL_FIELD = Type.String({
  minLength: 1,
  maxLength: 2_048,
  description:
    'Where events are POSTed to: https, and an address that is public, unless the service was told otherwise.',
  examples: ['https://hooks.example.com/tidings'],
})

const DESCRIPTION = Type.String({ maxLength: 200, description: 'For people: what it is for.' })

const TYPES = Type.Array(WEBHOOK_TYPE, {
  minItems: 1,
  maxItems: 64,
  uniqueItems: true,
  description: 'The events it is told of.',
  examples: [['sms.delivered', 'sms.failed']],
})

const PAYLOAD = oneOf(['thin', 'full'], {
  description: '`thin`: ids, status and reason. `full`: also numbers, tokens and texts, as they are when it is sent.',
})

export const Webhook = Type.Object(
  {
    id: ID,
    url: Type.String(),
    description: DESCRIPTION,
    types: TYPES,
    payload: PAYLOAD,
    enabled: Type.Boolean({
      description: 'False: nothing new is handed out to it, and what waits stays until it is enabled again.',
    }),
    disabled_at: timeOrNull('Since when it is not.'),
    disabled_reason: Type.Unsafe<'caller' | 'gone' | 'failing' | null>({
      type: ['string', 'null'],
      enum: ['caller', 'gone', 'failing', null],
      description: '`caller`: somebody did it. `gone`: it answered 410. `failing`: it took nothing for 120 hours.',
    }),
    failing_since: timeOrNull('Every try since then failed.'),
    old_secret_until: timeOrNull('Until then the secret before this one signs, too.'),
    created_at: TIME,
    updated_at: TIME,
  },
  { $id: 'Webhook', additionalProperties: false },
)

export type Webhook = Static<typeof Webhook>

export const WebhookRequest = Type.Object(
  {
    url: URL_FIELD,
    description: Type.Optional(DESCRIPTION),
    types: Type.Optional(TYPES),
    payload: Type.Optional(PAYLOAD),
  },
  { $id: 'WebhookRequest', additionalProperties: false, description: 'Without `types`: all of them.' },
)

export const WebhookChange = Type.Object(
  {
    url: Type.Optional(URL_FIELD),
    description: Type.Optional(DESCRIPTION),
    types: Type.Optional(TYPES),
    payload: Type.Optional(PAYLOAD),
    enabled: Type.Optional(Type.Boolean({ description: 'True: goes on, also after it was disabled by itself.' })),
  },
  { $id: 'WebhookChange', additionalProperties: false, minProperties: 1 },
)

/** Seconds, seven days. */
const LONGEST_OVERLAP_SECONDS = 604_800
export const USUAL_OVERLAP_SECONDS = 86_400

export const WebhookRotation = Type.Object(
  {
    overlap_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: LONGEST_OVERLAP_SECONDS,
        default: USUAL_OVERLAP_SECONDS,
        description: 'How long the secret so far signs as well.',
      }),
    ),
  },
  { $id: 'WebhookRotation', additionalProperties: false },
)

export const WebhookAnswer = Type.Object(
  { success: Type.Literal(true), data: named<Webhook>('Webhook') },
  { $id: 'WebhookAnswer', additionalProperties: false },
)

export type WebhookAnswer = Static<typeof WebhookAnswer>

export const WebhookMade = Type.Object(
  {
    success: Type.Literal(true),
    secret: Type.String({ description: '`whsec_…`, what its calls are signed with. It is never shown again.' }),
    data: named<Webhook>('Webhook'),
  },
  { $id: 'WebhookMade', additionalProperties: false },
)

export type WebhookMade = Static<typeof WebhookMade>

const NEXT = Type.Unsafe<string | null>({ type: ['string', 'null'], description: '`cursor` of the next page.' })

export const WebhookList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<Webhook>('Webhook')), next: NEXT },
  { $id: 'WebhookList', additionalProperties: false },
)

export type WebhookList = Static<typeof WebhookList>

export const WebhookAttempt = Type.Object(
  {
    number: Type.Integer({ minimum: 1 }),
    started_at: TIME,
    finished_at: TIME,
    status: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'Of HTTP. Null: there was no answer.',
    }),
    failure: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description:
        'Why there was no answer: `refused_address`, `dns`, `connect`, `tls`, `timeout`, `reset`, `secret_unreadable`, `event_forgotten`, `internal`.',
    }),
    answer: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'The first 1,024 bytes of what was answered, where it is text.',
    }),
  },
  { $id: 'WebhookAttempt', additionalProperties: false },
)

export type WebhookAttempt = Static<typeof WebhookAttempt>

const delivery = {
  id: ID,
  webhook_id: ID,
  event_id: Type.String({ description: 'The event’s, as `GET /events` names it.', examples: ['742-1'] }),
  type: Type.String({ examples: ['sms.delivered'] }),
  status: oneOf(['queued', 'delivered', 'failed'], {
    description: '`queued`: it is tried, or will be. `failed`: it was tried often enough, and can be replayed.',
  }),
  attempt_count: Type.Integer({ minimum: 0 }),
  next_attempt_at: timeOrNull('Null: there is no next try.'),
  created_at: TIME,
  updated_at: TIME,
}

export const WebhookDelivery = Type.Object(delivery, { $id: 'WebhookDelivery', additionalProperties: false })

export type WebhookDelivery = Static<typeof WebhookDelivery>

export const WebhookDeliveryDetails = Type.Object(
  { ...delivery, attempts: Type.Array(named<WebhookAttempt>('WebhookAttempt')) },
  { $id: 'WebhookDeliveryDetails', additionalProperties: false },
)

export type WebhookDeliveryDetails = Static<typeof WebhookDeliveryDetails>

export const WebhookDeliveryAnswer = Type.Object(
  { success: Type.Literal(true), data: named<WebhookDeliveryDetails>('WebhookDeliveryDetails') },
  { $id: 'WebhookDeliveryAnswer', additionalProperties: false },
)

export type WebhookDeliveryAnswer = Static<typeof WebhookDeliveryAnswer>

export const WebhookDeliveryList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<WebhookDelivery>('WebhookDelivery')), next: NEXT },
  { $id: 'WebhookDeliveryList', additionalProperties: false },
)

export type WebhookDeliveryList = Static<typeof WebhookDeliveryList>

export const WebhookTested = Type.Object(
  {
    success: Type.Literal(true),
    delivered: Type.Boolean({ description: 'Whether the answer was 2xx.' }),
    attempt: named<WebhookAttempt>('WebhookAttempt'),
    event: freeObject('What was sent.'),
  },
  { $id: 'WebhookTested', additionalProperties: false },
)

export type WebhookTested = Static<typeof WebhookTested>

export const WebhookReplayRequest = Type.Object(
  {
    since: Type.String({
      description: 'Events from then on: a day (`2026-03-01`, in UTC) or a time (`2026-03-01T14:02:11Z`).',
      examples: ['2026-03-01T14:02:11Z'],
    }),
    types: Type.Optional(TYPES),
    only_failed: Type.Optional(
      Type.Boolean({ default: false, description: 'True: only what was given up, not what was delivered.' }),
    ),
  },
  { $id: 'WebhookReplayRequest', additionalProperties: false },
)

export const WebhookReplayed = Type.Object(
  {
    success: Type.Literal(true),
    queued: Type.Integer({ minimum: 0, description: 'Deliveries that are made now.' }),
  },
  { $id: 'WebhookReplayed', additionalProperties: false },
)

export type WebhookReplayed = Static<typeof WebhookReplayed>

export const WEBHOOK_SCHEMAS = [
  Webhook,
  WebhookRequest,
  WebhookChange,
  WebhookRotation,
  WebhookAnswer,
  WebhookMade,
  WebhookList,
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookDeliveryAnswer,
  WebhookDeliveryList,
  WebhookTested,
  WebhookReplayRequest,
  WebhookReplayed,
]
