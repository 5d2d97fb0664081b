import type { Category, OnUncertain } from '../domain/category.ts'
import type { Status } from '../domain/status.ts'

/** What `POST /smss` takes, as it stands on the wire, its types already checked. */
export interface SmsInput {
  readonly contact: string
  readonly subject: string
  readonly message: string
  readonly sender?: string
  readonly tag?: string
  readonly category?: Category
  /** Seconds. */
  readonly ttl?: number
  readonly on_uncertain?: OnUncertain
  readonly max_segments?: number
}

export interface SmsAnswer {
  readonly message_id: number
  readonly status: Status
  readonly segments: number
  readonly encoding: 'gsm7' | 'ucs2'
  /** Sentences; only there when there is something to say. */
  readonly warnings?: readonly string[]
}

/** One caller's `Idempotency-Key` on one route, with a hash for each top-level field of the body. */
export interface Idempotency {
  readonly caller: string
  /** `POST /smss` */
  readonly route: string
  readonly key: string
  readonly fields: Readonly<Record<string, string>>
}

export interface Accepted<Answer> {
  readonly answer: Answer
  /** True when this key was answered before: the first answer again, nothing new was made. */
  readonly replayed: boolean
}

export interface SmsFlow {
  /** Resolves after COMMIT. Throws TidingsError for every refusal. */
  accept(input: SmsInput, idempotency: Idempotency | null): Promise<Accepted<SmsAnswer>>
  /** Resolves when the provider accepted or refused the message, or after `waitMs`, with what is known then. */
  waitFor(messageId: number, waitMs: number): Promise<{ readonly status: Status; readonly reason: string | null }>
}
