import { Type, type Static } from 'typebox'
import { DeviceFilter, DevicesPush } from './devices-push.ts'
import { LONGEST_TARGET } from './notifications.ts'
import type { ItemError } from './sms-batch.ts'
import type { TokenTopic } from './topics.ts'
import { ID, named, oneOf, PLATFORM, textOrNull, TIME } from './words.ts'

/** Devices in one call in JSON. */
export const MOST_DEVICES = 10_000

/** Taken away by one call. */
const MOST_NAMED = 1_000

const KIND = oneOf(['token', 'fid'], {
  description: 'What its address is: a registration token, or a Firebase installation id.',
})

const PATTERN_OF_FID = '^(?:[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{11})$'

/** What is told of a device; what is left out is not known any more. */
const facts = {
  client: Type.Optional(
    Type.String({ description: 'Whose it is: a number, with its country code.', examples: ['+201009129288'] }),
  ),
  platform: Type.Optional(PLATFORM),
  app: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      pattern: '^[!-~]+$',
      description: 'Your name for the app.',
      examples: ['com.example.shop'],
    }),
  ),
  locale: Type.Optional(Type.String({ description: 'A language tag (BCP 47).', examples: ['en', 'pt-BR'] })),
  time_zone: Type.Optional(
    Type.String({ description: 'Where it is, as IANA names it.', examples: ['Africa/Cairo', 'Europe/Berlin'] }),
  ),
  last_seen_at: Type.Optional(
    Type.String({ format: 'date-time', description: 'When it was seen, for what is moved in; else now.' }),
  ),
}

const device = {
  kind: Type.Optional(KIND),
  fid: Type.Optional(
    Type.String({
      pattern: PATTERN_OF_FID,
      description:
        'The installation id of a device whose address is a token. Both are one device from then on: it never gets a push twice.',
    }),
  ),
  ...facts,
}

/** A device whose address stands in the path. */
export const DeviceRequest = Type.Object(device, {
  $id: 'DeviceRequest',
  additionalProperties: false,
  description: 'All that is known of the device: what is left out is forgotten.',
})

export type DeviceRequest = Static<typeof DeviceRequest>

const address = Type.String({
  minLength: 1,
  maxLength: LONGEST_TARGET,
  pattern: '^[!-~]+$',
  description:
    'The registration token, with `apns:` before Apple’s own device tokens, or with `"kind": "fid"` the installation id.',
})

/** As the outside sees an item: what it has in common with the others may be left out. */
export const DeviceItem = Type.Object({ token: address, ...device }, { $id: 'DeviceItem', additionalProperties: false })

export type DeviceItem = Static<typeof DeviceItem>

const { fid: _own, ...shared } = device

/** As the outside sees it. */
export const DevicesRequest = Type.Object(
  {
    items: Type.Array(named<DeviceItem>('DeviceItem'), { minItems: 1, maxItems: MOST_DEVICES }),
    partial: Type.Optional(
      Type.Boolean({ description: 'Store the items that are good. Else one fault refuses them all.' }),
    ),
    ...shared,
  },
  {
    $id: 'DevicesRequest',
    additionalProperties: false,
    description: `At most ${MOST_DEVICES.toLocaleString('en')} devices. Every other field holds for each one that does not have it itself.`,
  },
)

/** The same without a look at the items: they are checked in blocks. */
export const DevicesShape = Type.Object(
  {
    items: Type.Unsafe<readonly unknown[]>({ type: 'array', minItems: 1 }),
    partial: Type.Optional(Type.Boolean()),
    ...shared,
  },
  { additionalProperties: false },
)

export type DevicesShape = Static<typeof DevicesShape>

/** The first line of devices that are streamed. */
export const DevicesCommon = Type.Object(shared, { additionalProperties: false })

export type DevicesCommon = Static<typeof DevicesCommon>

const index = Type.Integer({ minimum: 0, description: 'Its place in the call, from 0.' })

/** What became of one device of a call. */
export const DeviceAnswerItem = Type.Unsafe<DeviceAnswerItem>({
  $id: 'DeviceAnswerItem',
  oneOf: [
    Type.Object({ index, success: Type.Literal(true), token_id: ID }, { additionalProperties: false }),
    Type.Object(
      { index, success: Type.Literal(false), error: named<ItemError>('ItemError') },
      { additionalProperties: false },
    ),
  ],
})

export type DeviceAnswerItem =
  | { readonly index: number; readonly success: true; readonly token_id: number }
  | { readonly index: number; readonly success: false; readonly error: ItemError }

export const DevicesAnswer = Type.Object(
  {
    success: Type.Literal(true),
    accepted: Type.Integer({ minimum: 0 }),
    rejected: Type.Integer({ minimum: 0, description: 'Only with `partial`.' }),
    data: Type.Array(named<DeviceAnswerItem>('DeviceAnswerItem'), { description: 'One for each item, in order.' }),
  },
  { $id: 'DevicesAnswer', additionalProperties: false },
)

export type DevicesAnswer = Static<typeof DevicesAnswer>

export const Token = Type.Object(
  {
    token_id: ID,
    token: Type.String({
      description: 'The registration token, or the installation id; `erased:` and the id where its person was erased.',
    }),
    kind: KIND,
    client: textOrNull({ description: 'Whose it is; null: nobody said.' }),
    platform: Type.Unsafe<'android' | 'ios' | 'web' | null>({
      type: ['string', 'null'],
      enum: ['android', 'ios', 'web', null],
    }),
    app: textOrNull(),
    locale: textOrNull(),
    time_zone: textOrNull(),
    fid: textOrNull({ description: 'The installation id that is the same device, beside a token.' }),
    sent_as: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'The `token_id` of the address that its device has now; null: this one.',
    }),
    created_at: TIME,
    last_seen_at: textOrNull({
      format: 'date-time',
      description: 'When it was registered last; null: never, a push named it.',
    }),
    stale_at: textOrNull({
      format: 'date-time',
      description: 'Since when it counts as stale: not seen for DEVICES_STALE_DAYS.',
    }),
    last_ok_at: textOrNull({
      format: 'date-time',
      description:
        'When the push service last took a push for it, written once a day at most. Of its first day: when that push last moved on, as long as it is kept.',
    }),
    retired_at: textOrNull({ format: 'date-time', description: 'Since when it is not sent to any more.' }),
    retired_reason: textOrNull({
      description:
        '`unregistered`, `invalid_token`: the push service said so. `stale`: not seen for DEVICES_DROP_DAYS. `deleted`: you took it away. `erased`: its person was erased.',
    }),
    undo_until: textOrNull({
      format: 'date-time',
      description: 'Until when its retirement can be undone; null: there is none to undo.',
    }),
    topics: Type.Optional(
      Type.Array(named<TokenTopic>('TokenTopic'), {
        description: 'Of one device alone: what this service subscribed it to. Apps subscribe by themselves, too.',
      }),
    ),
    wrong_project: textOrNull({
      description: 'The Firebase project that it does not belong to, by which it is not sent to.',
    }),
  },
  { $id: 'Token', additionalProperties: false, description: 'An address of a device.' },
)

export type Token = Static<typeof Token>

export const TokenAnswer = Type.Object(
  { success: Type.Literal(true), data: named<Token>('Token') },
  { $id: 'TokenAnswer', additionalProperties: false },
)

export type TokenAnswer = Static<typeof TokenAnswer>

export const TokenList = Type.Object(
  {
    success: Type.Literal(true),
    data: Type.Array(named<Token>('Token')),
    next: textOrNull({ description: 'The `cursor` of the next page; null on the last.' }),
    searched_until: textOrNull({
      format: 'date-time',
      description:
        'How far back this page has looked; null on the last. A page may be short, or empty, although `next` leads on: what few messages match is looked for in steps.',
    }),
  },
  { $id: 'TokenList', additionalProperties: false },
)

export type TokenList = Static<typeof TokenList>

export const TokensDelete = Type.Object(
  {
    tokens: Type.Array(Type.String({ minLength: 1, maxLength: LONGEST_TARGET }), {
      minItems: 1,
      maxItems: MOST_NAMED,
      description: 'Registration tokens or installation ids.',
    }),
  },
  { $id: 'TokensDelete', additionalProperties: false },
)

export type TokensDelete = Static<typeof TokensDelete>

export const TokensDeleted = Type.Object(
  {
    success: Type.Literal(true),
    deleted: Type.Integer({ minimum: 0, description: 'How many of them were there.' }),
  },
  { $id: 'TokensDeleted', additionalProperties: false },
)

export type TokensDeleted = Static<typeof TokensDeleted>

export const TokensRestore = Type.Object(
  {
    since: Type.String({
      format: 'date-time',
      description: 'Those that were retired then or later; no more than 30 days ago.',
      examples: ['2030-01-31T18:00:00Z'],
    }),
    reason: Type.Optional(
      oneOf(['unregistered', 'invalid_token', 'sender_mismatch', 'stale'], { description: 'Only for this reason.' }),
    ),
  },
  { $id: 'TokensRestore', additionalProperties: false },
)

export type TokensRestore = Static<typeof TokensRestore>

export const TokensRestored = Type.Object(
  { success: Type.Literal(true), restored: Type.Integer({ minimum: 0, description: 'How many there were.' }) },
  { $id: 'TokensRestored', additionalProperties: false },
)

export type TokensRestored = Static<typeof TokensRestored>

/** What the server registers. */
export const TOKEN_SCHEMAS = [
  DeviceAnswerItem,
  DeviceFilter,
  DeviceItem,
  DeviceRequest,
  DevicesAnswer,
  DevicesPush,
  DevicesRequest,
  Token,
  TokenAnswer,
  TokenList,
  TokensDelete,
  TokensDeleted,
  TokensRestore,
  TokensRestored,
]
