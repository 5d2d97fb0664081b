import { Type, type Static } from 'typebox'
import { named, oneOf, textOrNull } from './words.ts'

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

/** What one look found; the same in `/readyz?verbose` and in `tidings doctor`. */
export const Check = Type.Object(
  {
    check: Type.String({ description: 'A stable word: `database`, `provider.twilio`.' }),
    state: oneOf(['ok', 'warn', 'fail'], { description: '`warn`: it works, and somebody should know.' }),
    what: Type.String({ description: 'In a sentence.' }),
    why: textOrNull({ description: 'Why it matters; null where all is well.' }),
    fix: Type.Array(Type.String(), { description: 'What to do, in this order.' }),
    more: textOrNull({ description: 'Where the documentation says more.' }),
  },
  { $id: 'Check', additionalProperties: false },
)

export type Check = Static<typeof Check>

export const Checks = Type.Object(
  {
    success: Type.Literal(true),
    ready: Type.Boolean({ description: 'Whether the same call without `verbose` answers 200.' }),
    checks: Type.Array(named<Check>('Check')),
  },
  { $id: 'Checks', additionalProperties: false },
)

export type Checks = Static<typeof Checks>
