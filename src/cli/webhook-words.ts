import type { Schema, Tidings } from '../client/tidings.ts'
import { WEBHOOK_TYPES } from '../contract/webhook-types.ts'
import { nearest } from '../domain/nearest.ts'
import { CliRefusal, type ExitCode, type Surroundings } from './command.ts'
import { plain, type readWords } from './words.ts'

/** Of all acts; each refuses those that are not its own. */
export const OPTIONS = {
  url: { type: 'string' },
  types: { type: 'string' },
  full: { type: 'boolean' },
  thin: { type: 'boolean' },
  description: { type: 'string' },
  status: { type: 'string' },
  since: { type: 'string' },
  limit: { type: 'string' },
  'only-failed': { type: 'boolean' },
  'overlap-hours': { type: 'string' },
  yes: { type: 'boolean' },
} as const

type Values = ReturnType<typeof readWords<typeof OPTIONS>>['values']

/** What follows `webhooks`, read. */
export interface WebhookWords {
  /** The act's. */
  readonly name: string
  /** What it is about: an id, or an address. Null: nothing was said. */
  readonly subject: string | null
  readonly values: Values
  readonly tidings: Tidings
  readonly at: Surroundings
}

export type WebhookAct = (words: WebhookWords) => Promise<ExitCode>

/** The id it is about. Throws a CliRefusal. */
export function readSubject({ name, subject }: WebhookWords, what = 'webhook'): number {
  if (subject !== null && /^[1-9]\d{0,14}$/.test(subject)) return Number(subject)
  throw new CliRefusal(`${name} needs the id of a ${what}, a number.`)
}

/** Of `--types`, with commas between. Throws a CliRefusal that names the one that was probably meant. */
export function readTypes(text: string): NonNullable<Schema<'WebhookRequest'>['types']> {
  return text.split(',').map((word) => {
    const type = WEBHOOK_TYPES.find((known) => known === word.trim())
    if (type !== undefined) return type
    const given = plain(word.trim().slice(0, 40))
    const meant = nearest(given, WEBHOOK_TYPES, 3)
    throw new CliRefusal(
      `There is no event ${given}. ${meant === null ? 'docs/events.md lists them.' : `Did you mean ${meant}?`}`,
    )
  })
}
