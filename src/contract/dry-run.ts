import { Type, type Static } from 'typebox'
import type { WordingDryRun } from './push-parts.ts'
import { CATEGORY, freeObject, named, oneOf, priceOf, REPLACED, textOrNull, TIME } from './words.ts'

/** Asks what would happen, and nothing more. */
export const DRY_RUN = Type.Boolean({
  description: 'Answer what would be sent, where to and how, and store nothing. No Idempotency-Key is used up.',
})

/** Asks FCM besides. */
export const VALIDATE_ONLY = Type.Boolean({
  description: 'With `dry_run`: FCM is asked whether it would take this for the first target. Nothing is delivered.',
})

const route = Type.Object(
  { provider: Type.String(), reason: Type.String({ description: 'Why this one, in words.' }) },
  { additionalProperties: false },
)

const waits = Type.Array(
  Type.Object(
    {
      reason: oneOf(['scheduled', 'quiet_hours', 'paused', 'rate_limited']),
      message: Type.String({ description: 'In words.' }),
      seconds: Type.Unsafe<number | null>({ type: ['number', 'null'], description: 'How long; null: nobody knows.' }),
    },
    { additionalProperties: false },
  ),
  { description: 'What would keep it from leaving at once.' },
)

const warnings = Type.Array(Type.String())

/** What would become of an SMS. */
export const SmsDryRunData = Type.Object(
  {
    contact: Type.String({ description: 'As it would be stored: E.164.' }),
    country: textOrNull({ description: 'ISO 3166-1 alpha-2; null for numbers of no single country.' }),
    number_type: textOrNull({
      description: 'What the numbering plan says of it: `mobile`, `fixed_line`, `fixed_line_or_mobile`, `toll_free` …',
    }),
    redirected_to: textOrNull({ description: 'Who would have it in the contact’s place.' }),
    template: textOrNull({ description: 'What its words were made from: `name@version/locale`.' }),
    subject: Type.String(),
    text: Type.String({ description: 'The text on the handset.' }),
    encoding: oneOf(['gsm7', 'ucs2']),
    segments: Type.Integer({ minimum: 1 }),
    units: Type.Integer({ description: 'Septets in gsm7, UTF-16 code units in ucs2.' }),
    culprit: Type.Unsafe<{ readonly character: string; readonly code_point: string; readonly index: number } | null>({
      type: ['object', 'null'],
      properties: {
        character: { type: 'string' },
        code_point: { type: 'string', examples: ['U+2019'] },
        index: { type: 'integer', description: 'In the text, in UTF-16 code units.' },
      },
      required: ['character', 'code_point', 'index'],
      additionalProperties: false,
      description: 'The first character that makes it ucs2, and so dearer.',
    }),
    replaced: REPLACED,
    sender: textOrNull({ description: 'Null: the configured one.' }),
    tag: textOrNull(),
    category: CATEGORY,
    on_uncertain: oneOf(['retry', 'reconcile', 'fail']),
    price: priceOf(['object', 'null'], 'Of the whole message; null: the routes tell none, or it would be captured.'),
    route,
    send_at: TIME,
    expires_at: TIME,
    waits,
    warnings,
  },
  { $id: 'SmsDryRunData', additionalProperties: false },
)

export type SmsDryRunData = Static<typeof SmsDryRunData>

export const SmsDryRun = Type.Object(
  { success: Type.Literal(true), dry_run: Type.Literal(true), data: named<SmsDryRunData>('SmsDryRunData') },
  { $id: 'SmsDryRun', additionalProperties: false },
)

export type SmsDryRun = Static<typeof SmsDryRun>

/** What would become of a push. */
export const PushDryRunData = Type.Object(
  {
    topic: textOrNull(),
    template: textOrNull({ description: 'What its words were made from: `name@version/locale`.' }),
    targets: Type.Object(
      {
        total: Type.Integer({ description: 'Different ones.' }),
        known: Type.Integer({ description: 'Seen in an earlier call.' }),
        new: Type.Integer(),
        suppressed: Type.Integer({ description: 'Known, and dead: they would be left out.' }),
      },
      { additionalProperties: false },
    ),
    ways: Type.Array(
      Type.Object(
        {
          provider: Type.String(),
          targets: Type.Integer({ description: 'Those of them that are dead are left out.' }),
        },
        { additionalProperties: false },
      ),
      { description: 'The providers it would go by, each target by one of them.' },
    ),
    subscribers: Type.Optional(
      Type.Integer({
        description:
          'Of a topic or a condition alone: devices that this service subscribed, counted up to 100,000. A lower bound: apps subscribe by themselves, too.',
      }),
    ),
    condition: textOrNull(),
    wordings: Type.Array(named<WordingDryRun>('WordingDryRun'), {
      description: 'Its words in the languages of its devices, where they have several.',
    }),
    bytes: Type.Integer({ description: 'Keys and values, as FCM counts them.' }),
    most_bytes: Type.Integer({ description: 'What FCM takes.' }),
    fcm: freeObject(
      'The body of FCM’s `messages:send` for the first target that FCM has; `tidings_id` is 0 here. Where it has none, what that would be for the first target.',
    ),
    apns: Type.Optional(
      freeObject(
        'The JSON that Apple would get, where an `apns:` address is among the targets; `tidings_id` is 0 here.',
      ),
    ),
    webpush: Type.Optional(
      freeObject(
        'The JSON that a browser would get, where a `webpush:` address is among the targets; `tidings_id` is 0 here.',
      ),
    ),
    fallback: Type.Optional(named<SmsDryRunData>('SmsDryRunData')),
    validation: Type.Optional(
      Type.Object(
        {
          result: oneOf(['accepted', 'refused', 'unanswered', 'not_asked'], {
            description: '`unanswered`: FCM gave no answer. `not_asked`: it would be captured, and not reach FCM.',
          }),
          reason: textOrNull({ description: 'Why it was refused, as `reason` of a delivery.' }),
          code: textOrNull({ description: 'FCM’s own word, with the field at fault.' }),
        },
        { additionalProperties: false, description: 'What FCM said; only with `validate_only`.' },
      ),
    ),
    category: CATEGORY,
    route,
    send_at: TIME,
    expires_at: TIME,
    waits,
    warnings,
  },
  { $id: 'PushDryRunData', additionalProperties: false },
)

export type PushDryRunData = Static<typeof PushDryRunData>

export const PushDryRun = Type.Object(
  { success: Type.Literal(true), dry_run: Type.Literal(true), data: named<PushDryRunData>('PushDryRunData') },
  { $id: 'PushDryRun', additionalProperties: false },
)

export type PushDryRun = Static<typeof PushDryRun>
