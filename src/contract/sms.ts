import { Type, type Static } from 'typebox'
import { DRY_RUN } from './dry-run.ts'
import type { TemplateUse } from './templates.ts'
import {
  CATEGORY,
  ID,
  LOCAL,
  LONGEST_TTL_SECONDS,
  named,
  oneOf,
  priceOf,
  QUIET_UNTIL,
  REPLACED,
  SEND_AT,
  STATUS,
  textOrNull,
  TIME,
  wordsOrTemplate,
} from './words.ts'

export const SmsRequest = Type.Object(
  {
    contact: Type.String({ description: 'Phone number, `[+country_code][number]`.', examples: ['+201009129288'] }),
    subject: Type.Optional(
      Type.String({ description: 'Stored, searched and shown; part of the SMS only if set up so.' }),
    ),
    message: Type.Optional(Type.String({ minLength: 1, description: 'The text.' })),
    template: Type.Optional(named<TemplateUse>('TemplateUse')),
    sender: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'A number or name of yours; else the configured one.' }),
    ),
    tag: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'A word of yours, to find it by.' })),
    category: Type.Optional(CATEGORY),
    ttl: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: LONGEST_TTL_SECONDS,
        description: 'Seconds after which it is no longer worth sending.',
      }),
    ),
    on_uncertain: Type.Optional(
      oneOf(['retry', 'reconcile', 'fail'], {
        description: 'What to do when it may have been sent: send again, ask the provider first, or leave it.',
      }),
    ),
    send_at: Type.Optional(SEND_AT),
    local: Type.Optional(LOCAL),
    max_segments: Type.Optional(
      // A concatenation header counts its segments in one octet: 3GPP TS 23.040 §9.2.3.24.1.
      Type.Integer({ minimum: 1, maximum: 255, description: 'Refuse the message if it needs more segments.' }),
    ),
    max_price: Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'Refuse the message if it is known to cost more; in the currency of the routes.',
        examples: [0.1],
      }),
    ),
    plain: Type.Optional(
      Type.Boolean({
        description:
          'Replace curly quotes, dashes and the like by plain ones where that makes the message smaller. Unless given, `SMS_TYPOGRAPHY` decides.',
      }),
    ),
    time_zone: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'The recipient’s (IANA), for quiet hours; unless given, the number tells.',
        examples: ['Europe/Berlin'],
      }),
    ),
    tlvs: Type.Optional(
      Type.Unsafe<Readonly<Record<string, string>>>({
        type: 'object',
        // `hex:` and two digits for each octet.
        additionalProperties: { type: 'string', maxLength: 512 },
        maxProperties: 8,
        description:
          'Optional parameters of SMPP that your carrier asks for, by tag from `0x1400` to `0x3FFF`: text, or octets as `hex:0a1b`. Other providers pass over them.',
        examples: [{ '0x1400': '1101234567890123456' }],
      }),
    ),
    dry_run: Type.Optional(DRY_RUN),
  },
  {
    $id: 'SmsRequest',
    additionalProperties: false,
    description: 'With `subject` and `message`, or with a `template` that brings both.',
    ...wordsOrTemplate(['contact'], ['subject', 'message']),
  },
)

export type SmsRequest = Static<typeof SmsRequest>

export const SmsAccepted = Type.Object(
  {
    success: Type.Literal(true),
    message_id: ID,
    status: STATUS,
    reason: Type.Optional(
      textOrNull({
        description: 'With `Prefer: wait`; else only where it has ended already, as a rule keeps it back.',
      }),
    ),
    segments: Type.Integer({ minimum: 1 }),
    encoding: oneOf(['gsm7', 'ucs2']),
    price: Type.Optional(priceOf('object', 'Only where the routes tell it.')),
    quiet_hours_until: Type.Optional(QUIET_UNTIL),
    replaced: Type.Optional(REPLACED),
    warnings: Type.Optional(Type.Unsafe<readonly string[]>({ type: 'array', items: { type: 'string' } })),
  },
  { $id: 'SmsAccepted', additionalProperties: false },
)

export type SmsAccepted = Static<typeof SmsAccepted>

const PARTS = Type.Array(
  Type.Object(
    {
      number: Type.Integer({ minimum: 1 }),
      total: Type.Integer({ minimum: 1 }),
      provider_message_id: textOrNull(),
      status: STATUS,
      reason: textOrNull(),
    },
    { additionalProperties: false },
  ),
  { description: 'What became of each part of a long message; only where the provider takes them one by one.' },
)

export const Attempt = Type.Object(
  {
    number: Type.Integer({ minimum: 1 }),
    provider: Type.String(),
    provider_message_id: textOrNull(),
    raw_message_id: Type.Optional(
      Type.String({
        description: 'As the provider wrote it; only where that differs from the form its receipts have.',
      }),
    ),
    status: STATUS,
    reason: textOrNull(),
    price: Type.Optional(
      priceOf(
        'object',
        'What the routes say that it costs; only where it was taken, or may have been, and they tell it.',
      ),
    ),
    parts: Type.Optional(PARTS),
    started_at: textOrNull({ format: 'date-time' }),
    finished_at: textOrNull({ format: 'date-time' }),
  },
  { $id: 'Attempt', additionalProperties: false },
)

export type Attempt = Static<typeof Attempt>

export const Sms = Type.Object(
  {
    message_id: ID,
    contact: Type.String(),
    subject: Type.String(),
    message: Type.String(),
    sender: textOrNull(),
    tag: textOrNull(),
    category: CATEGORY,
    status: STATUS,
    reason: textOrNull({ description: 'The word after the status.' }),
    verdict: Type.String({ description: 'Whether the person has it, in a sentence or two that can be passed on.' }),
    segments: Type.Integer(),
    encoding: oneOf(['gsm7', 'ucs2']),
    provider: Type.String(),
    provider_message_id: textOrNull(),
    price: Type.Optional(
      priceOf('object', 'Of all attempts together; only where the routes told it when they were made.'),
    ),
    uncertain_attempts: Type.Integer({ description: 'How many attempts may have been sent without an answer.' }),
    send_at: textOrNull({
      format: 'date-time',
      description: 'The earliest time it may leave, if its caller named one, or quiet hours set one.',
    }),
    template: textOrNull({ description: 'What it was made from: `name@version/locale`.' }),
    resent_from: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      description: 'The message whose content was sent again as this one.',
    }),
    redirected_to: textOrNull({ description: 'Who has it in the contact’s place, while `REDIRECT_TO` is set.' }),
    fallback_of: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The notification that it stands in for: see its `fallback`.' }),
    ),
    converted_at: Type.Optional(
      Type.String({ format: 'date-time', description: 'When it was told that somebody typed in its code.' }),
    ),
    created_at: TIME,
    updated_at: TIME,
    attempts: Type.Array(named<Attempt>('Attempt')),
  },
  { $id: 'Sms', additionalProperties: false },
)

export type Sms = Static<typeof Sms>

export const SmsAnswer = Type.Object(
  { success: Type.Literal(true), data: named<Sms>('Sms') },
  { $id: 'SmsAnswer', additionalProperties: false },
)
