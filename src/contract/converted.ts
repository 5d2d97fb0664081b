import { Type, type Static } from 'typebox'
import { ID, TIME } from './words.ts'

export const Converted = Type.Object(
  { success: Type.Literal(true), message_id: ID, converted_at: TIME },
  { $id: 'Converted', additionalProperties: false },
)

export type Converted = Static<typeof Converted>
