/**
 * Guards the tokens against a wave of wrong refusals (another project's credentials, a bad deploy): when too large a part of what was sent
 * lately came back as dead, no more tokens are retired until the wave has passed.
 */
export interface Retirement {
  allows(tokenId: number): boolean
  count(outcomes: number, retired: number): void
}

/** More than 30 % of at least 500 outcomes within 10 minutes. */
const WINDOW_MS = 600_000
const LEAST_OUTCOMES = 500
const MOST_SHARE = 0.3

/** `now` is monotonic, in milliseconds; `onTrip` is called when retiring stops. */
export function createRetirement(now: () => number, onTrip: (share: number) => void): Retirement {
  const past: { readonly at: number; readonly outcomes: number; readonly retired: number }[] = []
  let outcomes = 0
  let retired = 0
  let tripped = false

  function forget(): void {
    while (past[0] !== undefined && past[0].at < now() - WINDOW_MS) {
      const old = past.shift()
      outcomes -= old?.outcomes ?? 0
      retired -= old?.retired ?? 0
    }
  }

  return {
    allows() {
      forget()
      const trips = outcomes >= LEAST_OUTCOMES && retired > outcomes * MOST_SHARE
      if (trips && !tripped) onTrip(retired / outcomes)
      tripped = trips
      return !trips
    },
    count(more, dead) {
      past.push({ at: now(), outcomes: more, retired: dead })
      outcomes += more
      retired += dead
    },
  }
}
