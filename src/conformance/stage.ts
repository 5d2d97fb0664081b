import type { Msisdn } from '../domain/contact.ts'
import type { OutboundSms, ProviderCallback, SmsProvider } from '../domain/provider.ts'

/**
 * One provider, and a far side that plays its part: a look-alike on a real socket. What is null or left out is not played, and what it
 * would show not looked at.
 */
export interface SmsStage {
  readonly provider: SmsProvider
  /** What an accepted message becomes here. */
  readonly accepted: 'sent' | 'captured'
  readonly contacts: {
    readonly accepted: Msisdn
    readonly refusedForGood: Msisdn | null
    readonly throttled: Msisdn | null
    /** The far side takes the message, then its answer is lost. */
    readonly uncertain: Msisdn | null
    /** The far side reads the request and never answers. */
    readonly hanging: Msisdn | null
  }
  /** A genuine callback that says `delivered`; null where there are none. Another call gives another one, or the same. */
  readonly callback: (() => ProviderCallback) | null
  /** A genuine callback that brings a text in. */
  readonly inbound?: () => ProviderCallback
  /** How many submissions the far side has read so far. */
  readonly submissions?: () => number
  /** The same far side with a key that it refuses. Whoever asks closes it. */
  readonly withWrongKey?: () => SmsProvider
  /** Nobody listens there. */
  readonly withNobody?: () => SmsProvider
  /** The same far side, waited for a fifth of a second once a request is written. */
  readonly impatient?: () => SmsProvider
  /** What no word of the provider may hold: keys, tokens. */
  readonly secrets?: readonly string[]
  close(): Promise<void>
}

/** One thing that every SmsProvider promises. */
export interface SmsPromise {
  /** A sentence that begins with "it". */
  readonly name: string
  /** Rejects where it is broken. Resolves null where it is kept, else why the stage can't show it. */
  keep(stage: SmsStage): Promise<string | null>
}

/** A phone number in E.164; throws for anything else. Take fictional ones. */
export function contactOf(text: string): Msisdn {
  if (!isMsisdn(text)) throw new TypeError('not a number in E.164')
  return text
}

export function smsTo(contact: Msisdn, messageId: number, more: Partial<OutboundSms> = {}): OutboundSms {
  const text = `Your parcel ${messageId} is at the door`
  return { messageId, attempt: 1, contact, sender: null, text, segments: 1, validitySeconds: 600, ...more }
}

function isMsisdn(text: string): text is Msisdn {
  return /^\+[1-9]\d{1,14}$/.test(text)
}
