import type { Msisdn } from './contact.ts'
import type { Failure } from './failure.ts'

/** What one submission came to. `providerMessageId` is null only where the provider gives none. */
export type Outcome =
  | {
      readonly kind: 'accepted'
      readonly providerMessageId: string | null
      /** `sent`: the provider has it. `captured`: the sandbox kept it, nothing left the machine. */
      readonly status: 'sent' | 'captured'
    }
  | { readonly kind: 'refused'; readonly failure: Failure }

/** The provider that is always there: what it takes stays on this machine. */
export const SANDBOX = 'sandbox'

/** One SMS as a provider sees it. */
export interface OutboundSms {
  readonly messageId: number
  /** 1 for the first submission. */
  readonly attempt: number
  readonly contact: Msisdn
  /** Null: the provider's configured sender. */
  readonly sender: string | null
  /** The text on the handset. */
  readonly text: string
  readonly segments: number
  /** Seconds until the message is no longer worth delivering. */
  readonly validitySeconds: number
}

/** `messageId.attempt`, as it travels through a provider's callback and comes back. */
export type AttemptId = `${number}.${number}`

/** A provider's later word on one submission. */
export interface Receipt {
  readonly provider: string
  readonly providerMessageId: string
  /** Known where our own attempt id travelled with the submission; else null and the provider's id must be looked up. */
  readonly attempt: { readonly messageId: number; readonly number: number } | null
  readonly status: 'sent' | 'delivered' | 'undelivered' | 'failed' | 'expired'
  /** What went wrong, for every status but `sent` and `delivered`. */
  readonly failure: Failure | null
  /** When it happened, if the provider says so. */
  readonly at: Date | null
}

/** A provider's call to us, before anything in it is believed. */
export interface ProviderCallback {
  /** What the provider signed: PUBLIC_URL + path + query, never built from Host or X-Forwarded-*. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

export type CallbackReading =
  | { readonly kind: 'receipts'; readonly receipts: readonly Receipt[] }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'forged' }
  | { readonly kind: 'malformed'; readonly problem: string }

/** What the provider's own records say about an uncertain submission. `unanswered`: they can't be had now, ask again later. */
export type Reconciliation =
  | { readonly kind: 'found'; readonly receipt: Receipt }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear' }
  | { readonly kind: 'unanswered' }

/** One line of a provider check, as `doctor` prints it. */
export interface CheckStep {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  readonly fix: string | null
}

export interface SmsProvider {
  readonly name: string
  /** Submissions under way at once on one node. */
  readonly window: number
  /** Resolves with an Outcome for every refusal; rejects only for a bug in the adapter. `signal` ends it early: what was written by then is uncertain. */
  submit(sms: OutboundSms, signal: AbortSignal): Promise<Outcome>
  /** Asks the provider what became of a submission whose answer was lost; null where it can't be asked. `startedAt` is when it was written. */
  readonly reconcile: ((sms: OutboundSms, startedAt: Date, signal: AbortSignal) => Promise<Reconciliation>) | null
  /** Asks for the state of a message the provider took; null where it can't be asked or need not be, since it calls back. Resolves null when it can't be told now. */
  readonly poll: ((providerMessageId: string, signal: AbortSignal) => Promise<Receipt | null>) | null
  /** Verifies the signature, then reads. Pure apart from the key it was made with. */
  readCallback(callback: ProviderCallback): CallbackReading
  check(signal: AbortSignal): AsyncIterable<CheckStep>
  close(): Promise<void>
}

export type PushTarget =
  | { readonly kind: 'token'; readonly value: string }
  | { readonly kind: 'fid'; readonly value: string }
  | { readonly kind: 'topic'; readonly value: string }

/** One notification as a provider sees it; fields beyond the first four are FCM's `Message` fields, checked at the edge. */
export interface PushContent {
  readonly notificationId: number
  readonly title: string
  readonly body: string
  /** Seconds until the push service may drop it; null: the service's own default. */
  readonly ttlSeconds: number | null
  readonly image: string | null
  /** Opened on a click, in a browser. */
  readonly link: string | null
  readonly data: Readonly<Record<string, string>> | null
  readonly android: JsonObject | null
  readonly apns: JsonObject | null
  readonly webpush: JsonObject | null
  readonly fcmOptions: JsonObject | null
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/**
 * Asked right before a target is written, which may be long after it was handed in: null lets it go. A failure is what it gets instead, and
 * with it every target after it.
 */
export type Gate = () => Failure | null

export interface PushProvider {
  readonly name: string
  /** Targets in flight at once, for one chunk on one node. */
  readonly window: number
  /**
   * One outcome per target, as each one is known, exactly once each; never buffers the whole list. Resolves when all have theirs; rejects only for a bug.
   * `signal` ends it early: targets not yet written get a `transient`, uncounted failure with reason `not_sent`; written ones are `uncertain`.
   */
  submitMany(
    content: PushContent,
    targets: readonly PushTarget[],
    onOutcome: (index: number, outcome: Outcome) => void,
    signal: AbortSignal,
    gate: Gate,
  ): Promise<void>
  check(signal: AbortSignal): AsyncIterable<CheckStep>
  close(): Promise<void>
}
