import type { Logger } from 'pino'
import type { Db } from '../../store/db.ts'
import { markStale, type StaleStep } from '../../store/push/retired-tokens.ts'
import { inTransaction } from '../../store/transaction.ts'

export interface StaleParts {
  readonly db: Db
  readonly log: Logger
  /** Days after which a device that was not seen is marked; 0: never. */
  readonly staleDays: number
  /** Days after which it is retired; 0: never. */
  readonly dropDays: number
}

/** Devices looked at in one transaction. */
const AT_ONCE = 5_000

/**
 * Goes through all devices once: marks and retires those that were not seen for long, and forgets whose those were that are gone for good. In small
 * transactions; breaking off does no harm.
 */
export async function lookForStale({ db, log, staleDays, dropDays }: StaleParts): Promise<void> {
  let [marked, retired] = [0, 0]
  for (let after: number | null = 0; after !== null;) {
    const from: number = after
    const step: StaleStep = await inTransaction(db, (client) =>
      markStale(client, from, AT_ONCE, { staleDays, dropDays }),
    )
    marked += step.marked
    retired += step.retired
    after = step.next
  }
  if (marked > 0) log.info({ event: 'tokens.stale', marked, retired }, 'devices were not seen for long')
}
