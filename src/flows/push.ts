import type { Category } from '../domain/category.ts'
import type { JsonObject } from '../domain/provider.ts'
import type { Status } from '../domain/status.ts'
import type { Accepted, Idempotency } from './sms.ts'

/** What both push routes take beside their targets, as it stands on the wire, its types already checked. */
export interface PushInput {
  readonly title: string
  readonly body: string
  readonly data?: Readonly<Record<string, string>>
  readonly image?: string
  readonly link?: string
  readonly android?: JsonObject
  readonly apns?: JsonObject
  readonly webpush?: JsonObject
  readonly fcm_options?: JsonObject
  readonly tag?: string
  readonly category?: Category
  /** Seconds, 0..2,419,200. */
  readonly ttl?: number
}

export interface PushAnswer {
  readonly notification_id: number
  readonly status: Status
  /** How many different targets there are. */
  readonly targets: number
}

export interface PushFlow {
  /** Up to 100,000 tokens and fids together; a token named twice is sent once. Resolves after COMMIT; throws TidingsError. */
  acceptTokens(
    input: PushInput,
    tokens: readonly string[],
    fids: readonly string[],
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>>
  acceptTopic(input: PushInput, topic: string, idempotency: Idempotency | null): Promise<Accepted<PushAnswer>>
  /** Resolves when every target has its outcome, or after `waitMs`, with the counts known then. */
  waitFor(notificationId: number, waitMs: number): Promise<{ readonly counts: Readonly<Partial<Record<Status, number>>> }>
}
