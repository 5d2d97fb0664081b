import type { Db } from '../db.ts'

/** Where a search looks and what it asks of each row: texts of SQL, with values bound from `$4` on. */
export interface Walk {
  /** `messages`, with its alias `m`; every column below is written with it. */
  readonly from: string
  /** The column that rows are ordered by, newest last: `m.id`. */
  readonly id: string
  /** When a row came: `m.time`. It grows with the id, but for what a commit takes. */
  readonly time: string
  /**
   * Rows of these alone: an index has the column, equal to one of the values that are bound as `$4`, and then the id. Null: all rows, by
   * their id.
   */
  readonly only: { readonly column: string; readonly id: string; readonly type: 'bigint' | 'text' } | null
  /** Conditions on a row. None may be answered by an index: whatever the planner believes, the walk goes by the id. */
  readonly terms: readonly string[]
  /** The number of a row, for what SQL can't judge; null: it isn't needed. */
  readonly contact: string | null
  readonly keep: ((contact: string) => boolean) | null
  readonly values: readonly unknown[]
  readonly after: Date | null
  readonly before: Date | null
}

export interface WalkEnd {
  /** Newest first. */
  readonly ids: readonly number[]
  /** What follows lies below this id; null: nothing does. */
  readonly next: number | null
  /** Where `next` is not null: nothing that matches and is newer than this was left out. */
  readonly searchedUntil: Date | null
}

export interface WalkLimits {
  readonly limit: number
  /** After so many milliseconds it ends with what it has; `next` goes on from there. */
  readonly budgetMs: number
  /** Monotonic, in milliseconds. */
  readonly now: () => number
}

/** Ids grow with time, but for what a commit takes, and the clocks of a database that moves. */
const SLACK_MS = 60_000

/** Rows in the first step; the next ones are as large as the time that is left allows. */
const FIRST_STEP = 2_000
const SMALLEST_STEP = 200
const LARGEST_STEP = 100_000

/**
 * The rows below the id `before` that meet every condition, newest first. It reads the newest rows first and so never needs an index on what
 * is searched for; rows that few conditions are met by are looked for within the budget, and the page says how far that went.
 */
export async function walkDown(db: Db, walk: Walk, before: number, limits: WalkLimits): Promise<WalkEnd> {
  const startedAt = limits.now()
  const { low, high } = await readBounds(db, walk, before)
  const found: number[] = []
  const wanted = limits.limit + 1
  let from = high
  let size = FIRST_STEP
  while (from > low) {
    const began = limits.now()
    const step = await stepDown(db, walk, { from, low, size, limit: wanted })
    for (const row of step.rows) if (walk.keep === null || walk.keep(row.contact)) found.push(row.id)
    if (found.length >= wanted) return fullPage(db, walk, found.slice(0, limits.limit))
    from = step.next
    if (from <= low) break
    const [tookMs, leftMs] = [limits.now() - began, limits.budgetMs - (limits.now() - startedAt)]
    if (leftMs < tookMs / 8 || leftMs <= 0)
      return { ids: found, next: from, searchedUntil: await timeAt(db, walk, from) }
    size = nextSize(step.looked, tookMs, leftMs)
  }
  return { ids: found, next: null, searchedUntil: null }
}

async function fullPage(db: Db, walk: Walk, ids: readonly number[]): Promise<WalkEnd> {
  const last = ids.at(-1) ?? 0
  return { ids, next: last, searchedUntil: await timeAt(db, walk, last) }
}

/** Two thirds of the time that is left, at the pace of the last step. */
function nextSize(looked: number, tookMs: number, leftMs: number): number {
  const fits = Math.floor((looked * leftMs * 2) / (3 * Math.max(tookMs, 0.5)))
  return Math.min(LARGEST_STEP, Math.max(SMALLEST_STEP, Math.min(fits, looked * 8)))
}

interface Step {
  readonly from: number
  readonly low: number
  readonly size: number
  readonly limit: number
}

interface StepEnd {
  readonly rows: readonly { readonly id: number; readonly contact: string }[]
  /** Where the next one begins. */
  readonly next: number
  /** Rows it went through, at most. */
  readonly looked: number
}

async function stepDown(db: Db, walk: Walk, step: Step): Promise<StepEnd> {
  const floor = await floorOf(db, walk, step)
  const { rows } = await db.query<{ id: number; contact: string }>(stepText(walk), [
    step.from,
    floor,
    step.limit,
    ...walk.values,
  ])
  const last = rows.at(-1)
  if (rows.length === step.limit && last !== undefined) return { rows, next: last.id, looked: step.size }
  // Ids may have gaps as wide as what retention removed.
  const next = rows.length > 0 || floor <= step.low ? floor : await highest(db, walk, floor)
  return { rows, next, looked: step.size }
}

function stepText({ from, id, only, terms, contact }: Walk): string {
  const columns = `${id} as id, ${contact ?? `''`} as contact`
  const where = terms.map((term) => ` and ${term}`).join('')
  if (only === null) {
    return `select ${columns} from ${from} where ${id} < $1 and ${id} >= $2${where} order by ${id} desc limit $3`
  }
  return `select o.id, o.contact from unnest($4::${only.type}[]) as s (value) cross join lateral (
  select ${columns} from ${from} where ${pairs(only, '$1', '$2')}${where} order by ${only.column} desc, ${only.id} desc limit $3) o
order by o.id desc limit $3`
}

/** Compared as a pair, column and id can only be read from the index on both. */
function pairs({ column, id }: NonNullable<Walk['only']>, below: string, from: string): string {
  return `${column} is not null and (${column}, ${id}) < (s.value, ${below}::bigint) and (${column}, ${id}) >= (s.value, ${from}::bigint)`
}

/** The id down to which a step goes. Where every row will do, the limit alone ends it. */
async function floorOf(db: Db, walk: Walk, { from: below, low, size }: Step): Promise<number> {
  const { from, only, terms, values } = walk
  if (terms.length === 0 && walk.keep === null) return low
  if (only === null) return Math.max(low, below - size)
  // None of the values may have more rows above it than a step goes through.
  const { rows } = await db.query<{ floor: number | null }>(
    `select max(o.id) as floor from unnest($4::${only.type}[]) as s (value) cross join lateral (
  select ${only.id} as id from ${from} where ${pairs(only, '$1', '$2')} order by ${only.column} desc, ${only.id} desc offset $3 limit 1) o`,
    [below, low, size - 1, values[0]],
  )
  return Math.max(low, rows[0]?.floor ?? low)
}

/** Just above the highest id below this one; 0: there is none. */
async function highest(db: Db, { from, id }: Walk, below: number): Promise<number> {
  const { rows } = await db.query<{ id: number }>(
    `select ${id} as id from ${from} where ${id} < $1 order by ${id} desc limit 1`,
    [below],
  )
  return (rows[0]?.id ?? -1) + 1
}

async function timeAt(db: Db, { from, id, time }: Walk, at: number): Promise<Date | null> {
  const { rows } = await db.query<{ time: Date }>(
    `select ${time} as time from ${from} where ${id} >= $1 order by ${id} limit 1`,
    [at],
  )
  return rows[0]?.time ?? null
}

/** The ids between which the wanted rows lie: `low` ≤ id < `high`. */
async function readBounds(db: Db, walk: Walk, before: number): Promise<{ low: number; high: number }> {
  const moved = (moment: Date | null, by: number): Date | null => moment && new Date(moment.getTime() + by)
  const [low, top] = await Promise.all([
    idAt(db, walk, moved(walk.after, -SLACK_MS)),
    idAt(db, walk, moved(walk.before, SLACK_MS)),
  ])
  const high = Math.min(before, top ?? Number.MAX_SAFE_INTEGER)
  return { low: low ?? 0, high: walk.only === null ? await highest(db, walk, high) : high }
}

/** The lowest id that came at this moment or later, by halving; null: no moment was given. */
export async function idAt(
  db: Db,
  { from, id, time }: Pick<Walk, 'from' | 'id' | 'time'>,
  moment: Date | null,
): Promise<number | null> {
  if (moment === null) return null
  const { rows } = await db.query<{ id: number | null }>(
    `with recursive walk (lo, hi) as (
  select (select ${id} from ${from} order by ${id} limit 1), (select ${id} from ${from} order by ${id} desc limit 1) + 1
  union all
  select case when p.time < $1 then p.id + 1 else w.lo end, case when p.time < $1 then w.hi else (w.lo + w.hi) / 2 end
  from walk w left join lateral (
    select ${id} as id, ${time} as time from ${from} where ${id} >= (w.lo + w.hi) / 2 and ${id} < w.hi order by ${id} limit 1) p on true
  where w.lo < w.hi
)
select max(lo) as id from walk`,
    [moment],
  )
  return rows[0]?.id ?? 0
}
