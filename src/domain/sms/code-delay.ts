import { TEN_MINUTES_MS } from '../caps.ts'

/** Codes to one recipient that need not wait for each other: the first one, and one more for who did not get it. */
export const CODES_AT_ONCE = 2

/**
 * Seconds until a recipient may be sent another code; 0: now. The third one waits `firstSeconds` after the second, and each further one twice as
 * long as the one before; only codes of the last ten minutes count. `ages`: seconds since each of them, in any order. `firstSeconds` 0: none
 * ever waits.
 */
export function codeWaitSeconds(ages: readonly number[], firstSeconds: number): number {
  const counted = ages.filter((age) => age < WINDOW_SECONDS).toSorted((one, other) => one - other)
  const waits = Array.from({ length: counted.length + 1 }, (_, forgotten) => {
    const left = counted.length - forgotten
    const until = forgotten === 0 ? 0 : WINDOW_SECONDS - (counted[left] ?? 0)
    return Math.max(until, gapSeconds(left, firstSeconds) - (counted[0] ?? 0), 0)
  })
  return Math.ceil(Math.min(...waits))
}

/** Which gap was too short for the last of some codes to one recipient, in words; null: none. `times`: in ms, ascending, the last one included. */
export function codeDelayProblem(times: readonly number[], firstSeconds: number): string | null {
  const last = times.at(-1) ?? 0
  const ages = times.slice(0, -1).map((time) => (last - time) / 1_000)
  const seconds = codeWaitSeconds(ages, firstSeconds)
  return seconds === 0 ? null : `a code ${seconds} seconds too soon after the one before`
}

const WINDOW_SECONDS = TEN_MINUTES_MS / 1_000

/** After the last of `codes`, before a next one. */
function gapSeconds(codes: number, firstSeconds: number): number {
  return codes < CODES_AT_ONCE ? 0 : firstSeconds * 2 ** (codes - CODES_AT_ONCE)
}
