import type { Db } from '../db.ts'
import { insertFallbacks } from './fallbacks.ts'
import { insertNotifications, type InsertedNotification, type NewNotification } from './notifications.ts'
import { inTransaction } from '../transaction.ts'

/** One commit for a whole batch. Few have an SMS to fall back on: only then are there two statements. Null where a key was taken already. */
export async function insertPushes(
  db: Db,
  owner: number,
  batch: readonly NewNotification[],
): Promise<(InsertedNotification | null)[]> {
  if (batch.every(({ fallback }) => fallback === undefined)) return insertNotifications(db, owner, batch)
  return inTransaction(db, async (client) => {
    const made = await insertNotifications(client, owner, batch)
    const fallbacks = batch.flatMap(({ fallback }, index) => {
      const id = made[index]?.id
      return fallback === undefined || id === undefined ? [] : [{ ...fallback, notificationId: id }]
    })
    if (fallbacks.length > 0) await insertFallbacks(client, fallbacks)
    return made
  })
}
