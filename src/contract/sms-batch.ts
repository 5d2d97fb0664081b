import { Type, type Static } from 'typebox'
import { DRY_RUN, type SmsDryRunData } from './dry-run.ts'
import { SmsRequest } from './sms.ts'
import { freeObject, ID, named, oneOf, priceOf, QUIET_UNTIL, REPLACED, STATUS, wordsOrTemplate } from './words.ts'

/** Items of one call in JSON. */
export const MOST_ITEMS = 10_000

const { dry_run: _asks, contact, ...options } = SmsRequest.properties

/** Fields that hold for every item which does not say otherwise. */
const common = Type.Partial(Type.Object({ ...options })).properties

/** What an item may have, beside the fields of an SMS. */
const key = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: '^[!-~]+$',
    description:
      'As the `Idempotency-Key` of `POST /smss`: this item is never stored twice, in whichever call it comes again.',
  }),
)

/** As the outside sees an item: what it has in common with the others may be left out. */
export const SmsBatchItem = Type.Object(
  {
    contact,
    ...common,
    template: Type.Optional(freeObject('As in an SMS; what it leaves out of it is taken from the common one.')),
    key,
  },
  { $id: 'SmsBatchItem', additionalProperties: false },
)

/** An item together with what it has in common with the others. */
export const SmsBatchMessage = Type.Object(
  { contact, ...options, key },
  { $id: 'SmsBatchMessage', additionalProperties: false, ...wordsOrTemplate(['contact'], ['subject', 'message']) },
)

export type SmsBatchMessage = Static<typeof SmsBatchMessage>

/** As the outside sees it. */
export const SmsBatchRequest = Type.Object(
  {
    items: Type.Array(named<Static<typeof SmsBatchItem>>('SmsBatchItem'), { minItems: 1, maxItems: MOST_ITEMS }),
    partial: Type.Optional(
      Type.Boolean({ description: 'Store the items that are good. Else one fault refuses them all.' }),
    ),
    dry_run: Type.Optional(DRY_RUN),
    ...common,
  },
  {
    $id: 'SmsBatchRequest',
    additionalProperties: false,
    description: `At most ${MOST_ITEMS.toLocaleString('en')} items. Every other field is that of an SMS, and holds for each item that does not have it itself.`,
  },
)

/** The same without a look at the items: they are checked in blocks, merged with what they have in common. */
export const SmsBatchShape = Type.Object(
  {
    items: Type.Unsafe<readonly unknown[]>({ type: 'array', minItems: 1 }),
    partial: Type.Optional(Type.Boolean()),
    dry_run: Type.Optional(Type.Boolean()),
    ...common,
  },
  { additionalProperties: false },
)

export type SmsBatchShape = Static<typeof SmsBatchShape>

/** The first line of a streamed batch. */
export const SmsBatchCommon = Type.Object(
  { dry_run: Type.Optional(Type.Boolean()), ...common },
  { additionalProperties: false },
)

export type SmsBatchCommon = Static<typeof SmsBatchCommon>

/** Why one item was refused. */
export const ItemError = Type.Object(
  {
    code: Type.String({ pattern: '^[a-z_]+$', description: 'A stable word for it; `docs` explains it.' }),
    message: Type.String({ description: 'What is wrong, in words.' }),
    docs: Type.String({ description: 'Path of the page about this code, on this service.' }),
    retry_after: Type.Optional(Type.Integer({ minimum: 0, description: 'Seconds after which the same can succeed.' })),
    details: Type.Optional(
      Type.Array(
        Type.Object(
          { path: Type.String(), message: Type.String(), suggestion: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
      ),
    ),
  },
  { $id: 'ItemError', additionalProperties: false },
)

export type ItemError = Static<typeof ItemError>

const index = Type.Integer({ minimum: 0, description: 'Its place in the call, from 0.' })

/** What became of one item. */
export const SmsBatchAnswerItem = Type.Unsafe<SmsBatchAnswerItem>({
  $id: 'SmsBatchAnswerItem',
  oneOf: [
    Type.Object(
      {
        index,
        success: Type.Literal(true),
        message_id: ID,
        status: STATUS,
        reason: Type.Optional(Type.String({ description: 'Where it has ended already, as a rule keeps it back.' })),
        segments: Type.Integer({ minimum: 1 }),
        encoding: oneOf(['gsm7', 'ucs2']),
        price: Type.Optional(priceOf('object', 'Only where the routes tell it.')),
        quiet_hours_until: Type.Optional(QUIET_UNTIL),
        replaced: Type.Optional(REPLACED),
        warnings: Type.Optional(Type.Unsafe<readonly string[]>({ type: 'array', items: { type: 'string' } })),
        replayed: Type.Optional(
          Type.Literal(true, { description: 'Its `key` was used before: nothing new was stored.' }),
        ),
      },
      { additionalProperties: false },
    ),
    Type.Object(
      { index, success: Type.Literal(false), error: named<ItemError>('ItemError') },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        index,
        success: Type.Literal(true),
        dry_run: Type.Literal(true),
        data: named<SmsDryRunData>('SmsDryRunData'),
      },
      { additionalProperties: false },
    ),
  ],
})

export type SmsBatchAnswerItem =
  | {
      readonly index: number
      readonly success: true
      readonly message_id: number
      readonly status: string
      readonly reason?: string
      readonly segments: number
      readonly encoding: 'gsm7' | 'ucs2'
      readonly price?: { readonly amount: number; readonly currency: string }
      readonly quiet_hours_until?: string
      readonly replaced?: readonly { readonly character: string; readonly by: string; readonly count: number }[]
      readonly warnings?: readonly string[]
      readonly replayed?: true
    }
  | { readonly index: number; readonly success: false; readonly error: ItemError }
  | { readonly index: number; readonly success: true; readonly dry_run: true; readonly data: SmsDryRunData }

/** The answer to a batch in JSON. */
export const SmsBatchAnswer = Type.Object(
  {
    success: Type.Literal(true),
    dry_run: Type.Optional(Type.Literal(true)),
    accepted: Type.Integer({
      minimum: 0,
      description: 'Items that were stored, now or when their key was first used.',
    }),
    rejected: Type.Integer({ minimum: 0, description: 'Items that were refused: only with `partial`.' }),
    data: Type.Array(named<SmsBatchAnswerItem>('SmsBatchAnswerItem'), { description: 'One for each item, in order.' }),
  },
  { $id: 'SmsBatchAnswer', additionalProperties: false },
)

export type SmsBatchAnswer = Static<typeof SmsBatchAnswer>
