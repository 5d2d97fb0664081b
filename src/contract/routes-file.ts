import { Type, type TSchema } from 'typebox'
import { CATEGORY, oneOf } from './words.ts'

const STRICT = { additionalProperties: false } as const

const NAME = '^[a-z][a-z0-9-]{0,31}$'
const PREFIX = '^\\+[1-9][0-9]{0,14}$'
const COUNTRY = '^[A-Za-z]{2}$'

/** What is secret stands in a variable rather than in the file. */
function text(description: string): TSchema {
  return Type.Union(
    [
      Type.String({ minLength: 1 }),
      Type.Object({ env: Type.String({ minLength: 1, description: 'Of this variable.' }) }, STRICT),
    ],
    { description },
  )
}

const TWILIO = Type.Object(
  {
    type: Type.Literal('twilio'),
    account_sid: text('As `TWILIO_ACCOUNT_SID`.'),
    auth_token: text('As `TWILIO_AUTH_TOKEN`.'),
    api_key: Type.Optional(text('As `TWILIO_API_KEY`.')),
    api_secret: Type.Optional(text('As `TWILIO_API_SECRET`.')),
    from: Type.Optional(text('As `TWILIO_FROM`; this one or a messaging service is needed.')),
    messaging_service_sid: Type.Optional(text('As `TWILIO_MESSAGING_SERVICE_SID`.')),
    base_url: Type.Optional(text('As `TWILIO_BASE_URL`.')),
    retry_unreachable: Type.Optional(text('As `TWILIO_RETRY_UNREACHABLE`.')),
  },
  STRICT,
)

const SMPP = Type.Object({ type: Type.Literal('smpp'), url: text('As `SMPP_URL`; it holds a password.') }, STRICT)

const VONAGE = Type.Object(
  {
    type: Type.Literal('vonage'),
    api_key: text('As `VONAGE_API_KEY`.'),
    api_secret: text('As `VONAGE_API_SECRET`.'),
    signature_secret: Type.Optional(text('As `VONAGE_SIGNATURE_SECRET`.')),
    from: text('As `VONAGE_FROM`.'),
    base_url: Type.Optional(text('As `VONAGE_BASE_URL`.')),
  },
  STRICT,
)

/** One of the two. */
const HTTP = Type.Union([
  Type.Object(
    {
      type: Type.Literal('http'),
      file: Type.String({ minLength: 1, description: 'As `HTTP_SMS_FILE`, from this file.' }),
    },
    STRICT,
  ),
  Type.Object(
    { type: Type.Literal('http'), config: Type.Object({}, { description: 'What would stand in that file.' }) },
    STRICT,
  ),
])

const PRICE = Type.Number({ minimum: 0, maximum: 1_000_000 })

const VIA_FIELDS = {
  provider: Type.String({
    pattern: NAME,
    description: 'One of `providers`, or what variables describe: `twilio`, `smpp`, `vonage`, `http`.',
  }),
  weight: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1_000_000,
      description: 'Its share against the other weights; 0: when none of the others is well. Else 1.',
    }),
  ),
  sender: Type.Optional(Type.String({ minLength: 1, description: 'For messages that name none.' })),
  prices: Type.Optional(
    Type.Object(
      {},
      {
        patternProperties: { [PREFIX]: PRICE, [COUNTRY]: PRICE, '^\\*$': PRICE },
        additionalProperties: false,
        description: 'Of one segment: by prefix (the longest counts), country, or `*` for all others.',
      },
    ),
  ),
} as const

const VIA = Type.Union([VIA_FIELDS.provider, Type.Object(VIA_FIELDS, STRICT)])

const ROUTE = Type.Object(
  {
    countries: Type.Optional(
      Type.Array(Type.String({ pattern: COUNTRY }), { minItems: 1, description: 'ISO 3166-1.' }),
    ),
    prefixes: Type.Optional(
      Type.Array(Type.String({ pattern: PREFIX }), { minItems: 1, description: 'Beginnings of numbers.' }),
    ),
    senders: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'Messages whose caller names one of these.',
      }),
    ),
    categories: Type.Optional(Type.Array(CATEGORY, { minItems: 1 })),
    via: Type.Array(VIA, { minItems: 1, description: 'The providers it is chosen from.' }),
    order: Type.Optional(
      oneOf(['listed', 'weight', 'cost'], {
        description: 'Which of them comes first. Else `weight` where one has a weight, and `listed` where none has.',
      }),
    ),
    // A word for people; nobody awaits a schema.
    // oxlint-disable-next-line unicorn/no-thenable
    then: Type.Optional(Type.Array(VIA, { description: 'Those after them, in this order.' })),
    failover_on: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Reasons of refusals after which the next provider is tried, though they are about the message.',
      }),
    ),
  },
  { ...STRICT, description: 'Its conditions must all hold; without any it takes every message.' },
)

/** The file that `ROUTES_FILE` names. Editors check it by this; the service by a reader of its own, which knows more. */
export const ROUTES_FILE_SCHEMA = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217, of all prices.' })),
    providers: Type.Optional(
      Type.Object(
        {},
        {
          patternProperties: { [NAME]: Type.Union([SMPP, TWILIO, VONAGE, HTTP]) },
          additionalProperties: false,
          description: 'By the name that messages, callbacks and metrics have for each.',
        },
      ),
    ),
    routes: Type.Array(ROUTE, {
      minItems: 1,
      description: 'The first one whose conditions hold is a message’s route.',
    }),
    sender_groups: Type.Optional(
      Type.Object(
        {},
        {
          patternProperties: { [NAME]: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }) },
          additionalProperties: false,
          description: 'Senders that are one to whoever answers STOP.',
        },
      ),
    ),
    allowed_senders: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description: 'What callers may name, beside the senders of routes. Else anything.',
      }),
    ),
    max_price: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1_000_000, description: 'Of one message, unless its caller says less.' }),
    ),
  },
  {
    ...STRICT,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'ROUTES_FILE of Tidings',
    description: 'Which SMS go out through which provider: docs/routing.md.',
  },
)
