/** Money in millionths of the routes' currency, so that sums are exact. */
export type Micros = number

const MICROS = 1_000_000

/** Shares of a limit at which somebody is told. */
export const SPEND_MARKS = [50, 80, 100] as const

export type SpendMark = (typeof SPEND_MARKS)[number]

/** Parts of a limit that a node takes at once, so that most messages ask nobody. */
const PARTS = 200

/** An amount of a currency, like 0.031, as a whole number. */
export function toMicros(amount: number): Micros {
  return Math.round(amount * MICROS)
}

/** As an amount of the currency. */
export function fromMicros(micros: Micros): number {
  return micros / MICROS
}

/** What a node takes from a day's limit at once: never less than it needs. */
export function portionOf(limit: Micros, needed: Micros): Micros {
  return Math.max(needed, Math.floor(limit / PARTS))
}

/** The highest mark that has been reached; null: none. */
export function spendMark(spent: Micros, limit: Micros): SpendMark | null {
  return SPEND_MARKS.findLast((mark) => spent * 100 >= limit * mark) ?? null
}

/** `2026-11-22`, in UTC. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}

/** Seconds until the next day begins, in UTC; at least 1. */
export function secondsOfDayLeft(at: Date): number {
  return Math.ceil((86_400_000 - (at.getTime() % 86_400_000)) / 1_000)
}
