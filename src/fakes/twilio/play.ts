import { Type } from 'typebox'

const STRICT = { additionalProperties: false } as const

const STATUSES = ['queued', 'accepted', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'canceled'] as const

/** A `Script` as JSON. */
export const PLAY = Type.Object(
  {
    refuse: Type.Optional(
      Type.Object(
        {
          status: Type.Integer({ minimum: 400, maximum: 599 }),
          code: Type.Union([Type.Integer(), Type.Null()]),
          retryAfter: Type.Optional(Type.String()),
        },
        STRICT,
      ),
    ),
    link: Type.Optional(Type.Enum(['reset', 'hang', 'error-500'])),
    lose: Type.Optional(Type.Boolean()),
    slowMs: Type.Optional(Type.Integer({ minimum: 0 })),
    life: Type.Optional(
      Type.Array(Type.Object({ status: Type.Enum([...STATUSES]), errorCode: Type.Optional(Type.Integer()) }, STRICT)),
    ),
    callbackCopies: Type.Optional(Type.Integer({ minimum: 0 })),
    callbacksFirst: Type.Optional(Type.Boolean()),
  },
  STRICT,
)
