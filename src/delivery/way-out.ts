import type { SmsProvider } from '../domain/provider.ts'
import type { Detour, SmsWork } from '../store/sms/sms-work.ts'

/**
 * The provider that a message goes on to before it is submitted; null: it stays. `down`: its own has not been reached from this node for
 * long, whatever is known of it else.
 */
export type AskDetour = (work: SmsWork, down: boolean) => string | null

/** Where messages leave a lane for another provider, before an attempt. */
export interface WayOut {
  /** How many may come in only to leave this way: the provider can't be reached. */
  room(): number
  /** Lets go of those that another provider takes, until `taken`; returns the others. */
  leave(works: readonly SmsWork[]): SmsWork[]
  /** Those that have left since. */
  taken(): Detour[]
}

export interface WayOutParts {
  readonly provider: SmsProvider
  /** Absent: there is no other provider. */
  readonly detour: AskDetour | undefined
  /** Monotonic, in milliseconds. */
  readonly now: () => number
}

/** A provider that this node holds sessions to, none of which is up for so long, is down: shorter than that is a restart. */
const DOWN_MS = 30_000

/** Of each category, at once. */
const ROOM = 16

/** Where none of them found another provider, the next ones are not asked for so long. */
const REST_MS = 30_000

export function createWayOut({ provider, detour, now }: WayOutParts): WayOut {
  let leaving: Detour[] = []
  let shutSince: number | null = null
  let restsUntil = -Infinity

  function isDown(): boolean {
    if (provider.window > 0) shutSince = null
    else shutSince ??= now()
    // A node without a session of its own is no sign of anything: others have them.
    return shutSince !== null && now() - shutSince >= DOWN_MS && (provider.binds?.held().length ?? 0) > 0
  }

  return {
    room: () => (detour !== undefined && isDown() && now() >= restsUntil ? ROOM : 0),
    leave(works) {
      if (detour === undefined || works.length === 0) return [...works]
      const down = isDown()
      const staying = works.filter((work) => {
        const to = mayLeave(work) ? detour(work, down) : null
        if (to !== null) leaving.push({ work, provider: to })
        return to === null
      })
      if (down && staying.length === works.length) restsUntil = now() + REST_MS
      return staying
    },
    taken() {
      const taken = leaving
      leaving = []
      return taken
    },
  }
}

/** What the provider may have already, as a whole or in part, is not given to another. */
function mayLeave({ resume, uncertainAttempts = 0, onUncertain }: SmsWork): boolean {
  return resume === undefined && (uncertainAttempts === 0 || onUncertain === 'retry')
}
