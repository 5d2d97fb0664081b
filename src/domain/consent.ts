import type { Category } from './category.ts'
import type { Msisdn } from './contact.ts'

/** The sender group of every sender that is in no other one. */
export const DEFAULT_SENDER_GROUP = 'default'

/** As much of a message as tells whose opt-outs hold for it. */
export interface Concerned {
  readonly contact: Msisdn
  /** Null: the provider's configured one. */
  readonly sender: string | null
  readonly provider: string
  readonly category: Category
}

/** The group whose opt-outs keep a message from being sent; null: none does. */
export type ConsentGroup = (message: Concerned) => string | null

export interface ConsentRules {
  readonly senderGroupOf: (sender: string | null) => string
  /** What it goes out with; null: its provider has several senders, or nobody knows. */
  readonly senderOf: (message: Concerned) => string | null
  /** An opt-out keeps one-time codes back, too; they are asked for by the one who gets them, so that usually it does not. */
  readonly coversCodes: boolean
}

export function consentGroups({ senderGroupOf, senderOf, coversCodes }: ConsentRules): ConsentGroup {
  return (message) => (message.category === 'otp' && !coversCodes ? null : senderGroupOf(senderOf(message)))
}

/** One group of all senders, and codes go through. */
export const usualConsentGroup: ConsentGroup = ({ category }) => (category === 'otp' ? null : DEFAULT_SENDER_GROUP)

/** A message that came to its end while it was accepted: it is stored, and never sent. */
export interface Ended {
  readonly status: 'suppressed' | 'rejected'
  readonly reason: string
}

export const OPTED_OUT: Ended = { status: 'suppressed', reason: 'opted_out' }

/** How an opt-out came about: by a text of the person, by a call of ours, by a provider that refused a message for it. */
export type ConsentSource = 'inbound' | 'api' | 'provider'

/** Names of sender groups. */
export function isSenderGroup(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(text)
}
