import { CATEGORIES, type Category } from '../domain/category.ts'
import { whoseTurn } from '../domain/lane.ts'

/** Somebody who takes from a pace, one message after the other. */
export interface Line {
  readonly category: Category
}

/** Who of those that wait goes next: the categories by turns, and within one category who has waited longest. */
export interface Lines {
  /** Whether it may have one of so many that are there, and how many others go before it where not. From now on it waits. */
  wait(line: Line, nowMs: number, held: number): { readonly isOver: boolean; readonly ahead: number }
  /** It took one, and waits no longer. */
  took(line: Line): void
}

/** One that waits asks every second; one that hasn't for so long has gone. */
const GONE_MS = 2_500

export function createLines(): Lines {
  const waiting = new Map<Category, Map<Line, number>>(CATEGORIES.map((category) => [category, new Map()]))
  let turn = 0
  const of = (category: Category): Map<Line, number> => waiting.get(category) ?? new Map<Line, number>()
  const size = (): number => CATEGORIES.reduce((sum, category) => sum + of(category).size, 0)

  function isNext(line: Line): boolean {
    const { category } = line
    return whoseTurn(turn, (one) => of(one).size > 0) === category && of(category).keys().next().value === line
  }

  /** Whoever's turn it is may be asleep: before a one-time code one message of the others goes, before the others all that wait. */
  function aheadOf(line: Line): number {
    const own = [...of(line.category).keys()]
    const others = size() - own.length
    return line.category === 'otp' ? own.indexOf(line) + Math.min(others, 1) : size() - 1
  }

  function forgetGone(nowMs: number): void {
    for (const lines of waiting.values()) {
      for (const [line, askedMs] of lines) if (nowMs - askedMs > GONE_MS) lines.delete(line)
    }
  }

  return {
    wait(line, nowMs, held) {
      // There is enough for everybody.
      if (held >= size() + 1) return { isOver: true, ahead: 0 }
      of(line.category).set(line, nowMs)
      forgetGone(nowMs)
      if (isNext(line)) return { isOver: true, ahead: 0 }
      const ahead = aheadOf(line)
      return { isOver: held >= ahead + 1, ahead }
    },
    took(line) {
      if (isNext(line)) turn += 1
      of(line.category).delete(line)
    },
  }
}
