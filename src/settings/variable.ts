import type { Kind } from './variable-kinds.ts'

export interface Variable {
  readonly name: string
  readonly section:
    | 'Service'
    | 'Database'
    | 'SMS'
    | 'SMS rules'
    | 'Opt-outs'
    | 'Webhooks'
    | 'Twilio'
    | 'SMPP'
    | 'Vonage'
    | 'Another SMS provider'
    | 'Several SMS providers'
    | 'Firebase Cloud Messaging'
    | 'Web Push'
    | 'Apple Push Notification service'
    | 'Device page'
  readonly kind: Kind
  /** As it would be written; null: unset has its own meaning, told in `meaning`. */
  readonly fallback: string | null
  /** One sentence, or two. */
  readonly meaning: string
  readonly example: string
  /** Never shown, not even in a fault. */
  readonly secret: boolean
}

export const HTTP: Kind = { type: 'url', schemes: ['http:', 'https:'] }
export const TEXT: Kind = { type: 'text' }

/** A line of the table; `fallback` null: unset has its own meaning. */
export function variable<Name extends string>(
  name: Name,
  section: Variable['section'],
  kind: Kind,
  fallback: string | null,
  more: { meaning: string; example: string; secret?: boolean },
): Variable & { readonly name: Name } {
  return { name, section, kind, fallback, meaning: more.meaning, example: more.example, secret: more.secret ?? false }
}
