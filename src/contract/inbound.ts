import { Type, type Static } from 'typebox'
import { ID, named, textOrNull, TIME } from './words.ts'

const NEXT = textOrNull({ description: 'The `cursor` of the next page; null on the last.' })

export const Inbound = Type.Object(
  {
    inbound_id: ID,
    contact: Type.String({ description: 'Who sent it: a number, or a short code or name as it came.' }),
    sent_to: Type.String({ description: 'The number of yours.' }),
    message: Type.String({ description: 'The text; empty once it was forgotten.' }),
    segments: Type.Integer({ minimum: 1 }),
    missing_segments: Type.Integer({
      minimum: 0,
      description: 'Those that did not come within a day: `…` stands there.',
    }),
    provider: Type.String(),
    provider_message_id: textOrNull(),
    action: Type.Unsafe<'stop' | 'start' | 'help' | null>({
      type: ['string', 'null'],
      enum: ['stop', 'start', 'help', null],
      description: 'What it was read as, if it is a keyword and nothing else.',
    }),
    review: Type.Boolean({ description: 'It sounds like a STOP, and is none by the letter: look at it.' }),
    reply_message_id: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'The SMS that answered it by itself.',
    }),
    sent_at: textOrNull({ format: 'date-time', description: 'As the provider says; null: it does not.' }),
    created_at: TIME,
  },
  { $id: 'Inbound', additionalProperties: false, description: 'A text that somebody sent to you.' },
)

export type Inbound = Static<typeof Inbound>

export const InboundList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<Inbound>('Inbound')), next: NEXT },
  { $id: 'InboundList', additionalProperties: false },
)

export type InboundList = Static<typeof InboundList>

const SENDER_GROUP = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$',
  description: 'Senders that are one to those who get their messages; `default` holds all that are in no other group.',
  examples: ['default'],
})

export const OptOut = Type.Object(
  {
    contact: textOrNull({ description: 'Null: the person was erased; it still gets nothing.' }),
    sender_group: Type.String(),
    since: TIME,
    source: Type.Unsafe<'inbound' | 'api' | 'provider'>({
      type: 'string',
      enum: ['inbound', 'api', 'provider'],
      description:
        '`inbound`: the person wrote a STOP. `api`: somebody entered it. `provider`: a provider refused a message for it.',
    }),
    keyword: textOrNull({ description: 'The word that was read as a STOP.' }),
  },
  { $id: 'OptOut', additionalProperties: false, description: 'Somebody who wants no more messages of these senders.' },
)

export type OptOut = Static<typeof OptOut>

export const OptOutRequest = Type.Object(
  {
    contact: Type.String({ description: 'Phone number, `[+country_code][number]`.', examples: ['+201009129288'] }),
    sender_group: Type.Optional(SENDER_GROUP),
  },
  { $id: 'OptOutRequest', additionalProperties: false, description: 'Without `sender_group`: of `default`.' },
)

export type OptOutRequest = Static<typeof OptOutRequest>

export const OptOutAnswer = Type.Object(
  { success: Type.Literal(true), data: named<OptOut>('OptOut') },
  { $id: 'OptOutAnswer', additionalProperties: false },
)

export type OptOutAnswer = Static<typeof OptOutAnswer>

export const OptOutList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<OptOut>('OptOut')), next: NEXT },
  { $id: 'OptOutList', additionalProperties: false },
)

export type OptOutList = Static<typeof OptOutList>

export const OptOutRemoved = Type.Object(
  { success: Type.Literal(true), removed: Type.Integer({ minimum: 1, description: 'Of how many groups.' }) },
  { $id: 'OptOutRemoved', additionalProperties: false },
)

export type OptOutRemoved = Static<typeof OptOutRemoved>

/** What the server registers. */
export const INBOUND_SCHEMAS = [Inbound, InboundList, OptOut, OptOutAnswer, OptOutList, OptOutRemoved, OptOutRequest]
