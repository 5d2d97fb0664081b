import { TidingsError } from '../domain/errors.ts'
import { dayOf, portionOf, secondsOfDayLeft, spendMark, type Micros, type SpendMark } from '../domain/spend.ts'
import type { Db } from '../store/db.ts'
import { refusing } from '../store/faults.ts'
import { returnPortion, takePortion } from '../store/rules.ts'

/** What a message costs, and whose limits that counts for. */
export interface Bill {
  readonly cost: Micros
  /** `key:` and the public id of a key. */
  readonly who: string
  /** The row of the key; null: it came without one. */
  readonly keyId: number | null
  /** Of a day; null: no limit. */
  readonly limit: Micros | null
}

/** The limits of a day, over all nodes. Each node takes parts of them in advance, so that most messages ask nobody. */
export interface Spending {
  /** Takes what messages cost: all of it, or nothing. Null: it was there; else resolves when it is. Rejects with `spend_limit`. */
  take(bills: readonly Bill[]): Promise<void> | null
  /** They were not stored after all. */
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

  function purseOf(keyId: number, who: string, limit: Micros): Purse {
    const known = purses.get(keyId)
    const day = dayOf(parts.clock())
    if (known !== undefined && known.day === day) {
      known.limit = limit
      return known
    }
    const purse = { keyId, who, limit, day, left: 0, tooMuch: Infinity, askAgainAt: 0, filling: null }
    purses.set(keyId, purse)
    return purse
  }

  /** What each limit is asked for. */
  function charges(bills: readonly Bill[]): Map<Purse, Micros> {
    const sums = new Map<Purse, Micros>()
    const add = (purse: Purse, cost: Micros): void => void sums.set(purse, (sums.get(purse) ?? 0) + cost)
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
    const mark = granted === 0 ? 100 : spendMark(taken, purse.limit)
    if (mark !== null) parts.onMark(mark, purse.who)
    purse.tooMuch = granted > 0 ? Infinity : needed
    if (granted > 0) return
    purse.askAgainAt = parts.clock().getTime() + ASK_AGAIN_MS
    throw reached(purse, parts.clock())
  }

  /** Takes from one limit, or throws. Of callers who come at once some find that others were faster: each turn serves one at least, or ends. */
  async function draw(purse: Purse, cost: Micros): Promise<void> {
    while (purse.left < cost) {
      if (cost >= purse.tooMuch && parts.clock().getTime() < purse.askAgainAt) throw reached(purse, parts.clock())
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

  async function drawAll(sums: ReadonlyMap<Purse, Micros>): Promise<void> {
    const drawn: (readonly [Purse, Micros])[] = []
    try {
      for (const [purse, cost] of sums) {
        await draw(purse, cost)
        drawn.push([purse, cost])
      }
    } catch (error) {
      for (const [purse, cost] of drawn) purse.left += cost
      throw error
    }
  }

  return {
    take(bills) {
      const sums = charges(bills)
      if ([...sums].some(([purse, cost]) => purse.left < cost)) return drawAll(sums)
      for (const [purse, cost] of sums) purse.left -= cost
      return null
    },
    giveBack(bills) {
      for (const [purse, cost] of charges(bills)) purse.left += cost
    },
    async close() {
      const rest = [...purses.values()].filter(({ left }) => left > 0)
      purses.clear()
      for (const { keyId, day, left } of rest) await returnPortion(parts.db, keyId, day, left)
    },
  }
}

/** There was too little for another, which may be enough for this one. Whatever else went wrong goes wrong for all. */
function passOver(error: unknown): void {
  if (!(error instanceof TidingsError) || error.code !== 'spend_limit') throw error
}

function reached({ who, keyId }: Purse, now: Date): TidingsError {
  const whose = keyId === EVERYBODY ? 'SPEND_LIMIT_PER_DAY' : `The spend_limit of ${who}`
  return new TidingsError('spend_limit', `${whose} is reached; the next day begins at 00:00 UTC`, {
    retryAfterSeconds: secondsOfDayLeft(now),
  })
}
