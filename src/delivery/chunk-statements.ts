import type { DbClient } from '../store/db.ts'
import { moveChunks, type MovedChunk } from '../store/push/push-work.ts'
import { markMismatched, retireTokens, touchTokens, type Mismatch } from '../store/push/tokens.ts'
import type { Statement } from '../store/transaction.ts'
import type { PushPage } from './page.ts'

/** What is written of the flushes of a page: the chunks themselves, and what was learned of their tokens. */
export function chunkStatements(
  owner: number,
  push: readonly PushPage[],
): readonly [Statement<MovedChunk[]>, Statement<void>, Statement<void>, Statement<void>] {
  const flushes = push.flatMap(({ flushed }) => flushed.map(({ flush }) => flush))
  const moves = flushes.map((flush) => flush.move)
  const outcomes = flushes.flatMap((flush) => flush.outcomes)
  const retries = flushes.flatMap((flush) => flush.retries)
  const retired = flushes.flatMap((flush) => flush.retired)
  const mismatched = push.flatMap(mismatchesOf)
  const taken = flushes.flatMap((flush) => flush.taken)
  const [dead, reasons] = [retired.map(({ tokenId }) => tokenId), retired.map(({ reason }) => reason)]
  const since = retired.map((token) => token.since)
  return [
    unlessEmpty(moves, (client) => moveChunks(client, owner, moves, outcomes, retries)),
    unlessEmpty(dead, (client) => retireTokens(client, dead, reasons, since)),
    unlessEmpty(mismatched, (client) => markMismatched(client, mismatched)),
    unlessEmpty(taken, (client) => touchTokens(client, taken)),
  ]
}

function mismatchesOf({ lane, flushed }: PushPage): readonly Mismatch[] {
  const { project = '' } = lane.provider
  return flushed.flatMap(({ flush }) => flush.mismatched.map((tokenId) => ({ tokenId, project })))
}

export function unlessEmpty<T>(rows: readonly unknown[], statement: (client: DbClient) => Promise<T>): Statement<T> {
  return rows.length === 0 ? null : statement
}
