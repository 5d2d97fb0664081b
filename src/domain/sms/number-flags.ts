/** What providers say of a number that nothing reaches. */
export type FlagReason = 'blocked' | 'unknown_number' | 'not_mobile' | 'landline'

/** What is done about messages to numbers that are flagged. */
export type FlaggedMode = 'off' | 'warn' | 'reject'

/** A number that is flagged. */
export interface NumberFlag {
  readonly reason: FlagReason
  /** Who said so last. */
  readonly provider: string
  readonly since: Date
}

/**
 * How often it must be said within 30 days: what a carrier says of its own network may be wrong for a day, what a numbering plan says is so.
 * Twilio's pages on 30004, 30005, 30006, 21614 and 21635 (https://www.twilio.com/docs/api/errors/<code>) have the causes of each.
 */
export const FLAG_CAUSES: Readonly<Record<FlagReason, number>> = {
  blocked: 3,
  unknown_number: 2,
  not_mobile: 1,
  landline: 1,
}

/** Null: it says nothing of the number. */
export function flagReasonOf(reason: string | null): FlagReason | null {
  return reason !== null && isFlagReason(reason) ? reason : null
}

function isFlagReason(word: string): word is FlagReason {
  return Object.hasOwn(FLAG_CAUSES, word)
}

/** Where a message to a flagged number is rejected. */
export const FLAGGED = { status: 'rejected', reason: 'flagged_number' } as const

/** Around the reason; apart, since the database puts them together, too. */
export const FLAG_WARNING = ['This number is flagged: messages to it failed as ', ', and so may this one.'] as const

export function flagWarning(reason: FlagReason): string {
  return FLAG_WARNING.join(reason)
}
