import { Type } from 'typebox'

const STRICT = { additionalProperties: false } as const

const STATUSES = ['accepted', 'buffered', 'delivered', 'expired', 'failed', 'rejected', 'unknown'] as const

/** A `Script` as JSON. */
export const PLAY = Type.Object(
  {
    refuse: Type.Optional(
      Type.Object({ status: Type.String(), http: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })) }, STRICT),
    ),
    refusePart: Type.Optional(Type.Object({ number: Type.Integer({ minimum: 1 }), status: Type.String() }, STRICT)),
    link: Type.Optional(Type.Enum(['reset', 'hang', 'error-500'])),
    lose: Type.Optional(Type.Boolean()),
    slowMs: Type.Optional(Type.Integer({ minimum: 0 })),
    life: Type.Optional(
      Type.Array(Type.Object({ status: Type.Enum([...STATUSES]), errCode: Type.Optional(Type.String()) }, STRICT)),
    ),
    callbackCopies: Type.Optional(Type.Integer({ minimum: 0 })),
    callbacksFirst: Type.Optional(Type.Boolean()),
  },
  STRICT,
)
