import { Type, type Static } from 'typebox'
import type { TemplateUse } from './templates.ts'
import { CATEGORY, ID, LONGEST_TTL_SECONDS, named, oneOf, textOrNull, TIME, wordsOrTemplate } from './words.ts'

/** What keeps the SMS from going out. The same list as in the domain. */
const UNLESS = oneOf(['sent', 'received', 'opened'], {
  description: 'What keeps the SMS from going out, of one device at least. `received` unless given.',
})

const AFTER = {
  minimum: 5,
  maximum: 86_400,
  description: 'Seconds to wait for that, from when the push is accepted or is to leave. 60 unless given.',
} as const

/** An SMS that stands in for a push. */
export const Fallback = Type.Object(
  {
    sms: Type.Object(
      {
        contact: Type.Optional(
          Type.String({
            description: 'Whom it is for; unless given, the one person of `to.client`.',
            examples: ['+201009129288'],
          }),
        ),
        subject: Type.Optional(Type.String({ description: 'The title of the push unless given.' })),
        message: Type.Optional(Type.String({ minLength: 1, description: 'The text.' })),
        template: Type.Optional(named<TemplateUse>('TemplateUse')),
        sender: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
        tag: Type.Optional(
          Type.String({ minLength: 1, maxLength: 128, description: 'That of the push unless given.' }),
        ),
        category: Type.Optional(CATEGORY),
        ttl: Type.Optional(Type.Integer({ minimum: 1, maximum: LONGEST_TTL_SECONDS, description: 'Seconds.' })),
        max_segments: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
        max_price: Type.Optional(Type.Number({ minimum: 0 })),
        plain: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false, ...wordsOrTemplate([], ['message']) },
    ),
    after: Type.Optional(Type.Integer(AFTER)),
    unless: Type.Optional(UNLESS),
  },
  {
    $id: 'Fallback',
    additionalProperties: false,
    description:
      'An SMS that goes out where no device has confirmed the push in time, or as soon as all have failed. It is checked as `POST /smss` would check it, and needs the scope `sms:send`.',
  },
)

export type Fallback = Static<typeof Fallback>

/** Where it stands. */
export const FallbackState = Type.Object(
  {
    state: oneOf(['waiting', 'confirmed', 'went_out', 'cancelled', 'refused'], {
      description: '`went_out`: `message_id` is the SMS. `refused`: by a rule of then, which `reason` names.',
    }),
    reason: textOrNull({ description: '`unconfirmed`, or `all_failed`; why there is no SMS.' }),
    unless: UNLESS,
    after: Type.Integer(AFTER),
    deadline_at: TIME,
    message_id: Type.Unsafe<number | null>({ ...ID, type: ['integer', 'null'] }),
    done_at: textOrNull({ format: 'date-time' }),
  },
  {
    $id: 'FallbackState',
    additionalProperties: false,
    description: 'The SMS that stands in for it, if one was asked for.',
  },
)

export type FallbackState = Static<typeof FallbackState>
