import type { Category } from '../domain/category.ts'
import type { TidingsError } from '../domain/errors.ts'

/** Whether there is room for more that is to be sent. */
export interface Room {
  /** Why nothing of this category is taken from this key now; null: there is room. */
  refusal(keyId: number | null, category: Category): TidingsError | null
}
