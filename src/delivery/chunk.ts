import type { Failure } from '../domain/failure.ts'
import type { Outcome, PushContent, PushTarget } from '../domain/provider.ts'
import { failure } from '../domain/failure.ts'
import { toPushContent } from '../domain/push-content.ts'
import { countBits, isMarked, mark } from './bits.ts'
import { MOST_CRASHES, nextStep, repeatWait } from '../domain/retry.ts'
import type { Status } from '../domain/status.ts'
import type { ChunkMove, ChunkRetry, ChunkRow, TargetOutcome } from '../store/push-work.ts'

/** What one flush writes of a chunk, and the range of targets that may be submitted once it is committed. */
export interface ChunkFlush {
  readonly move: ChunkMove
  readonly outcomes: readonly TargetOutcome[]
  readonly retries: readonly ChunkRetry[]
  /** Tokens found dead, with the reason. */
  readonly retired: readonly { readonly tokenId: number; readonly reason: string }[]
  /** Tokens the push service took. */
  readonly taken: readonly number[]
  readonly from: number
  readonly to: number
}

/** One chunk in memory. Its targets are started in order; their outcomes come in any order. */
export interface Chunk {
  readonly row: ChunkRow
  readonly content: PushContent
  target(index: number): PushTarget
  /** An outcome came; nothing is written yet. */
  settle(index: number, outcome: Outcome): void
  /** Whether a flush would write something or start something. */
  wantsFlush(maySend: boolean): boolean
  /** Everything that is known by now. The caller commits it before it asks again. */
  flush(maySend: boolean, retire: (tokenId: number) => boolean): ChunkFlush
  /** Its validity is over. */
  expired(): boolean
  /** Not started yet. */
  waiting(): number
  /** Started and without an outcome. */
  inFlight(): number
}

export interface ChunkParts {
  /** Targets in flight at once. */
  readonly window: number
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** When its row was asked for: its age and what is left of its validity count from there. */
  readonly askedAt: number
  readonly chance: () => number
  /** Milliseconds the lane is still paused: what comes back unsent waits that long. */
  readonly pauseMs: () => number
}

export function createChunk(row: ChunkRow, parts: ChunkParts): Chunk {
  const { window, now, askedAt } = parts
  const size = row.targets.length
  const settled = Buffer.alloc(Math.ceil(size / 8))
  row.settled.copy(settled)
  const tally: Record<string, number> = { ...row.tally }
  let [started, settledCount] = [row.started, countBits(settled)]
  let fresh: { readonly index: number; readonly outcome: Outcome }[] = inDoubt(row, settled)

  const remainingMs = (): number => row.remainingMs - (now() - askedAt)
  const inFlight = (): number => started - settledCount - fresh.length

  function places(maySend: boolean): number {
    if (!maySend) return 0
    const free = Math.min(window - inFlight(), size - started)
    // Small steps would cost a commit each: start again when a good part of the window is free, or the rest fits.
    return free >= Math.min(window / 4, size - started) ? free : 0
  }

  function expireRest(): void {
    if (remainingMs() > 0) return
    for (; started < size; started++) fresh.push({ index: started, outcome: EXPIRED })
  }

  function flush(maySend: boolean, retire: (tokenId: number) => boolean): ChunkFlush {
    expireRest()
    const writing = fresh
    fresh = []
    const written = writeOutcomes(
      row,
      writing,
      { ageMs: row.ageMs + now() - askedAt, remainingMs: remainingMs() },
      parts,
    )
    for (const { index } of writing) mark(settled, index)
    settledCount += writing.length
    for (const status of written.ended) tally[status] = (tally[status] ?? 0) + 1
    const from = started
    started += places(maySend)
    return {
      move: {
        id: row.id,
        owner: row.owner,
        started,
        settled: Buffer.from(settled),
        tally: { ...tally },
        done: settledCount === size,
        ...written.topic,
      },
      outcomes: written.outcomes,
      retries: written.retries,
      retired: written.dead.filter((dead) => retire(dead.tokenId)),
      taken: written.taken,
      from,
      to: started,
    }
  }

  return {
    row,
    content: contentOf(row),
    target: (index) => row.targets[index] ?? { kind: 'token', value: '' },
    settle: (index, outcome) => void fresh.push({ index, outcome }),
    wantsFlush: (maySend) => fresh.length > 0 || places(maySend) > 0 || (started < size && remainingMs() <= 0),
    flush,
    expired: () => remainingMs() <= 0,
    waiting: () => size - started,
    inFlight,
  }
}

/** What a target gets whose notification's validity is over. */
export const TOO_LATE = failure('permanent', 'expired', { status: 'expired' })

const EXPIRED: Outcome = { kind: 'refused', failure: TOO_LATE }

/** What a dead owner had started and not settled: handed over, perhaps. */
function inDoubt(row: ChunkRow, settled: Buffer): { index: number; outcome: Outcome }[] {
  const lost: Outcome = { kind: 'refused', failure: failure('uncertain', 'node_lost') }
  const found = []
  for (let index = 0; index < row.started; index++) if (!isMarked(settled, index)) found.push({ index, outcome: lost })
  return found
}

interface Written {
  readonly outcomes: TargetOutcome[]
  readonly retries: ChunkRetry[]
  readonly ended: Status[]
  readonly dead: { tokenId: number; reason: string }[]
  readonly taken: number[]
  /** A topic's one outcome has no row of its own: the chunk keeps it. */
  topic: { readonly reason: string | null; readonly providerMessageId: string | null }
}

function writeOutcomes(
  row: ChunkRow,
  fresh: readonly { readonly index: number; readonly outcome: Outcome }[],
  age: { readonly ageMs: number; readonly remainingMs: number },
  parts: ChunkParts,
): Written {
  const written: Written = {
    outcomes: [],
    retries: [],
    ended: [],
    dead: [],
    taken: [],
    topic: { reason: null, providerMessageId: null },
  }
  const again = new Map<string, { retry: Omit<ChunkRetry, 'tokenIds' | 'size'>; tokenIds: number[]; size: number }>()
  const chance = parts.chance()
  for (const { index, outcome } of fresh) {
    const tokenId = row.tokenIds?.[index] ?? null
    const verdict = judge(row, outcome, age, chance, parts.pauseMs())
    if (verdict.kind === 'again') addAgain(again, row, verdict, tokenId)
    else addEnd(written, row, verdict, tokenId)
    if (tokenId === null) continue
    if (outcome.kind === 'accepted') written.taken.push(tokenId)
    else if (outcome.failure.address !== 'keep') written.dead.push({ tokenId, reason: outcome.failure.reason })
  }
  for (const { retry, tokenIds, size } of again.values()) {
    written.retries.push({ ...retry, tokenIds: row.tokenIds === null ? null : tokenIds, size })
  }
  return written
}

type Verdict =
  | {
      readonly kind: 'end'
      readonly status: Status
      readonly reason: string | null
      readonly id: string | null
      readonly uncertain: boolean
    }
  | {
      readonly kind: 'again'
      readonly waitMs: number
      readonly counted: boolean
      readonly uncertain: boolean
      readonly crashed: boolean
    }

function judge(
  row: ChunkRow,
  outcome: Outcome,
  age: { readonly ageMs: number; readonly remainingMs: number },
  chance: number,
  pauseMs: number,
): Verdict {
  if (outcome.kind === 'accepted') {
    return { kind: 'end', status: outcome.status, reason: null, id: outcome.providerMessageId, uncertain: false }
  }
  const { failure: failed } = outcome
  const step = nextStep(failed, { ...age, attemptsCounted: row.attemptsCounted + (failed.counted ? 1 : 0) }, chance)
  switch (step.kind) {
    case 'retry':
      return {
        kind: 'again',
        waitMs: Math.max(step.waitMs, pauseMs),
        counted: failed.counted,
        uncertain: false,
        crashed: false,
      }
    case 'end': {
      const status = row.uncertainAttempts > 0 && failed.address === 'keep' ? 'uncertain' : step.status
      return { kind: 'end', status, reason: step.reason, id: null, uncertain: false }
    }
    case 'doubt':
      return afterDoubt(row, failed, chance, pauseMs)
  }
}

function afterDoubt(row: ChunkRow, failed: Failure, chance: number, pauseMs: number): Verdict {
  const crashed = failed.reason === 'node_lost'
  if (crashed && row.crashes + 1 >= MOST_CRASHES)
    return { kind: 'end', status: 'failed', reason: 'poison', id: null, uncertain: true }
  // Push services can't be asked after a message: to reconcile is to repeat.
  if (row.onUncertain === 'fail')
    return { kind: 'end', status: 'uncertain', reason: failed.reason, id: null, uncertain: true }
  const waitMs = repeatWait(row.attemptsCounted + 1, chance)
  if (waitMs === null) return { kind: 'end', status: 'uncertain', reason: 'exhausted', id: null, uncertain: true }
  return {
    kind: 'again',
    waitMs: Math.max(waitMs, failed.waitMs ?? 0, pauseMs),
    counted: true,
    uncertain: true,
    crashed,
  }
}

/** Between the repeats of targets that were in flight at two crashes: a full window is through in 50 s. */
const APART_MS = 250

function addAgain(
  again: Map<string, { retry: Omit<ChunkRetry, 'tokenIds' | 'size'>; tokenIds: number[]; size: number }>,
  row: ChunkRow,
  verdict: Extract<Verdict, { kind: 'again' }>,
  tokenId: number | null,
): void {
  // A target that ends the process would take those around it along: after two crashes each of them goes alone.
  const apart = verdict.crashed && row.crashes + 2 >= MOST_CRASHES
  const waitMs = Math.ceil(verdict.waitMs / 1000) * 1000 + (apart ? again.size * APART_MS : 0)
  const key = `${waitMs} ${verdict.counted} ${verdict.uncertain} ${verdict.crashed}`
  const group = again.get(key) ?? {
    retry: {
      chunkId: row.id,
      notificationId: row.notificationId,
      lane: row.lane,
      attemptsCounted: row.attemptsCounted + (verdict.counted ? 1 : 0),
      uncertainAttempts: row.uncertainAttempts + (verdict.uncertain ? 1 : 0),
      crashes: row.crashes + (verdict.crashed ? 1 : 0),
      waitMs,
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
  verdict: Extract<Verdict, { kind: 'end' }>,
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

/** It was checked when it was accepted. */
function contentOf(row: ChunkRow): PushContent {
  const ttl = row.ttlSeconds === null ? {} : { ttl: row.ttlSeconds }
  return toPushContent(row.notificationId, { ...(row.content as object), title: row.title, body: row.body, ...ttl })
}
