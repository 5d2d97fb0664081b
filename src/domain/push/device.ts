import type { Msisdn } from '../contact.ts'

export const PLATFORMS = ['android', 'ios', 'web'] as const

export type Platform = (typeof PLATFORMS)[number]

/** What is known of a device beside its address; null: nobody said. */
export interface DeviceFacts {
  readonly platform: Platform | null
  /** The app's own name for itself: `com.example.shop`. */
  readonly app: string | null
  /** BCP 47, in its canonical form. */
  readonly locale: string | null
  /** IANA */
  readonly timeZone: string | null
}

/** A device as its owner's backend tells of it. */
export interface Device extends DeviceFacts {
  readonly kind: 'token' | 'fid'
  readonly token: string
  /** The installation id of one whose address is a token; null: not said. */
  readonly fid: string | null
  /** The person; null: nobody said. */
  readonly contact: Msisdn | null
  /** When it was seen; null: now. */
  readonly seenAt: Date | null
}

/** Which devices a push goes to: each list that is there must hold one of a device's own. */
export interface DeviceFilter {
  readonly contacts: readonly Msisdn[] | null
  readonly platforms: readonly Platform[] | null
  readonly apps: readonly string[] | null
  /** Each stands for itself and for what is more special: `en` for `en-GB`. */
  readonly locales: readonly string[] | null
  readonly timeZones: readonly string[] | null
  /** Seen within so many days; null: whenever. */
  readonly seenWithinDays: number | null
}

/** Days that a retirement can be undone. */
export const UNDO_DAYS = 30

/** Why a device is retired, beside what a push service says of it. `final`: neither undone, nor tried again before it is registered again. */
const OWN_RETIREMENTS = [
  { reason: 'deleted', final: true },
  { reason: 'erased', final: true },
  { reason: 'stale', final: false },
] as const

export const FINAL_REASONS: readonly string[] = OWN_RETIREMENTS.flatMap(({ reason, final }) => (final ? [reason] : []))

/** Those that are ours: they hold for a device by whichever of its addresses. */
export const OWN_REASONS: readonly string[] = OWN_RETIREMENTS.map(({ reason }) => reason)
