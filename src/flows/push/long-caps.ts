import type { Category } from '../../domain/category.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import type { LongChunks } from '../../store/push/long-notifications.ts'
import { CHUNK_TARGETS } from '../../store/push/notifications.ts'
import { readTokenOwners, type TokenOwner } from '../../store/push/token-owners.ts'
import { createIdList, createIdSet, type IdList, type IdSet } from '../past/id-list.ts'
import { recipientOf, type PushCaps } from './push-caps.ts'

export interface CappedLong {
  readonly chunks: readonly LongChunks[]
  readonly capped: IdList
  /** Whose they are. */
  readonly recipients: ReadonlySet<string>
  /** It was counted, and not stored after all. Throws TidingsError where its people can't be looked up. */
  giveBack(): Promise<void>
}

/**
 * `caps`: null: nobody is left out. Leaves out of a long push who has been sent as many as the caps allow; 1,000 targets are looked at and counted at once. So many recipients are
 * not kept in memory: to give back what was counted they are looked up again. Throws TidingsError, and has given back then what it counted.
 */
export async function capLong(
  db: Db,
  caps: PushCaps | null,
  category: Category,
  chunks: readonly LongChunks[],
): Promise<CappedLong> {
  const capped = createIdList(CHUNK_TARGETS)
  if (caps === null || !caps.holds(category))
    return { chunks, capped, recipients: new Set(), giveBack: async () => undefined }
  const seen: Seen = { people: createIdSet(), capped: new Set() }
  const left: LongChunks[] = []
  const counted = createIdList(CHUNK_TARGETS)
  const giveBack = (): Promise<void> => giveBackAll(db, caps, category, counted)
  try {
    for (const group of chunks) {
      const going = createIdList(CHUNK_TARGETS)
      for (const block of group.blocks) {
        const out = await capBlock(db, caps, category, [...block], seen)
        for (const id of block) (out.has(id) ? capped : going).add(id)
        for (const id of block) if (!out.has(id)) counted.add(id)
      }
      if (going.size() > 0) left.push({ ...group, blocks: going.blocks() })
    }
  } catch (error) {
    // What it failed for is told, and not that this failed, too.
    await giveBack().catch(() => undefined)
    throw error
  }
  return { chunks: left, capped, recipients: seen.capped, giveBack }
}

/** `counted`: targets of those it was counted for. */
async function giveBackAll(db: Db, caps: PushCaps, category: Category, counted: IdList): Promise<void> {
  const people = createIdSet()
  for (const block of counted.blocks()) {
    const owners = await refusing(() => readTokenOwners(db, [...block]))
    caps.giveBack({ category, recipients: countedOnce(owners, people) })
  }
}

/** Each person once, over all blocks. */
function countedOnce(owners: readonly TokenOwner[], people: IdSet): readonly string[] {
  return owners.flatMap(({ tokenId, clientId, contact }) =>
    clientId === null || people.add(clientId) ? [recipientOf(tokenId, contact)] : [],
  )
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
  const recipients = countedOnce(owners, people)
  for (const recipient of await caps.count({ category, recipients })) capped.add(recipient)
  return new Set(owners.flatMap(({ tokenId, contact }) => (capped.has(recipientOf(tokenId, contact)) ? [tokenId] : [])))
}
