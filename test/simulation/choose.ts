import type { Db } from '../../src/store/db.ts'
import type { Side } from './both.ts'
import type { Tables } from './model/tables.ts'

/** A call of the store whose arguments the numbers choose, looking at what is there. */
export type Chosen = (tables: Tables, n: readonly number[]) => (db: Db, side: Side, ids: Ids) => Promise<unknown>

/** What stands in a place on one side: ids of `due` and of chunks may differ. */
export interface Ids {
  due(place: number): Promise<number>
  chunk(place: number): Promise<number>
}

/** The one of `from` that `n` chooses. */
export function at<T>(from: readonly [T, ...T[]], n: number | undefined): T {
  return from[(n ?? 0) % from.length] ?? from[0]
}

/** A message's or a notification's id that is likely there. */
export function id(n: number | undefined): number {
  return ((n ?? 0) % 5) + 1
}

export function owner(n: number | undefined): number {
  return ((n ?? 0) % 3) + 1
}

/** Room for everything: of rows that are due at the same moment, either may be the first. */
export function rooms(lanes: readonly string[]): Map<string, number> {
  return new Map(lanes.map((lane) => [lane, 50]))
}
