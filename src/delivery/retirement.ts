/**
 * Guards the tokens against a wave of wrong refusals (another project's credentials, Apple's other environment, a bad deploy): when too large a
 * part of what was sent lately came back as dead, or as another's, no more tokens are retired or marked until the wave has passed.
 */
export interface Retirement {
  allows(tokenId: number): boolean
  /** `dead`: of those outcomes, whether their tokens were retired or not: a wave that goes on holds on. */
  count(outcomes: number, dead: number): void
}

/** More than 30 % of at least 500 outcomes within 10 minutes: an honest first push to an old list passes. */
const WINDOW_MS = 600_000
const LEAST_OUTCOMES = 500
const MOST_SHARE = 0.3

/** `now` is monotonic, in milliseconds; `onTrip` is called when retiring stops. */
export function createRetirement(now: () => number, onTrip: (share: number) => void): Retirement {
  const past: { readonly at: number; readonly outcomes: number; readonly dead: number }[] = []
  let outcomes = 0
  let dead = 0
  let tripped = false

  function forget(): void {
    while (past[0] !== undefined && past[0].at < now() - WINDOW_MS) {
      const old = past.shift()
      outcomes -= old?.outcomes ?? 0
      dead -= old?.dead ?? 0
    }
  }

  return {
    allows() {
      forget()
      const trips = outcomes >= LEAST_OUTCOMES && dead > outcomes * MOST_SHARE
      if (trips && !tripped) onTrip(dead / outcomes)
      tripped = trips
      return !trips
    },
    count(more, deadOnes) {
      past.push({ at: now(), outcomes: more, dead: deadOnes })
      outcomes += more
      dead += deadOnes
    },
  }
}
