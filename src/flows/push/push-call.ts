import type { Category } from '../../domain/category.ts'
import type { JsonObject } from '../../domain/provider.ts'
import type { SimplePushFields } from '../../domain/push/push-fields.ts'
import type { PushWays } from '../../domain/push/push-ways.ts'
import type { Devices } from '../../domain/staging.ts'
import type { Status } from '../../domain/status.ts'
import type { NewNotification } from '../../store/push/notifications.ts'
import type { FallbackCall, PreparedFallback } from './fallback-call.ts'
import type { PushPlan } from './push-plan.ts'
import type { TemplateUse, Wordings } from '../templates/template-words.ts'

interface PushOptions extends SimplePushFields {
  readonly data?: Readonly<Record<string, string>>
  readonly image?: string
  readonly link?: string
  readonly android?: JsonObject
  readonly android_v2?: JsonObject
  readonly apns?: JsonObject
  readonly webpush?: JsonObject
  readonly fcm_options?: JsonObject
  /** The Firebase project for what no app decides; absent: the usual one. */
  readonly project?: string
  readonly tag?: string
  readonly category?: Category
  /** Seconds, 0..2,419,200. */
  readonly ttl?: number
  /** RFC 3339; without an offset where `local` is true. */
  readonly send_at?: string
  readonly local?: boolean
  /** Devices are asked to report; unless given, `PUSH_EVIDENCE` decides. */
  readonly evidence?: boolean
  readonly fallback?: FallbackCall
  readonly dry_run?: boolean
  readonly validate_only?: boolean
}

/**
 * What both push routes take beside their targets, as it stands on the wire, its types already checked: its words, or the template they
 * come from.
 */
export interface PushCall extends PushOptions {
  readonly title?: string
  readonly body?: string
  readonly template?: TemplateUse
}

/** A call that has its words. */
export interface PushInput extends PushOptions {
  readonly title: string
  readonly body: string
  /** The template that they came from: `name@version/locale`. */
  readonly origin?: string
  /** Its words in other languages, for devices that have them; absent: all get the same. */
  readonly wordings?: Wordings
  /** The notification whose words these are. */
  readonly resentFrom?: number
}

/** Different ones, of one kind or the other. */
export type Targets =
  | {
      readonly kind: 'token'
      readonly tokens: readonly string[]
      readonly fids: readonly string[]
      /** They were looked up: nobody named them. */
      readonly found?: boolean
    }
  /** Its name, or a condition of topics. */
  | { readonly kind: 'topic'; readonly topic: string }

/** Everything that is known of a push from its call alone. */
export interface PreparedPush {
  readonly input: PushInput
  /** With room for what is put into it for each device: by it is judged whether it fits. */
  readonly measured: PushInput
  readonly targets: Targets
  /** Named, and left out: they may not be reached from here. */
  readonly leftOut: Devices
  readonly ways: CallWays
  /** What differs from device to device; null: nothing. For one use. */
  readonly plan: PushPlan | null
  /** Null: no SMS stands in for it. */
  readonly fallback: PreparedFallback | null
  /** Sentences. */
  readonly warnings: readonly string[]
  readonly notification: Omit<NewNotification, 'held' | 'tokenIds' | 'others' | 'suppressed' | 'idempotency'>
}

/** Where the targets of one push go. */
export interface CallWays extends PushWays {
  /** Nothing leaves this machine. */
  readonly captured: boolean
}

export interface PushAnswer {
  readonly notification_id: number
  readonly status: Status
  /** How many different targets there are. */
  readonly targets: number
  /** RFC 3339; only where all of it waits for the end of quiet hours: when the first of them end. */
  readonly quiet_hours_until?: string
  /** Sentences; only there when there is something to say. */
  readonly warnings?: readonly string[]
}

/** What an answer tells of a push beside its targets. */
export interface ToldPush {
  readonly notification: Pick<NewNotification, 'sendAt'>
  readonly warnings: readonly string[]
  /** Null, or absent: not all of it waits for the end of quiet hours. */
  readonly quietUntil?: Date | null
}

/** The answer without the id, as it is kept for a repeated call. */
export function toKept(
  { notification, warnings, quietUntil = null }: ToldPush,
  targets: number,
): Omit<PushAnswer, 'notification_id'> {
  return {
    status: notification.sendAt === null ? 'queued' : 'scheduled',
    targets,
    ...(quietUntil === null ? {} : { quiet_hours_until: quietUntil.toISOString() }),
    ...(warnings.length === 0 ? {} : { warnings }),
  }
}

export function toAnswer(id: number, kept: unknown): PushAnswer {
  return { notification_id: id, ...(kept as Omit<PushAnswer, 'notification_id'>) }
}
