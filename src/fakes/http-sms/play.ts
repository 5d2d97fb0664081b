import { Type } from 'typebox'

const STRICT = { additionalProperties: false } as const

/** A `Script` as JSON. */
export const PLAY = Type.Object(
  {
    refuse: Type.Optional(Type.Object({ code: Type.String(), retryAfter: Type.Optional(Type.String()) }, STRICT)),
    link: Type.Optional(Type.Enum(['reset', 'hang', 'error-500'])),
    lose: Type.Optional(Type.Boolean()),
    slowMs: Type.Optional(Type.Integer({ minimum: 0 })),
    life: Type.Optional(
      Type.Array(
        Type.Object(
          { state: Type.Enum(['SENT', 'DELIVERED', 'FAILED', 'EXPIRED']), error: Type.Optional(Type.String()) },
          STRICT,
        ),
      ),
    ),
    callbackCopies: Type.Optional(Type.Integer({ minimum: 0 })),
    callbacksFirst: Type.Optional(Type.Boolean()),
  },
  STRICT,
)
