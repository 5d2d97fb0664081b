import { BASE, MOST_NEW, type Gap, type Horizon, type Known, type Sighting } from '../../store/inbox/read-inbox-look.ts'

/** What is to be told of one row. */
export interface Announcement {
  readonly id: number
  readonly kind: 'message' | 'updated'
}

/**
 * What one look after the other tells of a table whose rows become visible in any order: an insert that takes long commits behind others
 * with higher ids. So ids that were passed over are asked after until no transaction runs that could bring them, and rows that have not come to their end as long as it takes.
 */
export interface Watch {
  known(): Known
  /** What is new in a look's rows, in the order of ids. */
  see(rows: readonly Sighting[], horizon: Horizon): Announcement[]
  /** Somebody set this row going again. */
  reopen(id: number): void
}

/** Longer than a statement takes from drawing its first id to being seen as a transaction. */
const GAP_MS = 15_000

/** Each is some ids that follow each other, however many. */
const MOST_GAPS = 5_000

/** A row that waits longer than this is told of before it is taken. */
const HELD_BACK_MS = 1_000

/** Rows that moved last before that are left alone. */
const OPEN_MS = 900_000
const MOST_OPEN = 5_000

interface OpenGap extends Gap {
  readonly since: number
  /** Transactions from here on began later, and bring higher ids; null: not known yet. */
  next: number | null
}

interface Open {
  version: string
  announced: boolean
  since: number
}

/** `seen`: the newest ids that are there already. `now` is monotonic, in milliseconds. */
export function createWatch(seen: readonly number[], now: () => number): Watch {
  const ids = seen.toSorted((one, other) => one - other)
  let gaps: OpenGap[] = []
  const open = new Map<number, Open>()
  // Where all rows were seen nothing is there below the first of them, and yet it may come.
  let high = ids.length < BASE ? 0 : (ids[0] ?? 1) - 1
  for (const id of ids) pass(id)

  /** Everything up to `id` was looked at. */
  function pass(id: number): void {
    if (id > high + 1) gaps.push({ from: high + 1, to: id - 1, since: now(), next: null })
    high = Math.max(high, id)
  }

  function enter(row: Sighting): Announcement[] {
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
    dropOldest(open, MOST_OPEN)
  }

  function forgetGaps({ oldest, next }: Horizon): void {
    for (const gap of gaps) gap.next ??= next
    gaps = gaps.filter((gap) => now() - gap.since <= GAP_MS || gap.next === null || oldest < gap.next).slice(-MOST_GAPS)
  }

  return {
    known: () => ({ high, asked: [...open.keys()], gaps: gaps.map(({ from, to }) => ({ from, to })) }),
    see(rows, horizon) {
      const told: Announcement[] = []
      const came: number[] = []
      for (const row of rows.toSorted((one, other) => one.id - other.id)) {
        const known = open.get(row.id)
        if (known !== undefined) told.push(...follow(row, known))
        else if (row.id > high) {
          pass(row.id)
          told.push(...enter(row))
        } else if (isWithin(gaps, row.id)) {
          came.push(row.id)
          told.push(...enter(row))
        }
      }
      if (came.length > 0) gaps = without(gaps, came)
      // A full look may have left some of them out.
      if (rows.length < MOST_NEW) forgetGaps(horizon)
      forget(new Set(rows.map((row) => row.id)))
      return told
    },
    reopen: (id) => void open.set(id, { version: '', announced: true, since: now() }),
  }
}

/** `gaps` in the order of their ids, as they are found. */
function isWithin(gaps: readonly Gap[], id: number): boolean {
  let [low, high] = [0, gaps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((gaps[middle]?.to ?? id) < id) low = middle + 1
    else high = middle
  }
  return (gaps[low]?.from ?? Infinity) <= id
}

/** What is left when `ids`, in ascending order, have come. */
function without(gaps: readonly OpenGap[], ids: readonly number[]): OpenGap[] {
  const left: OpenGap[] = []
  let at = 0
  for (const gap of gaps) {
    let from = gap.from
    for (; (ids[at] ?? Infinity) <= gap.to; at++) {
      const id = ids[at] ?? 0
      if (id > from) left.push({ ...gap, from, to: id - 1 })
      from = id + 1
    }
    if (from <= gap.to) left.push({ ...gap, from })
  }
  return left
}

function dropOldest(map: Map<number, unknown>, most: number): void {
  for (const id of map.keys()) {
    if (map.size <= most) return
    map.delete(id)
  }
}
