import { Type } from 'typebox'
import { textOrNull } from './words.ts'

export const Done = Type.Object({ success: Type.Literal(true) }, { $id: 'Done', additionalProperties: false })

export const Ready = Type.Object(
  {
    success: Type.Literal(true),
    checks: Type.Array(
      Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() }, { additionalProperties: false }),
    ),
    warnings: Type.Array(
      Type.Object(
        { name: Type.String(), detail: Type.String(), fix: textOrNull({ description: 'What to do about it.' }) },
        { additionalProperties: false },
      ),
    ),
  },
  { $id: 'Ready', additionalProperties: false },
)
