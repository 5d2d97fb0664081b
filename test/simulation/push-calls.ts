import { cancelChunks } from '../../src/store/past/cancel.ts'
import { insertNotifications } from '../../src/store/push/notifications.ts'
import {
  claimChunks,
  claimExpiredChunks,
  loadChunks,
  moveChunks,
  releaseChunks,
  type ChunkMove,
} from '../../src/store/push/push-work.ts'
import { reclaimChunks } from '../../src/store/nodes/reclaim.ts'
import { retireTokens, touchTokens } from '../../src/store/push/tokens.ts'
import { at, id, owner, rooms, type Chosen } from './choose.ts'
import { toNotification } from './senders.ts'

export const PUSH_LANES = ['push:otp', 'push:transactional']

export const PUSH_CALLS = {
  push: (_, n) => async (db) => {
    const validitySeconds = at([5, 60], n[3])
    const tokens = at([null, 1, 2], n[2])
    const one = {
      at: 0,
      category: at(['otp', 'transactional'] as const, n[1]),
      onUncertain: 'retry' as const,
      validitySeconds,
      tokens,
    }
    const made = await insertNotifications(db, owner(n[0]), [
      { ...toNotification(one, [1, 2, 3]), held: (n[4] ?? 0) % 2 === 0 },
    ])
    return made.map((notification) => notification && [notification.id, notification.chunkIds.length])
  },
  claimChunks: (_, n) => async (db) =>
    (await claimChunks(db, owner(n[0]), rooms(PUSH_LANES))).map(({ id: _id, ...row }) => row),
  claimExpired: (_, n) => async (db) =>
    (await claimExpiredChunks(db, owner(n[0]), at([[], ['push:otp']], n[1]), 50)).map(({ id: _id, ...row }) => row),
  load: (_, n) => async (db, _side, ids) =>
    (await loadChunks(db, owner(n[0]), [await ids.chunk(n[1] ?? 0)])).map(({ id: _id, ...row }) => row),
  move:
    ({ notifications }, n) =>
    async (db, _side, ids) => {
      const chunk = await ids.chunk(n[1] ?? 0)
      const move = moveOf(chunk, n)
      const common = { chunkId: chunk, notificationId: id(n[4]), uncertainAttempts: 0 }
      const outcome = {
        ...common,
        tokenId: at([1, 2], n[5]),
        status: at(['sent', 'failed'] as const, n[6]),
        reason: null,
        providerMessageId: null,
      }
      const retry = {
        ...common,
        lane: 'push:otp',
        tokenIds: [2],
        size: 1,
        attemptsCounted: 1,
        crashes: 0,
        waitMs: 10_000,
      }
      const pushed = notifications.rows.has(id(n[4]))
      const moved = await moveChunks(db, owner(n[0]), [move], pushed ? [outcome] : [], pushed ? [retry] : [])
      return moved.map(({ cancelled }) => cancelled)
    },
  cancelChunks: (_, n) => (db) => cancelChunks(db, id(n[0])),
  releaseChunks: (_, n) => async (db, _side, ids) =>
    releaseChunks(db, owner(n[0]), [await ids.chunk(n[1] ?? 0)], 1_000),
  retire: (_, n) => (db) => retireTokens(db, [at([1, 2, 3], n[0])], ['unregistered']),
  touch: (_, n) => (db) => touchTokens(db, [at([1, 2, 3], n[0])]),
  reclaimChunks: (_, n) => (db) =>
    reclaimChunks(db, { owner: owner(n[0]), only: null, quietSeconds: (n[1] ?? 0) % 2 === 0 ? null : 10 }),
} satisfies Record<string, Chosen>

function moveOf(chunk: number, n: readonly number[]): ChunkMove {
  const bits = at([0, 1, 3, 2], n[2])
  const done = bits === 3
  const tally = done ? { sent: 1 } : {}
  return {
    id: chunk,
    owner: owner(n[0]),
    from: at([0, 0, 1], n[3]),
    started: (n[3] ?? 0) % 3,
    settled: Buffer.from([bits]),
    tally,
    done,
    reason: null,
    providerMessageId: null,
  }
}
