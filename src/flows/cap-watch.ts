import { capProblem, DAY_MS, type Caps } from '../domain/caps.ts'

/** Messages to recipients whom caps don't hold back, as far as this node has seen them: a node's own word, told and never acted upon. */
export interface CapWatch {
  /** One was accepted. Which cap it goes beyond, in words; null: none. */
  see(contact: string): string | null
}

/** Recipients in each of two halves, of which the older one is forgotten when the newer one is full: some megabytes. */
const MOST_RECIPIENTS = 10_000

/** `now`: monotonic, in milliseconds. */
export function createCapWatch(caps: Caps, now: () => number): CapWatch {
  let newer = new Map<string, readonly number[]>()
  let older = newer
  // One more than the larger cap tells all there is to tell.
  const most = Math.max(caps.perDay, caps.perTenMinutes)
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
      return known === undefined ? null : capProblem(times, caps)
    },
  }
}
