import type { Category } from './category.ts'
import type { Msisdn } from './contact.ts'
import type { Failure } from './failure.ts'

/** What one submission came to. `providerMessageId` is null only where the provider gives none. */
export type Outcome =
  | {
      readonly kind: 'accepted'
      /** As its receipts will name it; where a message has several parts, the first one's. */
      readonly providerMessageId: string | null
      /** The id as the provider wrote it, where it wrote it otherwise than its receipts are matched by. */
      readonly rawMessageId?: string
      /** `sent`: the provider has it. `captured`: the sandbox kept it, nothing left the machine. */
      readonly status: 'sent' | 'captured'
      /** All parts of a long message, where the provider took each by itself; absent: it took the message whole. */
      readonly parts?: readonly SentPart[]
    }
  | {
      readonly kind: 'refused'
      readonly failure: Failure
      /** Those parts of a long message that the provider took nevertheless: another submission to it sends the others alone. */
      readonly parts?: readonly SentPart[]
    }

/** One part of a long SMS that a provider took by itself. */
export interface SentPart {
  /** 1..`total` */
  readonly number: number
  readonly total: number
  /** What the parts of one message have in common on the handset. */
  readonly reference: number
  readonly providerMessageId: string | null
  readonly rawMessageId?: string
  /** No receipt was asked for it: that of another part speaks for it, too. */
  readonly unasked?: boolean
}

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
  /** The caller's own optional parameters of SMPP, by tag: `0x1400` … as text; absent: none. Providers without SMPP pass over them. */
  readonly tlvs?: Readonly<Record<string, string>>
  /** What this provider has of it from an earlier submission; absent: nothing. */
  readonly resume?: { readonly reference: number; readonly total: number; readonly accepted: readonly number[] }
}

/** `messageId.attempt`, as it travels through a provider's callback and comes back. */
export type AttemptId = `${number}.${number}`

/** A provider's later word on one submission. */
export interface Receipt {
  readonly provider: string
  /** Empty where there is none: a refusal that came late, for a submission that `attempt` names. */
  readonly providerMessageId: string
  /** Known where our own attempt id travelled with the submission; else null and the provider's id must be looked up. */
  readonly attempt: { readonly messageId: number; readonly number: number } | null
  readonly status: 'sent' | 'delivered' | 'undelivered' | 'failed' | 'expired'
  /** What went wrong, for every status but `sent` and `delivered`. With `sent`: the provider has lost sight of it, and nothing is known. */
  readonly failure: Failure | null
  /** When it happened, if the provider says so. */
  readonly at: Date | null
  /** Whom the message went to, as the provider writes it, where it says so: ids repeat, and a receipt belongs to its recipient. */
  readonly contact?: string
  /** The one part of a long message that an answer which came late speaks of; absent: whatever `providerMessageId` stands for. */
  readonly part?: SentPart
  /** Its provider gives a receipt for each part of a long message, and says of none which one it is; absent: it speaks of what its id stands for. */
  readonly perPart?: boolean
}

/** What was marked as a receipt, and can't be read: as it came, for a person to look at. */
export interface UnreadableReceipt {
  readonly provider: string
  /** How it came: `deliver_sm` or `data_sm`. */
  readonly command: string
  readonly esmClass: number
  readonly dataCoding: number
  readonly source: string
  readonly destination: string
  readonly message: Buffer
  /** Its optional parameters, one behind the other. */
  readonly tlvs: Buffer
}

/** A text that somebody sent to us, or one part of it. */
export interface InboundSms {
  readonly provider: string
  /** Null where the provider gives none: then one that comes twice is known by its words and time alone. */
  readonly providerMessageId: string | null
  /** E.164 where it is a phone number, else as it came. */
  readonly from: string
  /** The number or short code of ours it was sent to. */
  readonly to: string
  readonly text: string
  /** Null for a whole text. */
  readonly part: { readonly reference: number; readonly total: number; readonly number: number } | null
  /** When it was sent, if the provider says so. */
  readonly at: Date | null
  /** What the provider itself took it for and has answered already; null: nothing. */
  readonly handled: 'stop' | 'start' | 'help' | null
}

/** A provider's call to us, before anything in it is believed. */
export interface ProviderCallback {
  /** What the provider signed: PUBLIC_URL + path + query, never built from Host or X-Forwarded-*. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  /** Where it comes from, an IPv4 address written as such; absent: nobody looked. */
  readonly address?: string
}

/** What a provider wants to read as the answer to its call. */
export interface CallbackReply {
  readonly contentType: string
  readonly text: string
}

export type CallbackReading =
  | { readonly kind: 'receipts'; readonly receipts: readonly Receipt[] }
  /** `reply`: the answer once all of it is stored; absent: any of success will do. */
  | { readonly kind: 'inbound'; readonly messages: readonly InboundSms[]; readonly reply?: CallbackReply }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'forged' }
  | { readonly kind: 'malformed'; readonly problem: string }

/** What the provider's own records say about an uncertain submission. `unanswered`: they can't be had now, ask again later. */
export type Reconciliation =
  | { readonly kind: 'found'; readonly receipt: Receipt }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear' }
  | { readonly kind: 'unanswered' }

/** The sessions of an account that has only so many. They are numbered from 0 on, over all nodes. */
export interface ProviderBinds {
  /** Of the account, over all nodes. */
  readonly wanted: number
  /** From now on this node has these: it opens and keeps them up, and ends all others in order. */
  hold(slots: readonly number[]): void
  /** Those that are not ended yet, whoever is to have them. */
  held(): readonly number[]
}

/** One line of a provider check, as `doctor` prints it. */
export interface CheckStep {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  readonly fix: string | null
}

export interface SmsProvider {
  readonly name: string
  /** Submissions under way at once on one node; it may change, and 0 means that nothing can be submitted from this node now. */
  readonly window: number
  /** Calls `listener` whenever `window` becomes 0, or is no longer; absent: it is never 0. */
  readonly onWindow?: (listener: () => void) => void
  /** Resolves with an Outcome for every refusal; rejects only for a bug in the adapter. `signal` ends it early: what was written by then is uncertain. */
  submit(sms: OutboundSms, signal: AbortSignal): Promise<Outcome>
  /** Asks the provider what became of a submission whose answer was lost; null where it can't be asked. `startedAt` is when it was written. */
  readonly reconcile: ((sms: OutboundSms, startedAt: Date, signal: AbortSignal) => Promise<Reconciliation>) | null
  /** Asks for the state of a message the provider took; null where it can't be asked or need not be, since it calls back. Resolves null when it can't be told now. */
  readonly poll: ((providerMessageId: string, signal: AbortSignal) => Promise<Receipt | null>) | null
  /** Verifies the signature, then reads. Pure apart from the key it was made with. */
  readCallback(callback: ProviderCallback): CallbackReading
  /** The same for texts that come in; absent where they don't come by callbacks. */
  readonly readInbound?: (callback: ProviderCallback) => CallbackReading
  /** It answers STOP, START and HELP by itself, as long as it was not told not to. */
  readonly answersKeywords?: boolean
  /** Where an account has only so many sessions, which all nodes share; absent: every node may have its own. */
  readonly binds?: ProviderBinds
  check(signal: AbortSignal): AsyncIterable<CheckStep>
  close(): Promise<void>
}

/** Whether it tells what became of messages when it is asked. */
export function canBeAsked({ reconcile, poll }: Pick<SmsProvider, 'reconcile' | 'poll'>): boolean {
  return reconcile !== null || poll !== null
}

export type PushTarget =
  | {
      readonly kind: 'token' | 'fid'
      readonly value: string
      /** The URL this device reports to, which goes into `data` as `tidings`; absent: it is not asked to. */
      readonly ticket?: string
    }
  | { readonly kind: 'topic'; readonly value: string }
  /** Topics put together: `'news' in topics && 'sport' in topics`. */
  | { readonly kind: 'condition'; readonly value: string }

/** One notification as a provider sees it; fields beyond the first five are FCM's `Message` fields, checked at the edge. */
export interface PushContent {
  readonly notificationId: number
  readonly title: string
  readonly body: string
  /** Nothing is shown: there are no title and body. */
  readonly dataOnly: boolean
  /** Decides whose turn it is where a push service takes only so many; absent: `transactional`. */
  readonly category?: Category
  /** Seconds until the push service may drop it; null: the service's own default. */
  readonly ttlSeconds: number | null
  readonly image: string | null
  /** Opened on a click, in a browser. */
  readonly link: string | null
  readonly data: Readonly<Record<string, string>> | null
  readonly android: JsonObject | null
  /** In place of `android`. */
  readonly androidV2: JsonObject | null
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

/** What a push service said of a push that it was only asked about. */
export interface PushValidation {
  /** `unanswered`: nobody knows. */
  readonly result: 'accepted' | 'refused' | 'unanswered'
  /** Our word, and the service's own; null where it took it. */
  readonly reason: string | null
  readonly code: string | null
}

export interface PushProvider {
  readonly name: string
  /** What the addresses it sends to belong to: a Firebase project’s id; absent: it is not known. One that turns out to be another’s is marked with it. */
  readonly project?: string
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
  /** Asks the push service whether it would take this for this target, and delivers nothing; absent: it can't be asked. Rejects only for a bug. */
  readonly validate?: (content: PushContent, target: PushTarget, signal: AbortSignal) => Promise<PushValidation>
  check(signal: AbortSignal): AsyncIterable<CheckStep>
  close(): Promise<void>
}
