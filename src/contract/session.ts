import { Type, type Static } from 'typebox'
import { SCOPE } from './keys.ts'
import { named, textOrNull } from './words.ts'

export const SignIn = Type.Object(
  {
    key: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'An API key.' })),
    link: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'What follows `#sign-in=` in the address from the terminal.',
      }),
    ),
  },
  { $id: 'SignIn', additionalProperties: false, minProperties: 1, maxProperties: 1 },
)

export type SignIn = Static<typeof SignIn>

export const Session = Type.Object(
  {
    required: Type.Boolean({ description: 'Whether anything is refused to whoever is not signed in.' }),
    signed_in: Type.Boolean(),
    name: textOrNull({ description: 'The name of the key; null: signed in by a link, or not at all.' }),
    scopes: Type.Array(SCOPE),
    ends_at: textOrNull({
      format: 'date-time',
      description: 'When it ends at the latest; half an hour without a call ends it, too.',
    }),
  },
  { $id: 'Session', additionalProperties: false },
)

export type Session = Static<typeof Session>

export const SessionAnswer = Type.Object(
  { success: Type.Literal(true), data: named<Session>('Session') },
  { $id: 'SessionAnswer', additionalProperties: false },
)

export type SessionAnswer = Static<typeof SessionAnswer>
