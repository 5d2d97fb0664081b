/**
 * The messages this node holds in memory, and the lowest id it may own in the database. The second is what others read after its death, so
 * it must never pass a row that was written but not yet known here: a batch under way, or one whose COMMIT's answer was lost.
 */
export interface OpenRows {
  /** A batch of inserts is about to be sent. */
  beginBatch(): Batch
  /** Messages taken from `due`: a row there stands for them, so they don't count for `low`. */
  adopt(ids: readonly number[]): void
  drop(id: number): void
  /** Dropped though the database may still call it ours; `submitted`: it is doubtful then. Holds the low mark until sweeps had time to find it. */
  lose(id: number, submitted: boolean): void
  /** Whether it was lost after it was submitted. */
  wasLost(id: number): boolean
  /** A sweep begins; what it returns is called when it succeeded: only then may old doubts be forgotten. */
  beginSweep(): () => void
  has(id: number): boolean
  /** No message of this node has a smaller id, but for those adopted. */
  low(): number
}

export interface Batch {
  /** The batch was committed: `all` are its ids, `held` those this node keeps. */
  committed(all: readonly number[], held: readonly number[]): void
  /** Nothing was written. */
  failed(): void
  /** It may have been committed: the sweep will find out. */
  unknown(): void
}

/** How long a batch of unknown outcome holds the low mark down: longer than any backend can go on with a statement it was sent. */
const UNKNOWN_MS = 300_000

/** `now` is monotonic, in milliseconds; `low` as registered. */
export function createOpenRows(low: number, now: () => number): OpenRows {
  const fresh = new Set<number>()
  const adopted = new Map<number, number>()
  const lost = new Map<number, { readonly submitted: boolean; readonly until: number }>()
  // Batches overlap, and several may have begun at one mark.
  const underWay = new Set<{ readonly floor: number }>()
  let doubts: { readonly floor: number; readonly until: number }[] = []
  let next = low

  function beginBatch(): Batch {
    const begun = { floor: next }
    underWay.add(begun)
    return {
      committed(all, held) {
        underWay.delete(begun)
        for (const id of held) fresh.add(id)
        for (const id of all) next = Math.max(next, id + 1)
      },
      failed: () => void underWay.delete(begun),
      unknown() {
        underWay.delete(begun)
        doubts.push({ ...begun, until: now() + UNKNOWN_MS })
      },
    }
  }

  function lowest(): number {
    let least = Math.min(next, ...lost.keys(), ...[...underWay, ...doubts].map(({ floor }) => floor))
    // A batch that took longer than those begun after it brings smaller ids than theirs.
    for (const id of fresh) if (id < least) least = id
    return least
  }

  function drop(id: number): void {
    if (fresh.delete(id)) return
    const times = adopted.get(id) ?? 0
    if (times > 1) adopted.set(id, times - 1)
    else adopted.delete(id)
  }

  return {
    beginBatch,
    adopt: (ids) => ids.forEach((id) => adopted.set(id, (adopted.get(id) ?? 0) + 1)),
    drop,
    lose(id, submitted) {
      drop(id)
      lost.set(id, { submitted, until: now() + UNKNOWN_MS })
    },
    wasLost: (id) => lost.get(id)?.submitted === true,
    beginSweep() {
      const begun = now()
      return () => {
        doubts = doubts.filter((doubt) => doubt.until >= begun)
        for (const [id, { until }] of lost) if (until < begun) lost.delete(id)
      }
    },
    has: (id) => fresh.has(id) || adopted.has(id),
    low: lowest,
  }
}
