import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { Logger } from 'pino'
import type { Check } from '../contract/health.ts'
import type { SmsRoutesData } from '../contract/sms-routes.ts'
import type { CheckStep, ProviderCallback } from '../domain/provider.ts'
import type { Erasing } from '../flows/past/erase.ts'
import type { EventFeed } from '../flows/webhooks/event-feed.ts'
import type { EvidenceFlow } from '../flows/push/evidence.ts'
import type { EventsAsked, EventsQuery } from '../flows/webhooks/events-query.ts'
import type { DevicePush } from '../flows/push/device-push.ts'
import type { DryRuns } from '../flows/sending/dry-run.ts'
import type { History } from '../flows/past/history.ts'
import type { SmsBatches } from '../flows/sms/batch.ts'
import type { Cancels } from '../flows/sending/cancel.ts'
import type { Conversions } from '../flows/sms/conversions.ts'
import type { Consent } from '../flows/inbound/consent.ts'
import type { Inbox } from '../flows/inbox/inbox.ts'
import type { GoodKey, Keyring } from '../flows/keys/keyring.ts'
import type { Keys } from '../flows/keys/keys.ts'
import type { Pauses } from '../flows/sending/pauses.ts'
import type { PushFlow } from '../flows/push/push.ts'
import type { Sessions } from '../flows/keys/sessions.ts'
import type { Resends } from '../flows/sending/resend.ts'
import type { SmsFlow } from '../flows/sms/sms.ts'
import type { TemplatesFlow } from '../flows/templates/templates.ts'
import type { Tokens } from '../flows/push/tokens.ts'
import type { TopicPush } from '../flows/push/topic-push.ts'
import type { Topics } from '../flows/push/topics.ts'
import type { WebhookDeeds } from '../flows/webhooks/webhook-deeds.ts'
import type { WebSubscriptions } from '../flows/push/web-subscriptions.ts'
import type { Webhooks } from '../flows/webhooks/webhooks.ts'
import type { AuditFilter, AuditRecord } from '../store/keys/read-audit.ts'
import type { KeyRecord } from '../store/keys/read-api-keys.ts'
import type { MessageRecord } from '../store/sms/read-messages.ts'
import type { Status } from '../domain/status.ts'
import type { DeliveryPage, DeliveryRecord } from '../store/push/read-deliveries.ts'
import type { NotificationRecord } from '../store/push/read-notifications.ts'
import type {
  WebhookAttemptRecord,
  WebhookDeliveryQuery,
  WebhookDeliveryRecord,
} from '../store/webhooks/read-webhook-deliveries.ts'
import type { WebhookRecord } from '../store/webhooks/read-webhooks.ts'
import type { DeviceParts } from './device.ts'
import type { InboundSide } from './inbound-parts.ts'
import type { RateLimiter } from './limits.ts'
import type { CallMeter } from './call-meter.ts'
import type { CallTraces } from './call-traces.ts'
import type { AddressOf } from './peer.ts'
import type { Room } from './room.ts'

/** Fastify, with schemas as types. */
export type Server = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** History, bound to a database. Null: no such record. */
export interface Reads {
  message(id: number): Promise<MessageRecord | null>
  notification(id: number): Promise<NotificationRecord | null>
  /** At most `limit` targets whose token id is above `after`, by token id. */
  deliveries(id: number, limit: number, after: number): Promise<readonly DeliveryRecord[] | null>
  /** Likewise those of one status; a page may have fewer, though it is not the last. */
  deliveriesOf(id: number, status: Status, limit: number, after: number): Promise<DeliveryPage | null>
}

export interface Receipts {
  /** Verifies, reads and stores a provider's callback; resolves after COMMIT. `unknown`: no such provider. */
  accept(provider: string, callback: ProviderCallback): Promise<'accepted' | 'forged' | 'malformed' | 'unknown'>
}

/** How one channel leaves the machine, for the first page. */
export interface Channel {
  readonly provider: string
  /** True: nothing leaves the machine. */
  readonly capturing: boolean
}

/** API keys: what changes them, and what is read of them. */
export interface KeyParts {
  readonly flow: Omit<Keys, 'makeFirst'>
  read(id: string): Promise<KeyRecord | null>
  /** At most `limit` keys whose row is above `after`, in the order they were made. */
  list(limit: number, after: number): Promise<readonly KeyRecord[]>
  /** At most `limit` acts whose id is below `before`, newest first. */
  audit(limit: number, before: number, filter: AuditFilter): Promise<readonly AuditRecord[]>
}

/** Webhooks: what changes them, and what is read of them. */
export interface WebhookParts {
  readonly flow: Webhooks
  readonly deeds: WebhookDeeds
  read(id: number): Promise<WebhookRecord | null>
  /** At most `limit` webhooks whose id is above `after`, in the order they were made. */
  list(limit: number, after: number): Promise<readonly WebhookRecord[]>
  /** At most `limit` deliveries whose id is below `before`, newest first. */
  deliveries(
    id: number,
    query: WebhookDeliveryQuery,
    limit: number,
    before: number,
  ): Promise<readonly WebhookDeliveryRecord[]>
  delivery(
    id: number,
  ): Promise<{ readonly delivery: WebhookDeliveryRecord; readonly attempts: readonly WebhookAttemptRecord[] } | null>
}

/** What happens, for those who follow it. */
export interface EventParts extends Omit<EventFeed, 'close'> {
  /** Throws a TidingsError that names each fault. */
  asked(query: EventsQuery): EventsAsked
}

/** How callers are told apart. */
export interface AuthParts {
  /** Whether whoever comes without a key is turned away. */
  readonly required: boolean
  readonly keyring: Keyring
  /** Who is signed in in the browser that calls; null: nobody. Asked where a call brings no key. */
  session(request: FastifyRequest): GoodKey | null | Promise<GoodKey | null>
}

/** Everything the HTTP ring is made of. */
export interface HttpParts {
  readonly log: Logger
  readonly version: string
  readonly sms: SmsFlow
  readonly batches: SmsBatches
  readonly push: PushFlow
  readonly dryRuns: DryRuns
  readonly reads: Reads
  readonly history: History
  readonly erasing: Pick<Erasing, 'look' | 'erase'>
  readonly templates: TemplatesFlow
  readonly tokens: Tokens
  readonly topics: Topics
  readonly webSubscriptions: WebSubscriptions
  readonly devicePush: DevicePush
  readonly topicPush: TopicPush
  readonly webhooks: WebhookParts
  readonly cancels: Cancels
  readonly conversions: Conversions
  readonly pauses: Pauses
  readonly resends: Resends
  readonly receipts: Receipts
  readonly evidence: Pick<EvidenceFlow, 'report'>
  readonly inbound: InboundSide
  readonly optOuts: Consent
  readonly auth: AuthParts
  readonly keys: KeyParts
  readonly sessions: Sessions
  readonly addressOf: AddressOf
  readonly inbox: Omit<Inbox, 'hint' | 'close'>
  readonly events: EventParts
  /** All steps ok: ready. */
  readonly health: {
    ready(): Promise<readonly CheckStep[]>
    /** What keeps no call from coming here, and yet somebody must mend. */
    warnings(): readonly CheckStep[]
    /** Everything that can be told, for whoever looks after it. */
    look(): Promise<readonly Check[]>
  }
  /** Where SMS go, and how those they go through do, as this node sees it. */
  readonly smsRoutes: { look(): Promise<SmsRoutesData> }
  /** Without it there always is. */
  readonly room?: Room
  /** Null: no limit. */
  readonly rateLimiter: RateLimiter | null
  /** Where the outside reaches us, without a trailing slash. */
  readonly publicUrl: string | null
  /** Only this machine reaches us. */
  readonly loopbackOnly: boolean
  readonly channels: { readonly sms: Channel; readonly push: Channel }
  /** For the page that registers a browser. */
  readonly device: DeviceParts
  /** The directory of the built pages; null: there are none. */
  readonly pages: string | null
  /** Without it nothing is counted. */
  readonly meter?: CallMeter
  /** Without it nothing is traced. */
  readonly traces?: CallTraces
  /** True from the first SIGTERM on. */
  isStopping(): boolean
  /** For calls that bring no Request-Id. */
  newRequestId(): string
  /** 0 ≤ x < 1, spreads those who are told to come back. */
  chance(): number
  /** Monotonic, in milliseconds. */
  now(): number
}
