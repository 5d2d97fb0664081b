import type { SessionLimits } from './limits.ts'
import type { EndReason } from './session-parts.ts'

/** How long a peer has been silent, and what follows. */
export interface Watch {
  /** Octets came. `whole`: PDUs among them were; `unfinished`: one has only begun. */
  heard(whole: boolean, unfinished: boolean): void
  /** `enquire`: it is to be asked whether it is there. `isHeld`: it is we who don't read. Null: all is well. */
  look(isHeld: boolean): 'enquire' | EndReason | null
}

export function createWatch(limits: SessionLimits, monotonic: () => number): Watch {
  let heardAt = monotonic()
  let enquiredAt: number | null = null
  let unfinishedAt: number | null = null
  return {
    heard(whole, unfinished) {
      heardAt = monotonic()
      enquiredAt = null
      // One that was whole makes room for the beginning of the next.
      if (!unfinished) unfinishedAt = null
      else if (whole || unfinishedAt === null) unfinishedAt = heardAt
    },
    look(isHeld) {
      const now = monotonic()
      if (now - heardAt >= limits.inactiveMs) return 'inactive'
      // Our own silence says nothing about the peer.
      if (isHeld) return null
      if (unfinishedAt !== null && now - unfinishedAt >= limits.readMs) return 'read_timeout'
      if (enquiredAt !== null) return now - enquiredAt >= limits.enquireMs ? 'enquire_link' : null
      if (now - heardAt < limits.idleMs) return null
      enquiredAt = now
      return 'enquire'
    },
  }
}
