import { TidingsError } from '../../domain/errors.ts'
import { dayOf, portionOf, secondsOfDayLeft, spendMark, type Micros, type SpendMark } from '../../domain/spend.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { returnPortion, takePortion } from '../../store/rules/rules.ts'

/** What a message costs, and whose limits that counts for. */
export interface Bill {
  readonly cost: Micros
  /** `key:` and the public id of a key. */
  readonly who: string
  /** The row of the key; null: it came without one. */
  readonly keyId: number | null
  /** Of a day; null: no limit. */
  readonly limit: Micros | null
  /** What `take` said when it was taken; absent: it was not. */
  readonly taken?: Taken
}

/** The day of each limit that something was taken from: `2026-11-22`, by the row of the key; 0: the limit of all callers together. */
export type Taken = ReadonlyMap<number, string>

/** The limits of a day, over all nodes. Each node takes parts of them in advance, so that most messages ask nobody. */
export interface Spending {
  /** Takes what messages cost: all of it, or nothing. A promise only where the database has to be asked. Rejects with `spend_limit`. */
  take(bills: readonly Bill[]): Taken | Promise<Taken>
  /** They were not stored after all: what they cost goes back to the days it was taken from. */
  giveBack(bills: readonly Bill[]): void
  /** Returns what was taken in advance. */
  close(): Promise<void>
}

export interface SpendingParts {
  readonly db: Db
  /** Of a day and all callers together; null: no limit. */
  readonly limit: Micros | null
  /** The database's. */
  readonly clock: () => Date
  /** So much of a limit was taken. `who`: `*` for all. */
  readonly onMark: (mark: SpendMark, who: string) => void
}

/** What this node has of one limit. */
interface Purse {
  readonly keyId: number
  readonly who: string
  limit: Micros
  day: string
  left: Micros
  /** What the cheapest message of the day so far costs. */
  cheapest: Micros
  /** There was less left than this, when it was last asked. */
  tooMuch: Micros
  askAgainAt: number
  filling: Promise<void> | null
}

/** After a refusal the database is asked again this much later: another node may have returned something. */
const ASK_AGAIN_MS = 5_000

const EVERYBODY = 0

export function createSpending(parts: SpendingParts): Spending {
  const purses = new Map<number, Purse>()
  const returning = new Set<Promise<void>>()

  function purseOf(keyId: number, who: string, limit: Micros): Purse {
    const known = purses.get(keyId)
    const day = dayOf(parts.clock())
    // The day is the database's: at midnight a clock that is behind it must not ask for a new portion with each message.
    if (known !== undefined && known.day >= day) {
      known.limit = limit
      return known
    }
    const most = { cheapest: Infinity, tooMuch: Infinity }
    const purse = { keyId, who, limit, day, left: 0, ...most, askAgainAt: 0, filling: null }
    purses.set(keyId, purse)
    return purse
  }

  /** What each limit is asked for. */
  function charges(bills: readonly Bill[]): Map<Purse, Micros> {
    const sums = new Map<Purse, Micros>()
    const add = (purse: Purse, cost: Micros): void => {
      purse.cheapest = Math.min(purse.cheapest, cost)
      sums.set(purse, (sums.get(purse) ?? 0) + cost)
    }
    for (const { cost, who, keyId, limit } of bills) {
      if (cost === 0) continue
      if (keyId !== null && limit !== null) add(purseOf(keyId, who, limit), cost)
      if (parts.limit !== null) add(purseOf(EVERYBODY, '*', parts.limit), cost)
    }
    return sums
  }

  async function fill(purse: Purse, needed: Micros): Promise<void> {
    const portion = portionOf(purse.limit, needed)
    const { granted, taken, day } = await refusing(() =>
      takePortion(parts.db, purse.keyId, purse.limit, portion, needed),
    )
    if (day !== purse.day) purse.left = 0
    purse.day = day
    purse.left += granted
    const mark = granted === 0 && isUsedUp(purse, taken) ? 100 : spendMark(taken, purse.limit)
    if (mark !== null) parts.onMark(mark, purse.who)
    purse.tooMuch = granted > 0 ? Infinity : needed
    if (granted > 0) return
    purse.askAgainAt = parts.clock().getTime() + ASK_AGAIN_MS
    throw reached(purse, needed, parts.clock())
  }

  /** Takes from one limit, or throws. Of callers who come at once some find that others were faster: each turn serves one at least, or ends. */
  async function draw(purse: Purse, cost: Micros): Promise<void> {
    while (purse.left < cost) {
      if (cost >= purse.tooMuch && parts.clock().getTime() < purse.askAgainAt) throw reached(purse, cost, parts.clock())
      // Others who wait for the same purse ask for themselves only if it is not enough for them.
      if (purse.filling !== null) await purse.filling.catch(passOver)
      else {
        purse.filling = fill(purse, cost).finally(() => {
          purse.filling = null
        })
        await purse.filling
      }
    }
    purse.left -= cost
  }

  async function drawAll(sums: ReadonlyMap<Purse, Micros>): Promise<Taken> {
    const taken = new Map<number, string>()
    try {
      for (const [purse, cost] of sums) {
        await draw(purse, cost)
        taken.set(purse.keyId, purse.day)
      }
      return taken
    } catch (error) {
      for (const [{ keyId }, cost] of sums) putBack(keyId, taken.get(keyId), cost)
      throw error
    }
  }

  /** `day` absent: nothing was taken. */
  function putBack(keyId: number, day: string | undefined, cost: Micros): void {
    if (day === undefined) return
    const purse = purses.get(keyId)
    if (purse?.day === day && day >= dayOf(parts.clock())) {
      purse.left += cost
      return
    }
    // Should it fail, that day has as much less left.
    const going: Promise<void> = returnPortion(parts.db, keyId, day, cost)
      .catch(() => undefined)
      .finally(() => returning.delete(going))
    returning.add(going)
  }

  return {
    take(bills) {
      const sums = charges(bills)
      if (sums.size === 0) return NOTHING
      if ([...sums].some(([purse, cost]) => purse.left < cost)) return drawAll(sums)
      const taken = new Map<number, string>()
      for (const [purse, cost] of sums) {
        purse.left -= cost
        taken.set(purse.keyId, purse.day)
      }
      return taken
    },
    giveBack(bills) {
      for (const [keyId, costs] of costsOf(bills)) for (const [day, cost] of costs) putBack(keyId, day, cost)
    },
    async close() {
      const rest = [...purses.values()].filter(({ left }) => left > 0)
      purses.clear()
      for (const { keyId, day, left } of rest) await returnPortion(parts.db, keyId, day, left)
      await Promise.all(returning)
    },
  }
}

const NOTHING: Taken = new Map()

/** What was taken from each limit, by its day: of a whole batch at once. */
function costsOf(bills: readonly Bill[]): ReadonlyMap<number, ReadonlyMap<string, Micros>> {
  const limits = new Map<number, Map<string, Micros>>()
  for (const { cost, taken = NOTHING } of bills) {
    for (const [keyId, day] of taken) {
      const days = limits.get(keyId) ?? new Map<string, Micros>()
      limits.set(keyId, days.set(day, (days.get(day) ?? 0) + cost))
    }
  }
  return limits
}

/** Something was spent, and the rest is not enough for the cheapest message so far: what was refused may only have been dear. */
function isUsedUp({ limit, cheapest }: Purse, taken: Micros): boolean {
  return taken > 0 && limit - taken < cheapest
}

/** There was too little for another, which may be enough for this one. Whatever else went wrong goes wrong for all. */
function passOver(error: unknown): void {
  if (!(error instanceof TidingsError) || error.code !== 'spend_limit') throw error
}

function reached({ who, keyId, limit }: Purse, cost: Micros, now: Date): TidingsError {
  const whose = keyId === EVERYBODY ? 'SPEND_LIMIT_PER_DAY' : `The spend_limit of ${who}`
  const problem = cost > limit ? 'is less than this costs' : 'leaves less than this costs today'
  return new TidingsError('spend_limit', `${whose} ${problem}; the next day begins at 00:00 UTC`, {
    retryAfterSeconds: secondsOfDayLeft(now),
  })
}
