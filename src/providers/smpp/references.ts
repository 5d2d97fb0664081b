/** What the parts of the next long message to somebody have in common. */
export type References = (contact: string) => number

/** Destinations whose last reference is remembered; of the others the one that was written to longest ago is forgotten. */
const MOST = 10_000

/**
 * One counter for each destination: two messages on their way to the same handset never share a reference until all 256 or 65,536 were
 * used. `chance` (0..1) says where each begins, so that a restart does not begin where the last one did.
 */
export function createReferences(chance: () => number): References {
  const last = new Map<string, number>()
  return (contact) => {
    const before = last.get(contact)
    const next = before === undefined ? Math.floor(chance() * 0x1_0000) : (before + 1) % 0x1_0000
    // The map's order is that of their last use.
    last.delete(contact)
    last.set(contact, next)
    const [oldest] = last.keys()
    if (last.size > MOST && oldest !== undefined) last.delete(oldest)
    return next
  }
}
