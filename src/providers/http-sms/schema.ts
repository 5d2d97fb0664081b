import { Type, type Static } from 'typebox'

const STRICT = { additionalProperties: false } as const

/** A text, or the name of the variable that holds it: what is secret stands in the environment, never in the file. */
const SECRET = Type.Union([
  Type.String({ minLength: 1, maxLength: 4_096 }),
  Type.Object({ env: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$' }) }, STRICT),
])

/** In JSON a path, `result.0.id`; in any text what stands behind some words, and before others or the end of the line. */
const PLACE = Type.Union([
  Type.String({ minLength: 1, maxLength: 200 }),
  Type.Object(
    {
      after: Type.String({ minLength: 1, maxLength: 200 }),
      before: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    },
    STRICT,
  ),
])

/** A path in JSON, or the name of a field. */
const PATH = Type.String({ minLength: 1, maxLength: 200 })

const HTTP_STATUSES = Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), { minItems: 1 })
const CODES = Type.Array(Type.String({ maxLength: 100 }), { minItems: 1 })
const REASON = Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' })
const FORMAT = Type.Enum(['json', 'form', 'query'])

const REQUEST = Type.Object(
  {
    method: Type.Optional(Type.Enum(['POST', 'GET'])),
    url: Type.String({ minLength: 1, maxLength: 2_000 }),
    headers: Type.Optional(Type.Record(Type.String(), SECRET)),
    auth: Type.Optional(
      Type.Object(
        {
          kind: Type.Enum(['basic', 'bearer', 'header']),
          user: Type.Optional(SECRET),
          password: Type.Optional(SECRET),
          token: Type.Optional(SECRET),
          name: Type.Optional(Type.String()),
          value: Type.Optional(SECRET),
        },
        STRICT,
      ),
    ),
    /** Of `json` any JSON, of the others an object of texts. */
    body: Type.Object({ format: FORMAT, fields: Type.Record(Type.String(), Type.Unknown()) }, STRICT),
  },
  STRICT,
)

const ANSWER = Type.Object(
  {
    id: Type.Optional(PLACE),
    code: Type.Optional(PLACE),
    accepted: Type.Optional(
      Type.Object({ statuses: Type.Optional(HTTP_STATUSES), codes: Type.Optional(CODES) }, STRICT),
    ),
    failures: Type.Optional(
      Type.Array(
        Type.Object(
          {
            statuses: Type.Optional(HTTP_STATUSES),
            codes: Type.Optional(CODES),
            class: Type.Enum(['permanent', 'transient', 'throttled', 'blocked', 'uncertain']),
            reason: REASON,
            waits_seconds: Type.Optional(
              Type.Array(Type.Number({ minimum: 0, maximum: 86_400 }), { minItems: 1, maxItems: 10 }),
            ),
          },
          STRICT,
        ),
      ),
    ),
  },
  STRICT,
)

const ENDED = Type.Enum(['sent', 'delivered', 'undelivered', 'failed', 'expired'])

const RECEIPTS = Type.Object(
  {
    format: FORMAT,
    list: Type.Optional(PATH),
    id: PATH,
    attempt: Type.Optional(PATH),
    status: PATH,
    code: Type.Optional(PATH),
    contact: Type.Optional(PATH),
    at: Type.Optional(PATH),
    statuses: Type.Record(Type.String(), Type.Object({ status: ENDED, reason: Type.Optional(REASON) }, STRICT)),
    codes: Type.Optional(Type.Record(Type.String(), REASON)),
  },
  STRICT,
)

const INBOUND = Type.Object(
  {
    format: FORMAT,
    list: Type.Optional(PATH),
    id: Type.Optional(PATH),
    from: PATH,
    to: PATH,
    text: PATH,
    at: Type.Optional(PATH),
    part: Type.Optional(Type.Object({ reference: PATH, total: PATH, number: PATH }, STRICT)),
    reply: Type.Optional(
      Type.Object(
        {
          content_type: Type.String({ pattern: '^[a-z]+/[a-z0-9.+-]+(; charset=utf-8)?$' }),
          text: Type.String({ maxLength: 1_000 }),
        },
        STRICT,
      ),
    ),
  },
  STRICT,
)

const CALLBACKS = Type.Object(
  {
    kind: Type.Enum(['hmac-sha256', 'token', 'addresses']),
    header: Type.Optional(Type.String()),
    query: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,50}$' })),
    secret: Type.Optional(SECRET),
    encoding: Type.Optional(Type.Enum(['hex', 'base64'])),
    prefix: Type.Optional(Type.String({ maxLength: 50 })),
    addresses: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  },
  STRICT,
)

/** A provider's HTTP interface as a file describes it, `docs/http-sms.md`. JSON Schema as it stands. */
export const HTTP_SMS_SCHEMA = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    sender: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    window: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    timeout_seconds: Type.Optional(Type.Number({ minimum: 1, maximum: 60 })),
    request: REQUEST,
    answer: ANSWER,
    callbacks: Type.Optional(CALLBACKS),
    receipts: Type.Optional(RECEIPTS),
    inbound: Type.Optional(INBOUND),
    check: Type.Optional(
      Type.Object(
        { url: Type.String({ minLength: 1, maxLength: 2_000 }), statuses: Type.Optional(HTTP_STATUSES) },
        STRICT,
      ),
    ),
  },
  STRICT,
)

export type HttpSmsFile = Static<typeof HTTP_SMS_SCHEMA>
