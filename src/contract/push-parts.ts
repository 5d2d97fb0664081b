import { Type, type Static } from 'typebox'
import { oneOf, TIME } from './words.ts'

const wording = {
  locale: Type.String({ description: 'BCP 47.' }),
  template: Type.String({ description: '`name@version/locale`.' }),
  title: Type.String(),
  body: Type.String(),
  link: Type.Optional(Type.String()),
  image: Type.Optional(Type.String()),
  targets: Type.Integer({ minimum: 0, description: 'How many devices have these words.' }),
}

/** Words of a push for devices that have one language. */
export const Wording = Type.Object(wording, { $id: 'Wording', additionalProperties: false })

export type Wording = Static<typeof Wording>

/** The same before it is sent. */
export const WordingDryRun = Type.Object(
  { ...wording, bytes: Type.Integer({ description: 'Keys and values, as FCM counts them.' }) },
  { $id: 'WordingDryRun', additionalProperties: false },
)

export type WordingDryRun = Static<typeof WordingDryRun>

/** Targets of a push that wait for a time. */
export const PushWait = Type.Object(
  {
    reason: oneOf(['scheduled', 'quiet_hours']),
    until: TIME,
    targets: Type.Integer({ minimum: 1, description: 'How many of its targets wait until then.' }),
  },
  { $id: 'PushWait', additionalProperties: false },
)

export type PushWait = Static<typeof PushWait>
