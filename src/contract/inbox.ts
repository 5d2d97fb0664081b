import { Type, type Static } from 'typebox'
import { CATEGORY, ID, named, oneOf, STATUS, textOrNull, TIME } from './words.ts'

const CHANNEL = oneOf(['sms', 'push'])

const ITEM_ID = Type.String({ pattern: '^(sms|push)_[1-9][0-9]*$', description: 'Stays the same; `sms_12`, `push_7`.' })

const TO = textOrNull({
  description: 'The number, or the one token or installation id; null for a topic and for several targets.',
})

/** A message that was captured, as a phone would show it. */
export const InboxItem = Type.Object(
  {
    id: ITEM_ID,
    channel: CHANNEL,
    message_id: Type.Optional(ID),
    notification_id: Type.Optional(ID),
    to: TO,
    topic: textOrNull(),
    targets: Type.Integer({ minimum: 0 }),
    title: Type.String({ description: 'The subject of an SMS, the title of a push.' }),
    body: Type.String({ description: 'The text that a phone would get.' }),
    image: textOrNull(),
    data: Type.Unsafe<Readonly<Record<string, string>> | null>({
      type: ['object', 'null'],
      additionalProperties: { type: 'string' },
      description: 'Of a push: the app’s own values.',
    }),
    status: STATUS,
    reason: textOrNull(),
    counts: Type.Unsafe<Readonly<Record<string, number>> | null>({
      type: ['object', 'null'],
      additionalProperties: { type: 'integer', minimum: 0 },
      description: 'Of a push: how many targets have which status.',
    }),
    tag: textOrNull(),
    category: CATEGORY,
    segments: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'Of an SMS.' }),
    encoding: Type.Unsafe<'gsm7' | 'ucs2' | null>({ enum: ['gsm7', 'ucs2', null] }),
    guilty: Type.Unsafe<{ readonly character: string; readonly index: number } | null>({
      type: ['object', 'null'],
      required: ['character', 'index'],
      properties: { character: { type: 'string' }, index: { type: 'integer', minimum: 0 } },
      additionalProperties: false,
      description: 'The first character outside the GSM alphabet: it alone makes the SMS `ucs2`.',
    }),
    code: textOrNull({
      description: 'The one-time code in the text: its digits, 0 to 9, without what stands between them.',
    }),
    code_at: Type.Unsafe<{ readonly index: number; readonly length: number } | null>({
      type: ['object', 'null'],
      required: ['index', 'length'],
      properties: { index: { type: 'integer', minimum: 0 }, length: { type: 'integer', minimum: 1 } },
      additionalProperties: false,
      description: 'Where `body` has it, in UTF-16 code units.',
    }),
    attempts: Type.Array(
      Type.Object(
        {
          number: Type.Integer({ minimum: 1 }),
          status: STATUS,
          reason: textOrNull(),
          started_at: textOrNull({ format: 'date-time' }),
          finished_at: textOrNull({ format: 'date-time' }),
        },
        { additionalProperties: false },
      ),
      { description: 'Of an SMS.' },
    ),
    created_at: TIME,
    updated_at: TIME,
  },
  { $id: 'InboxItem', additionalProperties: false, description: 'A message that was captured.' },
)

export type InboxItem = Static<typeof InboxItem>

const NEXT = textOrNull({ description: 'The `cursor` of the next page; null on the last.' })

export const InboxList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<InboxItem>('InboxItem')), next: NEXT },
  { $id: 'InboxList', additionalProperties: false },
)

export type InboxList = Static<typeof InboxList>

export const InboxThread = Type.Object(
  {
    key: Type.String({
      description: 'What to give `to` to read it all: the contact, the token, `topic:name` or `several`.',
    }),
    to: TO,
    topic: textOrNull(),
    channel: CHANNEL,
    targets: Type.Integer({ minimum: 0, description: 'Of the latest message.' }),
    count: Type.Integer({
      minimum: 1,
      description: 'How many messages there are; 1,000 stands for that many or more.',
    }),
    last: named<InboxItem>('InboxItem'),
  },
  { $id: 'InboxThread', additionalProperties: false },
)

export type InboxThread = Static<typeof InboxThread>

export const InboxThreadList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<InboxThread>('InboxThread')), next: NEXT },
  { $id: 'InboxThreadList', additionalProperties: false },
)

export type InboxThreadList = Static<typeof InboxThreadList>

/** What an SMS can play: the same list as in the domain; the HTTP ring does not compile when they differ. */
export const InboxPlay = Type.Object(
  {
    life: oneOf(['delivered', 'late', 'phone_off', 'blocked', 'refused', 'uncertain'], {
      description:
        '`delivered`: confirmed after a second · `late`: after eight, and again after nine · `phone_off`, `blocked`: undelivered after a second · `refused`: the provider does not take it · `uncertain`: the provider’s answer is lost.',
    }),
  },
  { $id: 'InboxPlay', additionalProperties: false },
)

export const InboxItemAnswer = Type.Object(
  { success: Type.Literal(true), data: named<InboxItem>('InboxItem') },
  { $id: 'InboxItemAnswer', additionalProperties: false },
)

export type InboxItemAnswer = Static<typeof InboxItemAnswer>

export const InboxWaited = Type.Object(
  {
    success: Type.Literal(true),
    data: named<InboxItem>('InboxItem'),
    code: Type.Optional(Type.String({ pattern: '^[0-9]{4,8}$', description: 'With `extract=code`.' })),
  },
  { $id: 'InboxWaited', additionalProperties: false },
)

export type InboxWaited = Static<typeof InboxWaited>

export const InboxDeleted = Type.Object(
  { success: Type.Literal(true), deleted: Type.Integer({ minimum: 0 }) },
  { $id: 'InboxDeleted', additionalProperties: false },
)

export type InboxDeleted = Static<typeof InboxDeleted>
