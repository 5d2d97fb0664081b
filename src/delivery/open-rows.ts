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
  /** Submitted, and its outcome could not be written: dropped, and remembered as doubtful until the sweep has found it. */
  lose(id: number): void
  /** Whether it was lost; asked once. */
  wasLost(id: number): boolean
  has(id: number): boolean
  /** No message of this node has a smaller id, but for those adopted. */
  low(): number
  /** Messages held. */
  size(): number
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
  // Ids grow from batch to batch, and a Set keeps the order of insertion: its first element is the lowest.
  const fresh = new Set<number>()
  const adopted = new Set<number>()
  const lost = new Set<number>()
  const floors = new Set<number>()
  const doubts: { readonly floor: number; readonly until: number }[] = []
  let next = low

  function beginBatch(): Batch {
    const floor = next
    floors.add(floor)
    return {
      committed(all, held) {
        floors.delete(floor)
        for (const id of held) fresh.add(id)
        for (const id of all) next = Math.max(next, id + 1)
      },
      failed: () => void floors.delete(floor),
      unknown() {
        floors.delete(floor)
        doubts.push({ floor, until: now() + UNKNOWN_MS })
      },
    }
  }

  function lowest(): number {
    while (doubts[0] !== undefined && doubts[0].until < now()) doubts.shift()
    const oldest = fresh.values().next()
    return Math.min(next, oldest.done === true ? next : oldest.value, ...floors, ...doubts.map((doubt) => doubt.floor))
  }

  return {
    beginBatch,
    adopt: (ids) => ids.forEach((id) => adopted.add(id)),
    drop: (id) => void (fresh.delete(id) || adopted.delete(id)),
    lose(id) {
      fresh.delete(id)
      adopted.delete(id)
      lost.add(id)
    },
    wasLost: (id) => lost.delete(id),
    has: (id) => fresh.has(id) || adopted.has(id),
    low: lowest,
    size: () => fresh.size + adopted.size,
  }
}
