import { CATEGORIES, type Category } from './category.ts'

/** Where a message waits: its provider and category, so that a backlog of one never blocks another. */
export type Lane = `${string}:${Category}`

export function laneOf(provider: string, category: Category): Lane {
  return `${provider}:${category}`
}

export function categoryOf(lane: string): Category {
  return CATEGORIES.find((category) => lane.endsWith(`:${category}`)) ?? 'transactional'
}

/** Slots out of seven, while all three have something waiting: one-time codes go first, marketing is never starved. */
const TURNS: readonly Category[] = ['otp', 'transactional', 'otp', 'transactional', 'otp', 'marketing', 'otp']

/** Whose turn it is at step `turn` among those that have something waiting; null when nothing waits. */
export function whoseTurn(turn: number, waits: (category: Category) => boolean): Category | null {
  const preferred = TURNS[turn % TURNS.length]
  if (preferred !== undefined && waits(preferred)) return preferred
  return CATEGORIES.find((category) => waits(category)) ?? null
}
