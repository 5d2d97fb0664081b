import { Type } from 'typebox'

export const Done = Type.Object({ success: Type.Literal(true) }, { $id: 'Done', additionalProperties: false })

export const Ready = Type.Object(
  {
    success: Type.Literal(true),
    checks: Type.Array(
      Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() }, { additionalProperties: false }),
    ),
  },
  { $id: 'Ready', additionalProperties: false },
)
