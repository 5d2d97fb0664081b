import type { FailureClass } from '../../domain/failure.ts'
import type { CallbackReply, Receipt } from '../../domain/provider.ts'
import type { Cidr } from '../../domain/public-address.ts'
import type { Place } from './places.ts'
import type { JsonTemplate, Template } from './template.ts'

/** A provider's HTTP interface, read and judged: its secrets are in it. */
export interface HttpSmsSettings {
  /** The sender of messages that name none. */
  readonly sender: string | null
  /** Submissions under way at once on one node. */
  readonly window: number
  /** For everything of one request. */
  readonly timeoutMs: number
  readonly request: RequestTemplate
  readonly answer: AnswerRules
  /** How a call is known to be the provider's; null: none is taken. */
  readonly proof: CallbackProof | null
  readonly receipts: ReceiptRules | null
  readonly inbound: InboundRules | null
  readonly check: { readonly url: string; readonly statuses: readonly number[] | null } | null
}

export interface RequestTemplate {
  readonly method: 'GET' | 'POST'
  readonly url: Template
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: Template])[]
  readonly body:
    | { readonly format: 'json'; readonly fields: JsonTemplate }
    | { readonly format: 'form' | 'query'; readonly fields: readonly (readonly [name: string, value: Template])[] }
}

export interface AnswerRules {
  /** Null: the provider names no message. */
  readonly id: Place | null
  readonly code: Place | null
  /** Null: all of 2xx. */
  readonly acceptedStatuses: readonly number[] | null
  /** Null: whichever code. */
  readonly acceptedCodes: readonly string[] | null
  readonly failures: readonly FailureRule[]
}

export interface FailureRule {
  /** Null: any. */
  readonly statuses: readonly number[] | null
  readonly codes: readonly string[] | null
  readonly class: Exclude<FailureClass, 'recipient-gone'>
  readonly reason: string
  readonly waitsMs: readonly number[] | null
}

export type CallbackFormat = 'json' | 'form' | 'query'

export type CallbackProof =
  | {
      readonly kind: 'hmac-sha256'
      /** In lower case. */
      readonly header: string
      readonly secret: string
      readonly encoding: 'hex' | 'base64'
      readonly prefix: string
    }
  | { readonly kind: 'header' | 'query'; readonly name: string; readonly secret: string }
  | { readonly kind: 'addresses'; readonly blocks: readonly Cidr[] }

export interface ReceiptRules {
  readonly format: CallbackFormat
  readonly list: string | null
  readonly id: string
  readonly attempt: string | null
  readonly status: string
  readonly code: string | null
  readonly contact: string | null
  readonly at: string | null
  /** By the provider's word in small letters. */
  readonly statuses: ReadonlyMap<string, { readonly status: Receipt['status']; readonly reason: string | null }>
  readonly reasons: ReadonlyMap<string, string>
}

export interface InboundRules {
  readonly format: CallbackFormat
  readonly list: string | null
  readonly id: string | null
  readonly from: string
  readonly to: string
  readonly text: string
  readonly at: string | null
  readonly part: { readonly reference: string; readonly total: string; readonly number: string } | null
  readonly reply: CallbackReply | null
}
