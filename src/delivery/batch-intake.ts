import type { ConsentGroup } from '../domain/consent.ts'
import type { FlaggedMode } from '../domain/sms/number-flags.ts'
import { TidingsError } from '../domain/errors.ts'
import { insertBatch, type BatchKey, type BatchRow, type StoredBatch } from '../store/sms/batches.ts'
import type { Db } from '../store/db.ts'
import { readDbFault, toRefusal } from '../store/faults.ts'
import { insertLongNotification, type LongNotification } from '../store/push/long-notifications.ts'
import type { NewMessage, Place } from '../store/sms/messages.ts'
import type { SmsWork } from '../store/sms/sms-work.ts'
import { reach } from '../store/reach.ts'
import { toWork } from './fresh-work.ts'
import type { Lease } from './lease.ts'
import { refusePartsBesideOlder } from './older-nodes.ts'
import type { SmsLane } from './sms-lane.ts'
import { createTurns } from './turns.ts'

/** Takes many messages in with one commit, beside those that come one by one and without holding them up. */
export interface BatchIntake {
  /**
   * Stores up to 10,000 messages in one transaction; this node holds as many as its lanes have room for, the others wait in `due` for
   * whichever node has some. Resolves after COMMIT. `judge` sees
   * what became of them before: what it returns is kept as the answer for `key`, and if it throws nothing is stored. Rejects with
   * TidingsError.
   */
  addBatch(messages: readonly Omit<NewMessage, 'place'>[], key: BatchKey | null, judge: Judge): Promise<StoredBatch>
  /** The same for one push with many targets; null: its idempotency key was taken already. */
  addLongPush(long: LongNotification): Promise<number | null>
  /** Resolves when nothing is being written any more. */
  idle(): Promise<void>
}

type Judge = (rows: readonly BatchRow[]) => unknown

export interface BatchIntakeParts {
  /** Not the one that single messages are accepted through. */
  readonly db: Db
  readonly lease: () => Lease
  readonly smsLane: (provider: string) => SmsLane | null
  /** Whose opt-outs hold for a message. */
  readonly groupOf: ConsentGroup
  /** What is done about flagged numbers. */
  readonly flagged: FlaggedMode
}

interface Inserted {
  readonly stored: StoredBatch
  /** The mark under which this process holds some of them. */
  readonly owner: number
}

/** Transactions at once on one node: the others of the pool are for those who work beside. */
const AT_ONCE = 2

/** Repeats after another transaction was in the way. */
const REPEATS = 3

export function createBatchIntake({ db, lease, smsLane, groupOf, flagged }: BatchIntakeParts): BatchIntake {
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

  /** A place in its lane, where it may leave now and there is one. */
  function placeOf({ provider, category, extras }: Omit<NewMessage, 'place'>): Place {
    const now = extras === null || (extras.sendAt === null && extras.ended === undefined)
    return now ? (smsLane(provider)?.reserveOfMany(category) ?? 'wait') : 'wait'
  }

  async function insert(rows: readonly NewMessage[], key: BatchKey | null, judge: Judge): Promise<Inserted> {
    const owner = lease().owner()
    const batch = lease().open().beginBatch()
    try {
      const stored = await insertBatch({ db, owner, groupOf, flagged }, rows, key, judge)
      const made = stored.kind === 'stored' ? stored.rows.filter((row) => row.kind === 'made') : []
      batch.committed(
        made.map(({ id }) => id),
        made.filter(({ held }) => held).map(({ id }) => id),
      )
      return { stored, owner }
    } catch (error) {
      // What is refused by us is rolled back.
      if (!(error instanceof TidingsError) && readDbFault(error).kind === 'unknown') batch.unknown()
      else batch.failed()
      throw error
    }
  }

  /** To their lanes, with the places that were kept for them; those of the others go back. */
  function hand(rows: readonly NewMessage[], { stored, owner }: Inserted): void {
    const works = new Map<SmsLane, SmsWork[]>()
    rows.forEach((row, index) => {
      const made = stored.kind === 'stored' ? stored.rows[index] : undefined
      const lane = row.place === 'hold' ? smsLane(row.provider) : null
      if (lane === null) return
      if (made?.kind !== 'made' || !made.held) return lane.release(row.category, row.place)
      const mine = works.get(lane) ?? []
      mine.push(toWork(row, made.id, owner))
      works.set(lane, mine)
    })
    for (const [lane, mine] of works) lane.offer(mine)
  }

  async function store(
    messages: readonly Omit<NewMessage, 'place'>[],
    key: BatchKey | null,
    judge: Judge,
  ): Promise<StoredBatch> {
    const rows = messages.map((message) => ({ ...message, place: placeOf(message) }))
    const inserted = await attempt(() => insert(rows, key, judge)).catch((error: unknown) => {
      for (const { provider, category, place } of rows) smsLane(provider)?.release(category, place)
      throw error
    })
    hand(rows, inserted)
    return inserted.stored
  }

  return {
    addBatch: (messages, key, judge) => turns.take(() => store(messages, key, judge)),
    async addLongPush(long) {
      await refusePartsBesideOlder(db, { ...long.notification, others: long.chunks })
      return turns.take(() => attempt(() => insertLongNotification(db, lease().owner(), long)))
    },
    idle: () => turns.idle(),
  }
}
