import type { Logger } from 'pino'
import { MOST_CRASHES } from '../domain/retry.ts'
import type { Db } from '../store/db.ts'
import { listUnemptied, markEmptied } from '../store/nodes/nodes.ts'
import {
  expireDue,
  freeDue,
  listQuiet,
  ownsAnything,
  reclaimChunks,
  reclaimMessages,
  type Reclaim,
  type Reclaimed,
} from '../store/nodes/reclaim.ts'
import { claimExpiredChunks } from '../store/push/push-work.ts'
import type { Lease } from './lease.ts'
import type { PushLane } from './push-lane.ts'

export interface SweepParts {
  readonly db: Db
  readonly lease: Lease
  readonly log: Logger
  /** Providers that can be asked what became of a submission. */
  readonly reconcilable: readonly string[]
  /** Whether this node holds the chunk in memory. */
  readonly holdsChunk: (chunkId: number) => boolean
  readonly onReclaimed: ((taken: Reclaimed) => void) | undefined
}

const BATCH = 500

/** A row of ours that nothing touched for this long, and that is not in memory, has been lost sight of. */
const QUIET_SECONDS = 10

/** Takes over what ended nodes still own. Resolves when there is nothing left to take now. */
export async function takeOver(parts: SweepParts): Promise<void> {
  const { db, lease } = parts
  await lease.reap()
  for (const node of await listUnemptied(db)) {
    const all = { owner: node.id, only: null, quietSeconds: null }
    await reclaimAll(parts, { ...all, lowMessageId: node.lowMessageId, submitted: true })
    await reclaimChunks(db, all)
    await freeDue(db, node.id)
    if (!(await ownsAnything(db, node.id, node.lowMessageId))) await markEmptied(db, node.id)
  }
}

/** Finds rows that are ours in the database but not in memory (a COMMIT whose answer was lost leaves such) and puts them to work again. */
export async function sweepOwn(parts: SweepParts): Promise<void> {
  const { db, lease } = parts
  const owner = lease.owner()
  const swept = lease.open().beginSweep()
  const quiet = await listQuiet(db, owner, lease.open().low(), QUIET_SECONDS)
  // Asked after the query: what came into memory meanwhile is not lost.
  const messages = quiet.messages.filter((id) => !lease.open().has(id))
  const chunks = quiet.chunks.filter((id) => !parts.holdsChunk(id))
  if (lease.owner() !== owner) return
  const lost = messages.filter((id) => lease.open().wasLost(id))
  const unknown = messages.filter((id) => !lost.includes(id))
  // A claim whose answer was late may come into memory and be started even now: that touches its row, which is quiet no more.
  const still = { owner, lowMessageId: 0, quietSeconds: QUIET_SECONDS }
  if (lost.length > 0) await reclaimAll(parts, { ...still, only: lost, submitted: true })
  if (unknown.length > 0) await reclaimAll(parts, { ...still, only: unknown, submitted: false })
  if (chunks.length > 0) await reclaimChunks(db, { ...still, only: chunks })
  await freeDue(db, owner)
  swept()
}

/**
 * Ends what waited past its validity, also in lanes that no node serves any more, or that are paused. Chunks of lanes that are not among
 * `served` are given to `lane`, which ends them without submitting anything.
 */
export async function expireLate(
  db: Db,
  lease: Lease,
  served: readonly string[],
  lane: PushLane,
  now: () => number,
): Promise<boolean> {
  const messages = await expireDue(db, BATCH)
  const askedAt = now()
  lane.offer(await claimExpiredChunks(db, lease.owner(), served, 10), askedAt)
  return messages === BATCH
}

async function reclaimAll(
  parts: SweepParts,
  which: Omit<Reclaim, 'reconcilable' | 'mostCrashes' | 'limit'>,
): Promise<void> {
  const { db, reconcilable, log } = parts
  for (;;) {
    const taken = await reclaimMessages(db, { ...which, reconcilable, mostCrashes: MOST_CRASHES, limit: BATCH })
    const count = taken.waiting + taken.uncertain + taken.poisoned + taken.proven
    if (count === 0) return
    parts.onReclaimed?.(taken)
    log.warn({ event: 'messages.reclaimed', owner: which.owner, ...taken }, 'messages were taken over')
  }
}
