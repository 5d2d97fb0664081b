import { Type, type Static } from 'typebox'
import { named, oneOf, TIME } from './words.ts'

/** The same list as in the domain; the HTTP ring does not compile when they differ. */
export const SCOPE = oneOf(
  ['sms:send', 'push:send', 'messages:read', 'tokens:write', 'webhooks:write', 'metrics:read', 'admin'],
  {
    description: '`admin`: keys, pauses, erasing, and what else concerns the service itself.',
  },
)

const MODE = oneOf(['live', 'test'], {
  description: '`test`: whatever it sends is captured, also beside a live provider.',
})

/** More would make a list that nobody keeps in his head. */
const MOST_LIMITS = 250

const NAME = Type.String({ minLength: 1, maxLength: 100, description: 'For people: what uses it.' })

const SCOPES = Type.Array(SCOPE, { minItems: 1, maxItems: 7, uniqueItems: true })

const limit = (description: string, items: object) =>
  Type.Unsafe<readonly string[] | null>({
    type: ['array', 'null'],
    minItems: 1,
    maxItems: MOST_LIMITS,
    items,
    description,
  })

const COUNTRIES = limit('The countries it may text (ISO 3166-1 alpha-2); null: all.', {
  type: 'string',
  minLength: 2,
  maxLength: 2,
})
const TOPICS = limit('The topics it may notify; a `*` at the end stands for any ending. Null: all.', {
  type: 'string',
  minLength: 1,
  maxLength: 900,
})
const CIDRS = limit('From where it may be used: addresses and blocks. Null: from anywhere.', {
  type: 'string',
  minLength: 2,
  maxLength: 49,
})

const SPEND_LIMIT = Type.Unsafe<number | null>({
  type: ['number', 'null'],
  exclusiveMinimum: 0,
  maximum: 1_000_000_000,
  description: 'What its SMS may cost a day (UTC), in the currency of the routes; null: no limit.',
})

const timeOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', description })

const EXPIRES_AT = timeOrNull('RFC 3339. From then on it opens nothing; null: never.')

/** An API key, without what makes it one. */
export const Key = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9A-Za-z]{10}$' }),
    mode: MODE,
    prefix: Type.String({ description: 'How it begins; what may be shown of it.' }),
    name: NAME,
    scopes: SCOPES,
    countries: COUNTRIES,
    topics: TOPICS,
    cidrs: CIDRS,
    spend_limit: SPEND_LIMIT,
    created_at: TIME,
    expires_at: EXPIRES_AT,
    rotated_at: timeOrNull('When it was given another secret.'),
    old_secret_until: timeOrNull('Until then the secret before that one opens, too.'),
    revoked_at: timeOrNull('From then on it opens nothing.'),
    last_used_at: timeOrNull('To the minute.'),
  },
  { $id: 'Key', additionalProperties: false },
)

export type Key = Static<typeof Key>

export const KeyRequest = Type.Object(
  {
    name: NAME,
    mode: Type.Optional(MODE),
    scopes: SCOPES,
    countries: Type.Optional(COUNTRIES),
    topics: Type.Optional(TOPICS),
    cidrs: Type.Optional(CIDRS),
    spend_limit: Type.Optional(SPEND_LIMIT),
    expires_at: Type.Optional(EXPIRES_AT),
  },
  { $id: 'KeyRequest', additionalProperties: false },
)

export const KeyChange = Type.Object(
  {
    name: Type.Optional(NAME),
    scopes: Type.Optional(SCOPES),
    countries: Type.Optional(COUNTRIES),
    topics: Type.Optional(TOPICS),
    cidrs: Type.Optional(CIDRS),
    spend_limit: Type.Optional(SPEND_LIMIT),
    expires_at: Type.Optional(EXPIRES_AT),
  },
  { $id: 'KeyChange', additionalProperties: false, minProperties: 1 },
)

/** Seconds, seven days. */
const LONGEST_OVERLAP_SECONDS = 604_800
export const USUAL_OVERLAP_SECONDS = 86_400

export const KeyRotation = Type.Object(
  {
    overlap_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: LONGEST_OVERLAP_SECONDS,
        default: USUAL_OVERLAP_SECONDS,
        description: 'How long the secret so far still opens.',
      }),
    ),
  },
  { $id: 'KeyRotation', additionalProperties: false },
)

export const KeyAnswer = Type.Object(
  { success: Type.Literal(true), data: named<Key>('Key') },
  { $id: 'KeyAnswer', additionalProperties: false },
)

export type KeyAnswer = Static<typeof KeyAnswer>

export const KeyMade = Type.Object(
  {
    success: Type.Literal(true),
    key: Type.String({ description: 'The key itself. It is stored nowhere and never shown again.' }),
    data: named<Key>('Key'),
  },
  { $id: 'KeyMade', additionalProperties: false },
)

export type KeyMade = Static<typeof KeyMade>

const NEXT = Type.Unsafe<string | null>({ type: ['string', 'null'], description: '`cursor` of the next page.' })

export const KeyList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<Key>('Key')), next: NEXT },
  { $id: 'KeyList', additionalProperties: false },
)

export type KeyList = Static<typeof KeyList>

export const AuditEntry = Type.Object(
  {
    id: Type.Integer({ minimum: 1 }),
    at: TIME,
    caller: Type.String({ description: '`key:` and a key’s id, `anyone`, or `command line`.' }),
    address: Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description: 'From where it was done; null: from a command line.',
    }),
    act: Type.String({ description: '`key.created`' }),
    what: Type.String({ description: 'What it was done to.' }),
    details: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true }),
  },
  { $id: 'AuditEntry', additionalProperties: false },
)

export type AuditEntry = Static<typeof AuditEntry>

export const AuditList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<AuditEntry>('AuditEntry')), next: NEXT },
  { $id: 'AuditList', additionalProperties: false },
)

export type AuditList = Static<typeof AuditList>
