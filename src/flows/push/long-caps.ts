import type { Category } from '../../domain/category.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import type { LongChunks } from '../../store/push/long-notifications.ts'
import { CHUNK_TARGETS } from '../../store/push/notifications.ts'
import { readTokenOwners } from '../../store/push/token-owners.ts'
import { createIdList, createIdSet, type IdList, type IdSet } from '../past/id-list.ts'
import { recipientOf, type PushCaps } from './push-caps.ts'

export interface CappedLong {
  readonly chunks: readonly LongChunks[]
  readonly capped: IdList
}

/**
 * Leaves out of a long push who has been sent as many as the caps allow; 1,000 targets are looked at and counted at once. What was counted for
 * one that is not stored after all stays counted: so many recipients are not kept in memory. Throws TidingsError.
 */
export async function capLong(
  db: Db,
  caps: PushCaps,
  category: Category,
  chunks: readonly LongChunks[],
): Promise<CappedLong> {
  const capped = createIdList(CHUNK_TARGETS)
  if (!caps.holds(category)) return { chunks, capped }
  const seen: Seen = { people: createIdSet(), capped: new Set() }
  const left: LongChunks[] = []
  for (const group of chunks) {
    const going = createIdList(CHUNK_TARGETS)
    for (const block of group.blocks) {
      const out = await capBlock(db, caps, category, [...block], seen)
      for (const id of block) (out.has(id) ? capped : going).add(id)
    }
    if (going.size() > 0) left.push({ ...group, blocks: going.blocks() })
  }
  return { chunks: left, capped }
}

/** What earlier blocks have counted: a person's devices get it, or don't, all together. */
interface Seen {
  readonly people: IdSet
  readonly capped: Set<string>
}

/** Those that are left out. */
async function capBlock(
  db: Db,
  caps: PushCaps,
  category: Category,
  ids: readonly number[],
  { people, capped }: Seen,
): Promise<ReadonlySet<number>> {
  const owners = await refusing(() => readTokenOwners(db, ids))
  const counted = owners.flatMap(({ tokenId, clientId, contact }) =>
    clientId === null || people.add(clientId) ? [recipientOf(tokenId, contact)] : [],
  )
  for (const recipient of await caps.count({ category, recipients: counted })) capped.add(recipient)
  return new Set(owners.flatMap(({ tokenId, contact }) => (capped.has(recipientOf(tokenId, contact)) ? [tokenId] : [])))
}
