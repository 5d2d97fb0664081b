/** The ids of submissions that this node settled within the last two turns: a receipt for one of them may have come to another node. */
export interface SettledIds {
  add(provider: string, ids: readonly string[]): void
  /** Those of this turn and of the one before, by provider. From here on it is another turn. */
  turn(): ReadonlyMap<string, readonly string[]>
}

/** Of one provider in one turn; those beyond it are left to who looks through all that is parked. */
const MOST = 20_000

export function createSettledIds(): SettledIds {
  let before: ReadonlyMap<string, readonly string[]> = new Map()
  let now = new Map<string, string[]>()

  return {
    add(provider, ids) {
      const known = now.get(provider)
      if (known === undefined) now.set(provider, [...ids])
      else if (known.length < MOST) known.push(...ids)
    },
    turn() {
      const both = new Map<string, readonly string[]>(now)
      for (const [provider, ids] of before) both.set(provider, [...ids, ...(now.get(provider) ?? [])])
      before = now
      now = new Map()
      return both
    },
  }
}
