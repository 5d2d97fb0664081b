import type { ConsentGroup } from '../domain/consent.ts'
import type { FlaggedMode } from '../domain/sms/number-flags.ts'
import { TidingsError } from '../domain/errors.ts'
import { insertBatch, type BatchKey, type BatchRow, type StoredBatch } from '../store/sms/batches.ts'
import type { Db } from '../store/db.ts'
import { readDbFault, toRefusal } from '../store/faults.ts'
import { insertLongNotification, type LongNotification } from '../store/push/long-notifications.ts'
import type { NewMessage } from '../store/sms/messages.ts'
import { reach } from '../store/reach.ts'
import { refusePartsBesideOlder } from './older-nodes.ts'
import { createTurns } from './turns.ts'

/** Takes many messages in with one commit, beside those that come one by one and without holding them up. */
export interface BatchIntake {
  /**
   * Stores up to 10,000 messages in one transaction; they wait in `due` for whichever node has room. Resolves after COMMIT. `judge` sees
   * what became of them before: what it returns is kept as the answer for `key`, and if it throws nothing is stored. Rejects with
   * TidingsError.
   */
  addBatch(
    messages: readonly Omit<NewMessage, 'place'>[],
    key: BatchKey | null,
    judge: (rows: readonly BatchRow[]) => unknown,
  ): Promise<StoredBatch>
  /** The same for one push with many targets; null: its idempotency key was taken already. */
  addLongPush(long: LongNotification): Promise<number | null>
  /** Resolves when nothing is being written any more. */
  idle(): Promise<void>
}

export interface BatchIntakeParts {
  /** Not the one that single messages are accepted through. */
  readonly db: Db
  /** The mark of this node. */
  readonly owner: () => number
  /** Whose opt-outs hold for a message. */
  readonly groupOf: ConsentGroup
  /** What is done about flagged numbers. */
  readonly flagged: FlaggedMode
}

/** Transactions at once on one node: the others of the pool are for those who work beside. */
const AT_ONCE = 2

/** Repeats after another transaction was in the way. */
const REPEATS = 3

export function createBatchIntake({ db, owner, groupOf, flagged }: BatchIntakeParts): BatchIntake {
  const turns = createTurns(AT_ONCE)

  async function attempt<T>(work: () => Promise<T>, repeats = REPEATS): Promise<T> {
    try {
      await reach(db)
      return await work()
    } catch (error) {
      if (error instanceof TidingsError) throw error
      const fault = readDbFault(error)
      if (fault.kind === 'conflict' && repeats > 0) return attempt(work, repeats - 1)
      throw toRefusal(fault, error) ?? error
    }
  }

  return {
    addBatch(messages, key, judge) {
      const rows = messages.map((message) => ({ ...message, place: 'wait' as const }))
      return turns.take(() => attempt(() => insertBatch({ db, owner: owner(), groupOf, flagged }, rows, key, judge)))
    },
    async addLongPush(long) {
      await refusePartsBesideOlder(db, { ...long.notification, others: long.chunks })
      return turns.take(() => attempt(() => insertLongNotification(db, owner(), long)))
    },
    idle: () => turns.idle(),
  }
}
