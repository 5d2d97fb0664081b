import type { Category } from '../../../src/domain/category.ts'
import { laneOf } from '../../../src/domain/lane.ts'
import { booleans, lockLiving, numbers, rows, texts, type Answer, type Statement } from './statement.ts'
import type { NotificationRow, Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'

export const NOTIFICATION_STATEMENTS: Readonly<Record<string, Statement>> = {
  'insert-notifications': insertNotifications,
}

/** What the columns of a chunk hold by default. */
export const NO_CHUNK = {
  attempt: 1,
  attemptsCounted: 0,
  uncertainAttempts: 0,
  crashes: 0,
  started: 0,
  settled: Buffer.alloc(0),
  tally: {},
  reason: null,
  providerMessageId: null,
  owner: null,
  doneAt: null,
  cancelledAt: null,
} as const

/** The model's notifications have no idempotency keys and no suppressed tokens. */
function insertNotifications(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { notifications, chunks, targets, sequences } = tables
  const owner = Number(values[0])
  const alive = lockLiving(tx, tables, owner)
  const held = booleans(values[13])
  const [ords, lists, sizes] = [numbers(values[19]), texts(values[20]), numbers(values[21])]
  const providers = texts(values[31])
  const made = numbers(values[11]).map((size, index) => {
    const notification = toNotification(tx, values, index, ++sequences.notification, size)
    tx.put(notifications, notification.id, notification)
    return notification
  })
  const ids = made.map((notification) => ({ id: notification.id, chunkIds: [] as number[] }))
  for (const [at, ord] of ords.entries()) {
    const notification = made[ord - 1]
    if (notification === undefined) continue
    const id = ++sequences.chunk
    const list = lists[at] ?? null
    const tokenIds = list === null ? null : numbers(list)
    tx.put(chunks, id, {
      ...NO_CHUNK,
      id,
      notificationId: notification.id,
      tokenIds,
      size: sizes[at] ?? 0,
      lane: laneOf(providers[at] ?? '', notification.category as Category),
      runAt: tx.now,
      updatedAt: tx.now,
      owner: alive && held[at] === true ? owner : null,
    })
    ids[ord - 1]?.chunkIds.push(id)
    if (notification.targets > Number(values[25])) continue
    for (const tokenId of tokenIds ?? []) putTarget(tx, targets, notification.id, tokenId)
  }
  return rows(...ids.map(({ id, chunkIds }, index) => ({ ord: index + 1, id, chunks: chunkIds })))
}

function toNotification(
  tx: Transaction,
  values: readonly unknown[],
  index: number,
  id: number,
  targets: number,
): NotificationRow {
  const column = (at: number): string | null => texts(values[at])[index] ?? null
  return {
    id,
    title: column(1) ?? '',
    body: column(2) ?? '',
    time: tx.now,
    topic: column(3),
    content: JSON.parse(column(4) ?? '{}'),
    category: column(6) ?? '',
    onUncertain: column(7) ?? '',
    provider: column(8) ?? '',
    ttlSeconds: column(9) === null ? null : Number(column(9)),
    expiresAt: tx.now + Number(column(10)) * 1000,
    targets,
    tally: {},
  }
}

function putTarget(tx: Transaction, targets: Tables['targets'], notificationId: number, tokenId: number): void {
  const row = {
    notificationId,
    tokenId,
    status: 'queued' as const,
    reason: null,
    providerMessageId: null,
    uncertainAttempts: 0,
  }
  tx.put(targets, `${notificationId}.${tokenId}`, row)
}
