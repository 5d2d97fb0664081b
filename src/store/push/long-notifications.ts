import { numbers } from '../arrays.ts'
import type { PushPart } from '../../domain/push/push-part.ts'
import type { Db, DbClient } from '../db.ts'
import { insertFallbacks } from './fallbacks.ts'
import { insertNotifications, type NewNotification } from './notifications.ts'
import { inTransaction } from '../transaction.ts'

/** A push with more targets than one statement should hold. */
export interface LongNotification {
  readonly notification: Omit<NewNotification, 'held' | 'tokenIds' | 'others' | 'suppressed'>
  /** All different. */
  readonly chunks: readonly LongChunks[]
  /** Ids of tokens that are not sent to, by the reason. */
  readonly suppressed: ReadonlyMap<string, readonly Float64Array[]>
}

/** Targets that go by one provider, with the same words, at the same time. */
export interface LongChunks {
  readonly provider: string
  /** What they have of their own; null: nothing. */
  readonly part: PushPart | null
  /** Ids of tokens, each chunk up to 1,000. */
  readonly blocks: readonly Float64Array[]
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
    for (const { blocks, ...group } of chunks) {
      for (let from = 0; from < blocks.length; from += CHUNKS_AT_ONCE) {
        await addChunks(client, made.id, notification, { ...group, blocks: blocks.slice(from, from + CHUNKS_AT_ONCE) })
      }
    }
    let left = 0
    for (const [reason, blocks] of suppressed) {
      for (const block of blocks) {
        await addSuppressed(client, made.id, reason, block)
        left += block.length
      }
    }
    await setTargets(client, made.id, count(chunks.flatMap(({ blocks }) => blocks)) + left, left)
    const { fallback } = notification
    if (fallback !== undefined) await insertFallbacks(client, [{ ...fallback, notificationId: made.id }])
    return made.id
  })
}

async function addChunks(
  client: DbClient,
  id: number,
  { category, sendAt, lastSendAt = null, validitySeconds }: LongNotification['notification'],
  { provider, part, blocks }: LongChunks,
): Promise<void> {
  await client.query({
    name: 'add-chunks',
    text: `insert into push_chunks (notification_id, token_ids, size, lane, run_at, variant, zones, quiet, leaves_at, expires_at)
      select $1, c.ids::bigint[], c.size, $2, l.leaves, $6, $7, $8, case when $9 then l.leaves end,
        case when $9 then l.leaves + make_interval(secs => $10) end
      from unnest($4::text[], $5::integer[]) as c (ids, size), (select greatest($3::timestamptz, now()) as leaves) l`,
    values: [
      id,
      `${provider}:${category}`,
      (part?.leavesAt ?? sendAt)?.toISOString() ?? null,
      blocks.map((block) => `{${block.join(',')}}`),
      numbers(blocks.map((block) => block.length)),
      part?.variant ?? null,
      part?.zones ?? null,
      part?.isQuiet ?? false,
      lastSendAt !== null,
      validitySeconds,
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
