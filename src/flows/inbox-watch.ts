import type { Known, Sighting } from '../store/read-inbox-look.ts'

/** What is to be told of one row. */
export interface Announcement {
  readonly id: number
  readonly kind: 'message' | 'updated'
}

/**
 * What one look after the other tells of a table whose rows become visible in any order: an insert that takes long commits behind others
 * with higher ids. So ids that were passed over are asked after for a while, and rows that have not come to their end as long as it takes.
 */
export interface Watch {
  known(): Known
  /** What is new in a look's rows, in the order of ids. */
  see(rows: readonly Sighting[]): Announcement[]
  /** Somebody set this row going again. */
  reopen(id: number): void
}

/** Longer than any insert may take. */
const GAP_MS = 60_000

/** A roll-back leaves a few ids; more than this were left by a jump of the sequence. */
const MOST_GAPS = 5_000

/** Ids asked after below the lowest that was seen: where there are few rows yet, the first may come last. */
const BELOW = 100

/** A row that waits longer than this is told of before it is taken. */
const HELD_BACK_MS = 1_000

/** Rows that moved last before that are left alone. */
const OPEN_MS = 900_000
const MOST_OPEN = 5_000

interface Open {
  version: string
  announced: boolean
  since: number
}

/** `seen`: the newest ids that are there already. `now` is monotonic, in milliseconds. */
export function createWatch(seen: readonly number[], now: () => number): Watch {
  const ids = seen.toSorted((one, other) => one - other)
  const gaps = new Map<number, number>()
  const open = new Map<number, Open>()
  let high = Math.max(0, (ids[0] ?? 0) - 1 - BELOW)
  for (const id of ids) pass(id)

  /** Everything up to `id` was looked at. */
  function pass(id: number): void {
    for (let missing = Math.max(high + 1, id - MOST_GAPS); missing < id; missing++) gaps.set(missing, now())
    high = Math.max(high, id)
  }

  function enter(row: Sighting): Announcement[] {
    gaps.delete(row.id)
    if (!row.ours) return []
    if (!row.settled) open.set(row.id, { version: row.version, announced: !row.waiting, since: now() })
    return row.waiting ? [] : [{ id: row.id, kind: 'message' }]
  }

  function follow(row: Sighting, known: Open): Announcement[] {
    const moved = row.version !== known.version
    if (moved) Object.assign(known, { version: row.version, since: now() })
    if (row.settled || now() - known.since > OPEN_MS) open.delete(row.id)
    if (known.announced) return moved ? [{ id: row.id, kind: 'updated' }] : []
    if (row.waiting && now() - known.since < HELD_BACK_MS) return []
    known.announced = true
    return [{ id: row.id, kind: 'message' }]
  }

  /** Rows that were asked after and are not there any more, and what will not come any more. */
  function forget(answered: ReadonlySet<number>): void {
    for (const id of open.keys()) if (!answered.has(id)) open.delete(id)
    for (const [id, since] of gaps) if (now() - since > GAP_MS) gaps.delete(id)
    dropOldest(gaps, MOST_GAPS)
    dropOldest(open, MOST_OPEN)
  }

  return {
    known: () => ({ high, asked: [...gaps.keys(), ...open.keys()] }),
    see(rows) {
      const told: Announcement[] = []
      for (const row of rows.toSorted((one, other) => one.id - other.id)) {
        const known = open.get(row.id)
        if (known !== undefined) told.push(...follow(row, known))
        else if (row.id > high || gaps.has(row.id)) {
          pass(row.id)
          told.push(...enter(row))
        }
      }
      forget(new Set(rows.map((row) => row.id)))
      return told
    },
    reopen: (id) => void open.set(id, { version: '', announced: true, since: now() }),
  }
}

function dropOldest(map: Map<number, unknown>, most: number): void {
  for (const id of map.keys()) {
    if (map.size <= most) return
    map.delete(id)
  }
}
