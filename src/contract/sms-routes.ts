import { Type, type Static } from 'typebox'
import { named, oneOf, textOrNull, TIME } from './words.ts'

const COUNTRY = textOrNull({ description: 'ISO 3166-1 alpha-2; null: of any.' })

const COUNT = Type.Integer({ minimum: 0 })

/** A list of texts, or null where its condition is not set. */
function condition(description: string) {
  return Type.Unsafe<readonly string[] | null>({ type: ['array', 'null'], items: { type: 'string' }, description })
}

const VIA = Type.Object(
  {
    provider: Type.String(),
    weight: Type.Number({ minimum: 0, description: 'Against the others of its route, where `order` is `weight`.' }),
    sender: textOrNull({ description: 'For messages whose caller names none; null: the provider’s configured one.' }),
    prices: Type.Unsafe<Readonly<Record<string, number>>>({
      type: 'object',
      additionalProperties: { type: 'number' },
      description: 'Of one segment, by prefix, country or `*`.',
    }),
  },
  { additionalProperties: false },
)

export const SmsRoute = Type.Object(
  {
    countries: condition('For numbers of these; null: of all.'),
    prefixes: condition('For numbers that begin like one of these; null: for all.'),
    senders: condition('For messages that name one of these; null: for all.'),
    categories: condition('For these; null: for all.'),
    order: oneOf(['listed', 'weight', 'cost'], { description: 'Which of `via` comes first.' }),
    via: Type.Array(VIA),
    // The word of the routes file; nobody awaits a route.
    // oxlint-disable-next-line unicorn/no-thenable
    then: Type.Array(VIA, { description: 'After all of `via`, in this order.' }),
    failover_on: Type.Array(Type.String()),
  },
  { $id: 'SmsRoute', additionalProperties: false, description: 'One route of the routes file.' },
)

export type SmsRoute = Static<typeof SmsRoute>

const TROUBLE = Type.Object(
  {
    country: COUNTRY,
    sender: textOrNull({
      description: 'The one sender that is held, empty: the provider’s configured one; null: whatever goes out with.',
    }),
    state: oneOf(['open', 'half-open', 'ramp'], {
      description: '`open`: it takes nothing. `half-open`: one message at a time, to see. `ramp`: a growing part.',
    }),
    since: TIME,
    tried_again_at: textOrNull({ format: 'date-time', description: 'Of `open`.' }),
  },
  { additionalProperties: false },
)

export const SmsProviderState = Type.Object(
  {
    provider: Type.String(),
    troubles: Type.Array(TROUBLE, { description: 'The ways through it that are not well; none: all are.' }),
    choices: Type.Object(
      {
        first: Type.Integer({ minimum: 0, description: 'It came first.' }),
        detour: Type.Integer({ minimum: 0, description: 'Those before it were not well.' }),
        none_well: Type.Integer({ minimum: 0, description: 'None was well, and it came first.' }),
      },
      { additionalProperties: false, description: 'How many of the last messages were given this way.' },
    ),
    receipts: Type.Array(
      Type.Object(
        {
          country: COUNTRY,
          messages: COUNT,
          receipts: Type.Integer({ minimum: 0, description: 'How many of them it told the end of.' }),
        },
        { additionalProperties: false },
      ),
      { description: 'Of the last seven days, where there are enough messages to tell.' },
    ),
  },
  { $id: 'SmsProviderState', additionalProperties: false, description: 'How one provider does, as this node sees it.' },
)

export type SmsProviderState = Static<typeof SmsProviderState>

export const SmsRoutesData = Type.Object(
  {
    currency: textOrNull({ description: 'ISO 4217, of all prices; null: there are none.' }),
    routes: Type.Array(named<SmsRoute>('SmsRoute'), {
      description: 'In their order; none: there is no routes file, and the only provider takes everything.',
    }),
    chosen: Type.Integer({ minimum: 0, maximum: 100, description: 'How many choices are counted below.' }),
    providers: Type.Array(named<SmsProviderState>('SmsProviderState'), {
      description: 'Those that are set up; none: SMS are captured.',
    }),
  },
  { $id: 'SmsRoutesData', additionalProperties: false },
)

export type SmsRoutesData = Static<typeof SmsRoutesData>

export const SmsRoutesAnswer = Type.Object(
  { success: Type.Literal(true), data: named<SmsRoutesData>('SmsRoutesData') },
  { $id: 'SmsRoutesAnswer', additionalProperties: false },
)

export type SmsRoutesAnswer = Static<typeof SmsRoutesAnswer>

/** What the server registers. */
export const SMS_ROUTES_SCHEMAS = [SmsProviderState, SmsRoute, SmsRoutesAnswer, SmsRoutesData]
