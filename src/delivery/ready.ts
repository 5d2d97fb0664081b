import { CATEGORIES, type Category } from '../domain/category.ts'
import { whoseTurn } from '../domain/lane.ts'
import type { SmsWork } from '../store/sms/sms-work.ts'

/** Messages of one provider that wait for a place in its window, by category: the urgent ones don't queue behind the others. */
export interface ReadyMessages {
  add(work: SmsWork): void
  /** At most `most`, each category in its turn, the oldest first. */
  take(most: number): SmsWork[]
  /** All of the categories that `wanted` wants. */
  takeAll(wanted: (category: Category) => boolean): SmsWork[]
  /** Takes out those that `keep` does not want. */
  dropUnless(keep: (work: SmsWork) => boolean): SmsWork[]
  count(category: Category): number
  isEmpty(): boolean
}

export function createReadyMessages(): ReadyMessages {
  const queues = new Map<Category, SmsWork[]>(CATEGORIES.map((category) => [category, []]))
  let turn = 0

  const queueOf = (category: Category): SmsWork[] => queues.get(category) ?? []

  return {
    add: (work) => void queueOf(work.category).push(work),
    take(most) {
      const works: SmsWork[] = []
      while (works.length < most) {
        const category = whoseTurn(turn++, (one) => queueOf(one).length > 0)
        const work = category === null ? undefined : queueOf(category).shift()
        if (work === undefined) break
        works.push(work)
      }
      return works
    },
    takeAll: (wanted) => CATEGORIES.filter(wanted).flatMap((category) => queueOf(category).splice(0)),
    dropUnless(keep) {
      const all = CATEGORIES.flatMap((category) => queueOf(category).splice(0))
      for (const work of all) if (keep(work)) queueOf(work.category).push(work)
      return all.filter((work) => !keep(work))
    },
    count: (category) => queueOf(category).length,
    isEmpty: () => CATEGORIES.every((category) => queueOf(category).length === 0),
  }
}
