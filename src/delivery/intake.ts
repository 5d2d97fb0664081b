import { usualConsentGroup, type ConsentGroup, type Ended } from '../domain/consent.ts'
import type { FlaggedMode, FlagReason } from '../domain/sms/number-flags.ts'
import type { Db } from '../store/db.ts'
import { readDbFault, unavailable } from '../store/faults.ts'
import { insertMessages, type InsertedMessage, type NewMessage } from '../store/sms/messages.ts'
import { pin, type Pinned } from '../store/pinned.ts'
import { isServerRefusal } from '../store/transaction.ts'
import { insertPushes } from '../store/push/new-pushes.ts'
import type { InsertedNotification, NewNotification } from '../store/push/notifications.ts'
import { loadChunks } from '../store/push/push-work.ts'
import { reach } from '../store/reach.ts'
import { createBatchIntake, type BatchIntake } from './batch-intake.ts'
import { firstAttempt, toWork } from './fresh-work.ts'
import { createGatherer } from './gather.ts'
import type { Lease } from './lease.ts'
import { refusePartsBesideOlder } from './older-nodes.ts'
import type { PushLane } from './push-lane.ts'
import type { SmsLane } from './sms-lane.ts'

/** Takes messages in: durable when the promise resolves, then at work. */
export interface Intake {
  /** Resolves with the message's id after COMMIT; null: its idempotency key was taken already. Rejects with TidingsError. */
  addSms(message: Omit<NewMessage, 'place'>): Promise<number | null>
  /** The same, and tells whether it is to be sent. */
  acceptSms(message: Omit<NewMessage, 'place'>): Promise<TakenSms | null>
  addPush(notification: Omit<NewNotification, 'held'>): Promise<InsertedNotification | null>
  addBatch: BatchIntake['addBatch']
  addLongPush: BatchIntake['addLongPush']
  /** Resolves when nothing is being written any more. */
  close(): Promise<void>
}

export interface TakenSms {
  readonly id: number
  /** Null: it is to be sent. */
  readonly ended: Ended | null
  /** Why its number is flagged; null: it is not. */
  readonly flag: FlagReason | null
}

export interface IntakeParts {
  readonly smsDb: Db
  /** Apart, so that a long list, of targets or of messages, does not hold up the short messages. */
  readonly pushDb: Db
  readonly lease: () => Lease
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** Whose opt-outs hold for a message; without it those of one group of all senders do. */
  readonly groupOf?: ConsentGroup
  /** What is done about flagged numbers; without it its caller is warned. */
  readonly flagged?: FlaggedMode
  readonly smsLane: (provider: string) => SmsLane | null
  readonly pushLane: (provider: string) => PushLane | null
}

/** Messages in one statement, and callers that may wait for the next. */
const MOST_SMS = 1_000
const MOST_WAITING = 10_000

/** Pushes in one statement. */
const MOST_PUSHES = 200

export function createIntake(parts: IntakeParts): Intake {
  const connection = pin(parts.smsDb)
  const sms = createGatherer<NewMessage, TakenSms | null>({
    most: MOST_SMS,
    queue: MOST_WAITING,
    commit: (rows) => commitSms(parts, connection, rows),
  })
  const push = createGatherer<NewNotification, InsertedNotification | null>({
    most: MOST_PUSHES,
    queue: MOST_WAITING,
    commit: (rows) => commitPush(parts, rows),
  })
  const { groupOf = usualConsentGroup, flagged = 'warn' } = parts
  const { lease, smsLane } = parts
  const batches = createBatchIntake({ db: parts.pushDb, lease, smsLane, groupOf, flagged })

  async function acceptSms(message: Omit<NewMessage, 'place'>): Promise<TakenSms | null> {
    const lane = parts.smsLane(message.provider)
    const { extras } = message
    const now = extras === null || (extras.sendAt === null && extras.ended === undefined)
    const place = now ? (lane?.reserve(message.category) ?? 'wait') : 'wait'
    return withPlace(sms.add({ ...message, place }), () => lane?.release(message.category, place))
  }

  return {
    addBatch: batches.addBatch,
    addLongPush: batches.addLongPush,
    acceptSms,
    addSms: async (message) => (await acceptSms(message))?.id ?? null,
    async addPush(notification) {
      await refusePartsBesideOlder(parts.pushDb, notification)
      const row = withPlaces(parts, notification)
      return withPlace(push.add(row), () => unreserveAll(parts, row))
    },
    async close() {
      await Promise.all([sms.idle(), push.idle(), batches.idle()])
      connection.release()
    },
  }
}

/** A longer list has several chunks: they wait for whichever node has room, this one included. */
const HELD_TARGETS = 1_000

/** A place in the lane of each way that it goes by, where there is one. */
function withPlaces(parts: IntakeParts, notification: Omit<NewNotification, 'held'>): NewNotification {
  const { sendAt, category, provider, tokenIds, others } = notification
  const reserve = (way: string, targets: number, leavesAt: Date | null = null): boolean =>
    sendAt === null && leavesAt === null && targets <= HELD_TARGETS && (parts.pushLane(way)?.reserve(category) ?? false)
  const held = reserve(provider, tokenIds.length)
  if (others === undefined) return { ...notification, held }
  return {
    ...notification,
    held,
    others: others.map((way) => ({ ...way, held: reserve(way.provider, way.tokenIds.length, way.part?.leavesAt) })),
  }
}

function unreserveAll(parts: IntakeParts, { provider, category, held, others = [] }: NewNotification): void {
  if (held) parts.pushLane(provider)?.unreserve(category, 1)
  for (const way of others) if (way.held === true) parts.pushLane(way.provider)?.unreserve(category, 1)
}

/** The place that was kept goes back unless the row took it. */
async function withPlace<T>(added: Promise<T | null>, giveBack: () => void): Promise<T | null> {
  try {
    const result = await added
    if (result === null) giveBack()
    return result
  } catch (error) {
    giveBack()
    throw error
  }
}

async function commitSms(
  parts: IntakeParts,
  connection: Pinned,
  rows: readonly NewMessage[],
): Promise<(TakenSms | null)[]> {
  // Nothing is awaited before the statement is sent, if there is a connection.
  const client = connection.ready() ?? (await connection.open().catch(refuse))
  const lease = parts.lease()
  const owner = lease.owner()
  const batch = lease.open().beginBatch()
  const askedAt = parts.now()
  const made = await insertMessages(client, owner, rows, parts.groupOf, parts.flagged).catch((error: unknown) => {
    if (!isServerRefusal(error)) connection.drop()
    if (readDbFault(error).kind === 'unknown') batch.unknown()
    else batch.failed()
    throw error
  })
  const inserted = made.filter((one) => one !== null)
  batch.committed(
    inserted.map((one) => one.id),
    inserted.filter((one) => one.held).map((one) => one.id),
  )
  rows.forEach((row, index) => hand(parts, owner, row, made[index] ?? null, askedAt))
  return made
}

/** To its lane, with the place that was kept for it. */
function hand(parts: IntakeParts, owner: number, row: NewMessage, made: InsertedMessage | null, askedAt: number): void {
  const lane = parts.smsLane(row.provider)
  if (made === null || row.place === 'wait' || lane === null) return
  if (!made.held) lane.release(row.category, row.place)
  else if (row.place === 'hold') lane.offer([toWork(row, made.id, owner)])
  else lane.begin(toWork(row, made.id, owner), firstAttempt(row, made), askedAt)
}

async function commitPush(
  parts: IntakeParts,
  rows: readonly NewNotification[],
): Promise<(InsertedNotification | null)[]> {
  const owner = parts.lease().owner()
  await reach(parts.pushDb)
  const inserted = await insertPushes(parts.pushDb, owner, rows)
  // Should it fail, the sweep finds them.
  void hold(parts, owner, rows, inserted).catch(() => undefined)
  return inserted
}

/** Chunks this node keeps are read back with their tokens; should that fail, the sweep finds them. */
async function hold(
  parts: IntakeParts,
  owner: number,
  rows: readonly NewNotification[],
  inserted: readonly (InsertedNotification | null)[],
): Promise<void> {
  const held = rows.flatMap((row, index) => {
    const made = inserted[index]
    return made && (row.held || row.others?.some((way) => way.held === true) === true)
      ? [{ row, chunkIds: made.chunkIds }]
      : []
  })
  const ids = held.flatMap((one) => one.chunkIds)
  const askedAt = parts.now()
  const chunks = ids.length === 0 ? [] : await loadChunks(parts.pushDb, owner, ids).catch(() => [])
  for (const { row } of held) unreserveAll(parts, row)
  for (const provider of new Set(chunks.map((chunk) => chunk.provider))) {
    parts.pushLane(provider)?.offer(
      chunks.filter((chunk) => chunk.provider === provider),
      askedAt,
    )
  }
}

function refuse(cause: unknown): never {
  throw unavailable(cause)
}
