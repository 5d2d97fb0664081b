import { CATEGORIES, type Category } from '../domain/category.ts'
import { laneOf, type Lane } from '../domain/lane.ts'

/** Places of one provider's lanes, by category: those that are taken, and those kept for what is on its way in. */
export interface Places {
  /** Keeps a place where more than `left` are free, of them all; false: there is none. */
  reserve(category: Category, left?: number): boolean
  /**
   * Keeps the free places of each `wanted` lane (null: of all) that has at least `least`, but no more than `most` says; returns how many
   * those are.
   */
  reserveAll(wanted: ReadonlySet<Lane> | null, least: number, most: (category: Category) => number): Map<Lane, number>
  /** Gives kept places back, whether something has come in or not: what is in counts as held. */
  unreserve(category: Category, places: number): void
}

export interface PlacesParts {
  readonly provider: string
  /** Places of one category; 0 while nothing may come in. */
  readonly capacity: () => number
  /** Places of it that are taken. */
  readonly held: (category: Category) => number
}

export function createPlaces({ provider, capacity, held }: PlacesParts): Places {
  const reserved = new Map<Category, number>(CATEGORIES.map((category) => [category, 0]))

  const keep = (category: Category, places: number): void =>
    void reserved.set(category, (reserved.get(category) ?? 0) + places)
  const room = (category: Category): number => capacity() - held(category) - (reserved.get(category) ?? 0)

  return {
    reserve(category, left = 0) {
      if (room(category) <= left) return false
      keep(category, 1)
      return true
    },
    reserveAll(wanted, least, most) {
      const rooms = new Map<Lane, number>()
      for (const category of CATEGORIES) {
        const lane = laneOf(provider, category)
        if (wanted?.has(lane) === false) continue
        const free = Math.min(room(category), most(category))
        if (free <= 0 || free < least) continue
        rooms.set(lane, free)
        keep(category, free)
      }
      return rooms
    },
    unreserve: (category, places) => keep(category, -places),
  }
}
