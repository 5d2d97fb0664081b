import type { Failure } from '../domain/failure.ts'
import type { Outcome } from '../domain/provider.ts'
import { MOST_CRASHES } from '../domain/retry.ts'
import type { Status } from '../domain/status.ts'
import type { ChunkRetry, ChunkRow, TargetOutcome } from '../store/push/push-work.ts'
import { decideTarget, type TargetVerdict } from './decide-push.ts'

export interface DeadToken {
  readonly tokenId: number
  readonly reason: string
  /** From when on, where its push service says so. */
  readonly since: Date | null
}

/** What is written of outcomes that came since the last flush. */
interface Written {
  readonly outcomes: TargetOutcome[]
  readonly retries: ChunkRetry[]
  readonly ended: Status[]
  readonly dead: DeadToken[]
  readonly mismatched: number[]
  readonly taken: number[]
  /** A topic's one outcome has no row of its own: the chunk keeps it. */
  topic: { readonly reason: string | null; readonly providerMessageId: string | null }
}

export function writeOutcomes(
  row: ChunkRow,
  fresh: readonly { readonly index: number; readonly outcome: Outcome }[],
  age: { readonly ageMs: number; readonly remainingMs: number },
  parts: { readonly chance: () => number; readonly pauseMs: () => number },
): Written {
  const written: Written = {
    outcomes: [],
    retries: [],
    ended: [],
    dead: [],
    mismatched: [],
    taken: [],
    topic: { reason: null, providerMessageId: null },
  }
  const again = new Map<string, { retry: Omit<ChunkRetry, 'tokenIds' | 'size'>; tokenIds: number[]; size: number }>()
  const chance = parts.chance()
  for (const { index, outcome } of fresh) {
    const tokenId = row.tokenIds?.[index] ?? null
    const verdict = decideTarget(row, outcome, age, chance, parts.pauseMs())
    if (verdict.kind === 'again') addAgain(again, row, verdict, tokenId, isQuiet(outcome))
    else addEnd(written, row, verdict, tokenId)
    if (tokenId === null) continue
    if (outcome.kind === 'accepted') written.taken.push(tokenId)
    else if (outcome.failure.address === 'mismatch') written.mismatched.push(tokenId)
    else if (outcome.failure.address === 'retire') written.dead.push(deadToken(tokenId, outcome.failure))
  }
  for (const { retry, tokenIds, size } of again.values()) {
    written.retries.push({ ...retry, tokenIds: row.tokenIds === null ? null : tokenIds, size })
  }
  return written
}

function isQuiet(outcome: Outcome): boolean {
  return outcome.kind === 'refused' && outcome.failure.reason === 'quiet_hours'
}

function deadToken(tokenId: number, { reason, goneSince }: Failure): DeadToken {
  return { tokenId, reason, since: goneSince ?? null }
}

/** Between the repeats of targets that were in flight at two crashes: a full window is through in 50 s. */
const APART_MS = 250

function addAgain(
  again: Map<string, { retry: Omit<ChunkRetry, 'tokenIds' | 'size'>; tokenIds: number[]; size: number }>,
  row: ChunkRow,
  verdict: Extract<TargetVerdict, { kind: 'again' }>,
  tokenId: number | null,
  quiet: boolean,
): void {
  // A target that ends the process would take those around it along: after two crashes each of them goes alone.
  const apart = verdict.crashed && row.crashes + 2 >= MOST_CRASHES
  const waitMs = Math.ceil(verdict.waitMs / 1000) * 1000 + (apart ? again.size * APART_MS : 0)
  const key = `${waitMs} ${verdict.counted} ${verdict.uncertain} ${verdict.crashed} ${quiet}`
  const group = again.get(key) ?? {
    retry: {
      chunkId: row.id,
      notificationId: row.notificationId,
      lane: row.lane,
      attemptsCounted: row.attemptsCounted + (verdict.counted ? 1 : 0),
      uncertainAttempts: row.uncertainAttempts + (verdict.uncertain ? 1 : 0),
      crashes: row.crashes + (verdict.crashed ? 1 : 0),
      waitMs,
      quiet,
    },
    tokenIds: [],
    size: 0,
  }
  if (tokenId !== null) group.tokenIds.push(tokenId)
  group.size += 1
  again.set(key, group)
}

function addEnd(
  written: Written,
  row: ChunkRow,
  verdict: Extract<TargetVerdict, { kind: 'end' }>,
  tokenId: number | null,
): void {
  written.ended.push(verdict.status)
  if (tokenId === null) {
    written.topic = { reason: verdict.reason, providerMessageId: verdict.id }
    return
  }
  written.outcomes.push({
    chunkId: row.id,
    notificationId: row.notificationId,
    tokenId,
    status: verdict.status,
    reason: verdict.reason,
    providerMessageId: verdict.id,
    uncertainAttempts: row.uncertainAttempts + (verdict.uncertain ? 1 : 0),
  })
}
