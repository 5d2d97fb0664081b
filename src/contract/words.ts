import { Type, type TUnsafe } from 'typebox'

/** One of a list of words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  options: { description?: string } = {},
): TUnsafe<Words[number]> {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: words, ...options })
}

/** A text, or null where there is none. */
export function textOrNull(options: { description?: string; format?: string } = {}): TUnsafe<string | null> {
  return Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })
}

/** What a message costs; nullable where `type` names `null`, too. */
export function priceOf<const Types extends 'object' | readonly ['object', 'null']>(
  type: Types,
  description: string,
): TUnsafe<{ amount: number; currency: string } | (Types extends 'object' ? never : null)> {
  return Type.Unsafe({
    type,
    properties: {
      amount: { type: 'number', examples: [0.031] },
      currency: { type: 'string', description: 'ISO 4217.', examples: ['EUR'] },
    },
    required: ['amount', 'currency'],
    additionalProperties: false,
    description,
  })
}

/** A reference to a schema that the server has registered under this name. */
export function named<Value>(name: string): TUnsafe<Value> {
  return Type.Unsafe<Value>({ $ref: `${name}#` })
}

/** Any JSON object, passed on as it is. */
export function freeObject(description: string): TUnsafe<JsonMap> {
  return Type.Unsafe<JsonMap>({ type: 'object', additionalProperties: true, description })
}

/** An object of the caller's own names, with texts. */
export const TEXTS_BY_NAME = { type: 'object', additionalProperties: { type: 'string' } } as const

/** What JSON can hold, as a caller sent it. */
export type JsonAny = string | number | boolean | null | readonly JsonAny[] | JsonMap
export interface JsonMap {
  readonly [key: string]: JsonAny
}

/** The life of a message. The same list as in the domain; the HTTP ring does not compile when they differ. */
export const STATUS = oneOf(
  [
    'captured',
    'scheduled',
    'queued',
    'sending',
    'sent',
    'delivered',
    'received',
    'opened',
    'uncertain',
    'undelivered',
    'failed',
    'rejected',
    'expired',
    'suppressed',
    'cancelled',
  ],
  { description: 'What is known about it. `uncertain`: it may have been sent.' },
)

export const CATEGORY = oneOf(['otp', 'transactional', 'marketing'], {
  description: 'Decides its priority, its default `ttl` and what happens when it may have been sent.',
})

/** A point in time on the wire. */
export const TIME = Type.String({ format: 'date-time', description: 'RFC 3339, UTC.' })

/** When a message is to leave. Whether it has an offset depends on `local`, which is looked at with it. */
export const SEND_AT = Type.String({
  maxLength: 64,
  pattern: '^\\d{4}-\\d\\d-\\d\\d[Tt ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?([Zz]|[+-]\\d\\d:\\d\\d)?$',
  description:
    'The earliest time it may leave, at most 366 days away; `ttl` counts from there. RFC 3339; without an offset where `local` is true.',
  examples: ['2030-01-31T18:00:00Z'],
})

export const LOCAL = Type.Boolean({
  description:
    '`send_at` is a time of the recipient’s own clock, like `2030-01-31T18:00`: it leaves when it is that late there.',
})

/** A number of ours: starts at 1 and grows. */
export const ID = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

/** Seconds, four weeks. FCM keeps a push no longer; an SMS gets the same so that both agree. Source: FCM, "Set the lifespan of a message". */
export const LONGEST_TTL_SECONDS = 2_419_200

/**
 * A schema's part: all of `words`, or a `template` and none of them. `others` are needed either way, and named first where they are missing.
 * Neither is needed where `unless` holds.
 */
export function wordsOrTemplate(others: readonly string[], words: readonly string[], unless?: object): object {
  const needed = { required: [...others, ...words] }
  return {
    if: { required: ['template'] },
    // Keywords of JSON Schema; nobody awaits a schema.
    // oxlint-disable-next-line unicorn/no-thenable
    then: { required: others, properties: Object.fromEntries(words.map((word) => [word, false])) },
    // oxlint-disable-next-line unicorn/no-thenable
    else: unless === undefined ? needed : { if: unless, then: { required: others }, else: needed },
  }
}

/** Until when a message waits, since it would be night where its recipient is. */
export const QUIET_UNTIL = Type.String({
  format: 'date-time',
  description: 'It waits until then: it is marketing, and these are the quiet hours of its recipient.',
})

/** What plain characters were put in place of. */
export const REPLACED = Type.Unsafe<
  readonly { readonly character: string; readonly by: string; readonly count: number }[]
>({
  type: 'array',
  items: {
    type: 'object',
    properties: {
      character: { type: 'string', examples: ['’'] },
      by: { type: 'string', examples: ["'"], description: 'Empty: nothing.' },
      count: { type: 'integer', minimum: 1 },
    },
    required: ['character', 'by', 'count'],
    additionalProperties: false,
  },
  description: 'Characters that gave way to plain ones.',
})

/** What a device runs. */
export const PLATFORM = oneOf(['android', 'ios', 'web'])
