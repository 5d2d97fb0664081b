import { Type, type Static } from 'typebox'
import { DRY_RUN, VALIDATE_ONLY } from './dry-run.ts'
import { Fallback, FallbackState } from './fallback.ts'
import { PUSH_SCHEMAS } from './push-platforms.ts'
import type { PushWait, Wording } from './push-parts.ts'
import { ONE_ADDRESS, pushWords, SIMPLE_WORDS } from './push-words.ts'
import type { TemplateUse } from './templates.ts'
import {
  CATEGORY,
  ID,
  LOCAL,
  LONGEST_TTL_SECONDS,
  named,
  oneOf,
  QUIET_UNTIL,
  SEND_AT,
  STATUS,
  textOrNull,
  TEXTS_BY_NAME,
  TIME,
  type JsonMap,
} from './words.ts'

/** Tokens and installation ids in one call. */
export const MOST_TARGETS = 100_000

/** UTF-16 units. FCM's own tokens are around 163 long and may grow; this only keeps nonsense out. */
export const LONGEST_TARGET = 4_096

const content = {
  title: Type.Optional(Type.String()),
  body: Type.Optional(Type.String()),
  template: Type.Optional(named<TemplateUse>('TemplateUse')),
  data: Type.Optional(
    Type.Unsafe<Readonly<Record<string, string>>>({
      ...TEXTS_BY_NAME,
      maxProperties: 64,
      description: 'Your own values, texts all of them.',
    }),
  ),
  image: Type.Optional(Type.String({ maxLength: 2_048, pattern: '^https?://', description: 'URL of a picture.' })),
  link: Type.Optional(
    Type.String({ maxLength: 2_048, pattern: '^https://', description: 'Opened on a click, in a browser.' }),
  ),
  ...SIMPLE_WORDS,
  android: Type.Optional(named<JsonMap>('AndroidConfig')),
  android_v2: Type.Optional(named<JsonMap>('AndroidConfigV2')),
  apns: Type.Optional(named<JsonMap>('ApnsConfig')),
  webpush: Type.Optional(named<JsonMap>('WebpushConfig')),
  fcm_options: Type.Optional(named<JsonMap>('FcmOptions')),
  project: Type.Optional(
    Type.String({
      pattern: '^[a-z][a-z0-9-]{0,27}$',
      description:
        'The Firebase project, by its name in `FCM_PROJECTS_FILE`; `fcm`: that of the variables. For a topic, and for devices whose app is no project’s.',
    }),
  ),
  tag: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'A word of yours, to find it by.' })),
  category: Type.Optional(CATEGORY),
  send_at: Type.Optional(SEND_AT),
  local: Type.Optional(LOCAL),
  ttl: Type.Optional(
    Type.Integer({ minimum: 0, maximum: LONGEST_TTL_SECONDS, description: 'Seconds. 0: now or never.' }),
  ),
  dry_run: Type.Optional(DRY_RUN),
  validate_only: Type.Optional(VALIDATE_ONLY),
}

/** What goes with devices alone: a topic has none of its own that could report. */
const reporting = {
  evidence: Type.Optional(
    Type.Boolean({
      description:
        'Ask each device to report that it got it and that it was opened, at the URL in `data.tidings`. Unless given, `PUSH_EVIDENCE` decides, and what a `fallback` needs.',
    }),
  ),
  fallback: Type.Optional(named<Fallback>('Fallback')),
}

const target = Type.String({ minLength: 1, maxLength: LONGEST_TARGET })

/** As the outside sees it. At least one of `tokens` and `fids` must be there. */
const TokensRequest = Type.Object(
  {
    tokens: Type.Optional(
      Type.Array(target, {
        minItems: 1,
        maxItems: MOST_TARGETS,
        description: 'Registration tokens; `apns:` and the device token in hex for Apple’s own service.',
      }),
    ),
    fids: Type.Optional(
      Type.Array(target, { minItems: 1, maxItems: MOST_TARGETS, description: 'Firebase installation ids.' }),
    ),
    ...content,
    ...reporting,
  },
  {
    $id: 'TokensRequest',
    additionalProperties: false,
    anyOf: [{ required: ['tokens'] }, { required: ['fids'] }],
    ...pushWords(),
    description: `At most ${MOST_TARGETS.toLocaleString('en')} tokens and fids together. One named twice is sent once.`,
  },
)

/**
 * The same without a look at the members of the two lists: they are checked in blocks, so that a hundred thousand of them do
 * not hold up everybody else.
 */
export const TokensRequestShape = Type.Object(
  {
    tokens: Type.Optional(Type.Unsafe<readonly unknown[]>({ type: 'array', minItems: 1 })),
    fids: Type.Optional(Type.Unsafe<readonly unknown[]>({ type: 'array', minItems: 1 })),
    ...content,
    ...reporting,
  },
  { additionalProperties: false, ...pushWords() },
)

export type TokensRequestShape = Static<typeof TokensRequestShape>

/** The first line of a push whose targets are lines. */
export const TokensCommon = Type.Object({ ...content, ...reporting }, { additionalProperties: false, ...pushWords() })

export type TokensCommon = Static<typeof TokensCommon>

export const TopicRequest = Type.Object(
  {
    // Source: Firebase Cloud Messaging, "Topic messaging". Up to 900 characters, and the prefix of FCM's old API.
    topic: Type.Optional(
      Type.String({
        maxLength: 908,
        pattern: '^(/topics/)?[A-Za-z0-9_.~%-]{1,900}$',
        description: 'Its name; `/topics/` before it is dropped.',
      }),
    ),
    condition: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2_000,
        description: "In place of `topic`: up to 5 topics, such as `'news' in topics && !('sport' in topics)`.",
      }),
    ),
    fan_out: Type.Optional(
      Type.Boolean({
        description:
          'Sends to each device that was subscribed by this service, by itself, with a status of its own; those that subscribed by themselves get nothing.',
      }),
    ),
    ...content,
  },
  {
    $id: 'TopicRequest',
    additionalProperties: false,
    allOf: [ONE_ADDRESS],
    ...pushWords(),
  },
)

export type TopicRequest = Static<typeof TopicRequest>

/** What a push may hold, for the server to register. */
export const PUSH_REQUESTS = [TokensRequest, TopicRequest, Fallback, FallbackState, ...PUSH_SCHEMAS]

/** How many targets stand where; only statuses that occur. */
const Counts = Type.Unsafe<Readonly<Record<string, number>>>({
  type: 'object',
  additionalProperties: { type: 'integer', minimum: 0 },
  description: 'How many targets have which status.',
})

export const NotificationAccepted = Type.Object(
  {
    success: Type.Literal(true),
    notification_id: ID,
    status: STATUS,
    reason: Type.Optional(textOrNull({ description: 'Only with `Prefer: wait`.' })),
    targets: Type.Integer({ minimum: 1, description: 'How many different ones there are.' }),
    counts: Type.Optional(Counts),
    quiet_hours_until: Type.Optional(QUIET_UNTIL),
    warnings: Type.Optional(Type.Unsafe<readonly string[]>({ type: 'array', items: { type: 'string' } })),
  },
  { $id: 'NotificationAccepted', additionalProperties: false },
)

export type NotificationAccepted = Static<typeof NotificationAccepted>

export const Notification = Type.Object(
  {
    notification_id: ID,
    topic: textOrNull(),
    condition: textOrNull({ description: 'Who it is for, where that is more than one topic.' }),
    title: Type.String(),
    body: Type.String(),
    content: Type.Unsafe<JsonMap>({
      type: 'object',
      additionalProperties: true,
      description: 'What else the caller gave: `data`, `image`, `link`, `android` …',
    }),
    tag: textOrNull(),
    category: CATEGORY,
    status: STATUS,
    reason: textOrNull({
      description: '`partial`: the targets ended differently, see `counts`. `paused`: what waits stays for now.',
    }),
    verdict: Type.String({
      description:
        'What became of it, and of an SMS that stands in for it, in a sentence or two that can be passed on.',
    }),
    provider: Type.String({ description: 'Of several, the main one.' }),
    ways: Type.Array(
      Type.Object({ provider: Type.String(), targets: Type.Integer() }, { additionalProperties: false }),
      { description: 'The providers that its targets go by; those that were left out at once are in none.' },
    ),
    targets: Type.Integer(),
    counts: Counts,
    send_at: textOrNull({
      format: 'date-time',
      description: 'The earliest time it may leave, if its caller named one.',
    }),
    paused_at: textOrNull({ format: 'date-time', description: 'Since when it is paused by itself.' }),
    template: textOrNull({ description: 'What it was made from: `name@version/locale`.' }),
    wordings: Type.Array(named<Wording>('Wording'), {
      description:
        'Its words in the languages of its devices, where they have several; `title` and `body` are those of the template’s default then.',
    }),
    waits: Type.Array(named<PushWait>('PushWait'), { description: 'What of it waits for a time.' }),
    resent_from: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'The notification whose content was sent again as this one.',
    }),
    fallback: Type.Optional(named<FallbackState>('FallbackState')),
    created_at: TIME,
    updated_at: TIME,
  },
  { $id: 'Notification', additionalProperties: false },
)

export type Notification = Static<typeof Notification>

export const NotificationAnswer = Type.Object(
  { success: Type.Literal(true), data: named<Notification>('Notification') },
  { $id: 'NotificationAnswer', additionalProperties: false },
)

export const Delivery = Type.Object(
  {
    token: Type.String({ description: 'The token, or the installation id.' }),
    kind: oneOf(['token', 'fid']),
    status: STATUS,
    reason: textOrNull(),
    provider_message_id: textOrNull(),
    received_at: textOrNull({ format: 'date-time', description: 'When the device first reported that it got it.' }),
    locale: textOrNull({
      description: 'Of the words it has, where there are several; see `wordings` of the notification.',
    }),
    opened_at: textOrNull({ format: 'date-time', description: 'When it first reported that it was opened.' }),
    updated_at: TIME,
  },
  { $id: 'Delivery', additionalProperties: false },
)

export type Delivery = Static<typeof Delivery>

export const DeliveryList = Type.Object(
  {
    success: Type.Literal(true),
    data: Type.Array(named<Delivery>('Delivery')),
    next: textOrNull({ description: 'The `cursor` of the next page; null on the last.' }),
  },
  { $id: 'DeliveryList', additionalProperties: false },
)
