import { numbers } from './arrays.ts'
import type { Db, DbClient } from './db.ts'
import { insertNotifications, type NewNotification } from './notifications.ts'
import { inTransaction } from './transaction.ts'

/** A push with more targets than one statement should hold. */
export interface LongNotification {
  readonly notification: Omit<NewNotification, 'held' | 'tokenIds' | 'others' | 'suppressed'>
  /** Ids of tokens by the provider that they go by, each chunk up to 1,000; all different. */
  readonly chunks: ReadonlyMap<string, readonly Float64Array[]>
  /** Ids of tokens that are not sent to, by the reason. */
  readonly suppressed: ReadonlyMap<string, readonly Float64Array[]>
}

/** Chunks in one statement: fifty thousand targets. */
const CHUNKS_AT_ONCE = 50

/** One transaction of several statements: nobody sees anything of it before its COMMIT. Null where its key was taken already. */
export async function insertLongNotification(db: Db, owner: number, long: LongNotification): Promise<number | null> {
  const { notification, chunks, suppressed } = long
  return inTransaction(db, async (client) => {
    const bare = { ...notification, tokenIds: [], suppressed: [], held: false }
    const [made] = await insertNotifications(client, owner, [bare])
    if (made === null || made === undefined) return null
    for (const [provider, blocks] of chunks) {
      for (let from = 0; from < blocks.length; from += CHUNKS_AT_ONCE) {
        await addChunks(client, made.id, { ...notification, provider }, blocks.slice(from, from + CHUNKS_AT_ONCE))
      }
    }
    let left = 0
    for (const [reason, blocks] of suppressed) {
      for (const block of blocks) {
        await addSuppressed(client, made.id, reason, block)
        left += block.length
      }
    }
    await setTargets(client, made.id, count([...chunks.values()].flat()) + left, left)
    return made.id
  })
}

async function addChunks(
  client: DbClient,
  id: number,
  { provider, category, sendAt }: LongNotification['notification'],
  chunks: readonly Float64Array[],
): Promise<void> {
  await client.query({
    name: 'add-chunks',
    text: `insert into push_chunks (notification_id, token_ids, size, lane, run_at)
      select $1, c.ids::bigint[], c.size, $2, greatest($3::timestamptz, now()) from unnest($4::text[], $5::integer[]) as c (ids, size)`,
    values: [
      id,
      `${provider}:${category}`,
      sendAt?.toISOString() ?? null,
      chunks.map((chunk) => `{${chunk.join(',')}}`),
      numbers(chunks.map((chunk) => chunk.length)),
    ],
  })
}

async function addSuppressed(client: DbClient, id: number, reason: string, ids: Float64Array): Promise<void> {
  await client.query({
    name: 'add-suppressed',
    text: `insert into tokennotifications (token_id, notification_id, status, reason)
      select t, $1, 'suppressed', $2 from unnest($3::bigint[]) as t`,
    values: [id, reason, `{${ids.join(',')}}`],
  })
}

async function setTargets(client: DbClient, id: number, targets: number, suppressed: number): Promise<void> {
  await client.query({
    name: 'set-targets',
    text: 'update notifications set targets = $2, tally = $3 where id = $1',
    values: [id, targets, JSON.stringify(suppressed === 0 ? {} : { suppressed })],
  })
}

function count(chunks: readonly Float64Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}
