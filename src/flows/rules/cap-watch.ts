import { capProblem, DAY_MS, type Caps } from '../../domain/caps.ts'
import { codeDelayProblem } from '../../domain/sms/code-delay.ts'

/** Messages to recipients whom caps don't hold back, as far as this node has seen them: a node's own word, told and never acted upon. */
export interface CapWatch {
  /** One was accepted. What it goes beyond, in words; null: nothing. */
  see(contact: string): string | null
}

/** Recipients in each of two halves, of which the older one is forgotten when the newer one is full: some megabytes. */
const MOST_RECIPIENTS = 10_000

/** `now`: monotonic, in milliseconds. */
export function createCapWatch(caps: Caps, now: () => number): CapWatch {
  // One more than the larger cap tells all there is to tell.
  return createWatch(Math.max(caps.perDay, caps.perTenMinutes), (times) => capProblem(times, caps), now)
}

/** Codes that come sooner after the one before than they should. `now`: monotonic, in milliseconds. */
export function createCodeWatch(delaySeconds: number, now: () => number): CapWatch {
  return createWatch(MOST_CODES, (times) => codeDelayProblem(times, delaySeconds), now)
}

/** With a delay of one second, after so many the next one has to wait until the first is ten minutes old. */
const MOST_CODES = 12

/** `most`: times that are kept of each recipient, beside the one that is seen. */
function createWatch(
  most: number,
  problemOf: (times: readonly number[]) => string | null,
  now: () => number,
): CapWatch {
  let newer = new Map<string, readonly number[]>()
  let older = newer
  const lately = (times: readonly number[], at: number): readonly number[] =>
    times.filter((time) => time > at - DAY_MS).slice(-most)

  return {
    see(contact) {
      const at = now()
      const known = newer.get(contact) ?? older.get(contact)
      const times = known === undefined ? [at] : [...lately(known, at), at]
      // Halves, since a map that is deleted from and read from its beginning takes longer and longer.
      if (newer.size >= MOST_RECIPIENTS && !newer.has(contact)) {
        older = newer
        newer = new Map()
      }
      newer.set(contact, times)
      return known === undefined ? null : problemOf(times)
    },
  }
}
