import { Type, type Static } from 'typebox'
import { DRY_RUN } from './dry-run.ts'
import { STATUS } from './words.ts'

export const SmsResend = Type.Object(
  {
    contact: Type.Optional(
      Type.String({ description: 'Another number instead of the first one.', examples: ['+201009129288'] }),
    ),
    dry_run: Type.Optional(DRY_RUN),
  },
  { $id: 'SmsResend', additionalProperties: false, description: '`{}` sends it to the same number.' },
)

export type SmsResend = Static<typeof SmsResend>

export const NotificationResend = Type.Object(
  {
    only: Type.Optional(
      Type.Array(STATUS, { minItems: 1, maxItems: 15, description: 'Only to targets with one of these statuses.' }),
    ),
    dry_run: Type.Optional(DRY_RUN),
  },
  { $id: 'NotificationResend', additionalProperties: false, description: '`{}` sends it to all its targets.' },
)

export type NotificationResend = Static<typeof NotificationResend>
