import { Type, type Static } from 'typebox'
import { CATEGORY, named, textOrNull, TIME } from './words.ts'

const scope = {
  provider: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'Only what goes through this one.', examples: ['twilio'] }),
  ),
  category: Type.Optional(CATEGORY),
}

export const PauseRequest = Type.Object(
  {
    ...scope,
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'For those who wonder.' })),
  },
  { $id: 'PauseRequest', additionalProperties: false, description: '`{}` pauses everything.' },
)

export type PauseRequest = Static<typeof PauseRequest>

export const ResumeRequest = Type.Object(
  { ...scope },
  { $id: 'ResumeRequest', additionalProperties: false, description: '`{}` ends every pause.' },
)

export type ResumeRequest = Static<typeof ResumeRequest>

export const Pause = Type.Object(
  {
    provider: textOrNull({ description: 'Null: all of them.' }),
    category: textOrNull({ description: 'Null: all of them.' }),
    reason: textOrNull(),
    paused_by: Type.String({ description: '`key:` and the key’s id, or `anyone` while no key is asked for.' }),
    paused_at: TIME,
  },
  { $id: 'Pause', additionalProperties: false },
)

export type Pause = Static<typeof Pause>

export const PauseList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<Pause>('Pause')) },
  { $id: 'PauseList', additionalProperties: false },
)

export type PauseList = Static<typeof PauseList>

export const Resumed = Type.Object(
  {
    success: Type.Literal(true),
    ended: Type.Integer({ minimum: 0, description: 'How many pauses that was.' }),
    data: Type.Array(named<Pause>('Pause'), { description: 'Those that still hold.' }),
  },
  { $id: 'Resumed', additionalProperties: false },
)

export type Resumed = Static<typeof Resumed>
