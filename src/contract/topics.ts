import { Type, type Static } from 'typebox'
import type { DeviceFilter } from './devices-push.ts'
import { LONGEST_TARGET } from './notifications.ts'
import { ID, named, oneOf, textOrNull, TIME } from './words.ts'

/** Devices in one call in JSON. */
export const MOST_IN_JSON = 10_000

const target = Type.String({ minLength: 1, maxLength: LONGEST_TARGET })

const to = Type.Optional(named<DeviceFilter>('DeviceFilter'))

const project = Type.Optional(
  Type.String({ description: 'The Firebase project of devices whose app decides none; absent: the usual one.' }),
)

/** Either lists of addresses, or a filter. */
const LISTS_OR_FILTER = {
  anyOf: [{ required: ['tokens'] }, { required: ['fids'] }, { required: ['to'] }],
  not: { required: ['to'], anyOf: [{ required: ['tokens'] }, { required: ['fids'] }] },
}

/** As the outside sees it. */
export const TopicDevices = Type.Object(
  {
    tokens: Type.Optional(
      Type.Array(target, { minItems: 1, maxItems: MOST_IN_JSON, description: 'Registration tokens.' }),
    ),
    fids: Type.Optional(
      Type.Array(target, { minItems: 1, maxItems: MOST_IN_JSON, description: 'Firebase installation ids.' }),
    ),
    to,
    project,
  },
  {
    $id: 'TopicDevices',
    additionalProperties: false,
    ...LISTS_OR_FILTER,
    description: `At most ${MOST_IN_JSON.toLocaleString('en')} tokens and fids together, or in place of them \`to\`: all registered devices that are so.`,
  },
)

/** The same without a look at the members of the lists: they are checked in blocks. */
export const TopicDevicesShape = Type.Object(
  {
    tokens: Type.Optional(Type.Unsafe<readonly unknown[]>({ type: 'array', minItems: 1 })),
    fids: Type.Optional(Type.Unsafe<readonly unknown[]>({ type: 'array', minItems: 1 })),
    to,
    project,
  },
  { additionalProperties: false, ...LISTS_OR_FILTER },
)

export type TopicDevicesShape = Static<typeof TopicDevicesShape>

/** The first line of devices that are streamed. */
export const TopicDevicesCommon = Type.Object({ project }, { additionalProperties: false })

export type TopicDevicesCommon = Static<typeof TopicDevicesCommon>

const STATE = oneOf(['subscribing', 'subscribed', 'unsubscribing', 'unsubscribed', 'failed'], {
  description:
    '`subscribing`, `unsubscribing`: FCM is still to be told. `failed`: what was asked for last could not be done.',
})

/** A device that a wish was not done for. */
export const TopicFailure = Type.Object(
  {
    token: Type.String({ description: 'The registration token or installation id, as it was named.' }),
    reason: Type.String({ description: 'Why: `unregistered`, `too_many_topics` … They stand in /docs/topics.md.' }),
  },
  { $id: 'TopicFailure', additionalProperties: false },
)

export type TopicFailure = Static<typeof TopicFailure>

export const TopicChanged = Type.Object(
  {
    success: Type.Literal(true),
    topic: Type.String(),
    devices: Type.Integer({ minimum: 0, description: 'Different ones that were named.' }),
    waiting: Type.Integer({ minimum: 0, description: 'Of them, those that FCM is still to be told of.' }),
    failed: Type.Array(named<TopicFailure>('TopicFailure'), {
      description: 'Those for which it could not be done, as far as that is known yet.',
    }),
  },
  { $id: 'TopicChanged', additionalProperties: false },
)

export type TopicChanged = Static<typeof TopicChanged>

const count = Type.Integer({ minimum: 0 })

export const Topic = Type.Object(
  {
    topic: Type.String(),
    subscribers: Type.Integer({
      minimum: 0,
      description:
        'Devices that were subscribed by this service: a lower bound, since apps subscribe by themselves, too.',
    }),
    counts: Type.Object(
      { subscribing: count, subscribed: count, unsubscribing: count, unsubscribed: count, failed: count },
      { additionalProperties: false, description: 'Devices by state; those that ended are forgotten after 30 days.' },
    ),
    created_at: TIME,
  },
  { $id: 'Topic', additionalProperties: false },
)

export type Topic = Static<typeof Topic>

const NOTE = Type.String({ description: 'What these numbers are, and what they are not.' })

const next = textOrNull({ description: 'The `cursor` of the next page; null on the last.' })

export const TopicList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<Topic>('Topic')), note: NOTE, next },
  { $id: 'TopicList', additionalProperties: false },
)

export type TopicList = Static<typeof TopicList>

export const TopicSubscription = Type.Object(
  {
    token_id: ID,
    token: Type.String({ description: 'The registration token, or the installation id.' }),
    kind: oneOf(['token', 'fid']),
    client: textOrNull({ description: 'Whose it is; null: nobody said.' }),
    provider: Type.String({
      description:
        'What it is subscribed through; `sandbox`: it stands here alone. `webpush`, `apns`: the same, for a push with `fan_out`.',
    }),
    state: STATE,
    reason: textOrNull({ description: 'Why it failed, or ended without being asked to.' }),
    updated_at: TIME,
  },
  { $id: 'TopicSubscription', additionalProperties: false },
)

export type TopicSubscription = Static<typeof TopicSubscription>

export const TopicSubscriptionList = Type.Object(
  {
    success: Type.Literal(true),
    topic: named<Topic>('Topic'),
    data: Type.Array(named<TopicSubscription>('TopicSubscription')),
    note: NOTE,
    next,
  },
  { $id: 'TopicSubscriptionList', additionalProperties: false },
)

export type TopicSubscriptionList = Static<typeof TopicSubscriptionList>

/** What a device has to do with a topic. */
export const TokenTopic = Type.Object(
  { topic: Type.String(), state: STATE, reason: textOrNull({ description: 'Why it failed, or ended.' }) },
  { $id: 'TokenTopic', additionalProperties: false },
)

export type TokenTopic = Static<typeof TokenTopic>

/** What the server registers. */
export const TOPIC_SCHEMAS = [
  TokenTopic,
  Topic,
  TopicChanged,
  TopicDevices,
  TopicFailure,
  TopicList,
  TopicSubscription,
  TopicSubscriptionList,
]
