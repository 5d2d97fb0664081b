import type { Db } from '../db.ts'

/** Makes the partitions for the ids in use and the next two ranges; nearly free when they are there. */
export async function ensurePartitions(db: Db): Promise<void> {
  await db.query(`select ensure_partitions()`)
}
