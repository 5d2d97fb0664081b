import type { Failure } from '../domain/failure.ts'
import type { Outcome, PushContent, PushTarget } from '../domain/provider.ts'
import { failure } from '../domain/failure.ts'
import { categoryOf } from '../domain/lane.ts'
import { toPushContent } from '../domain/push/push-fields.ts'
import { countBits, isMarked, mark } from './bits.ts'
import { decideTarget, type TargetVerdict } from './decide-push.ts'
import { MOST_CRASHES } from '../domain/retry.ts'
import type { Status } from '../domain/status.ts'
import type { TicketTarget } from '../domain/push/ticket.ts'
import type { ChunkMove, ChunkRetry, ChunkRow, TargetOutcome } from '../store/push/push-work.ts'

export interface DeadToken {
  readonly tokenId: number
  readonly reason: string
  /** From when on, where its push service says so. */
  readonly since: Date | null
}

/** What one flush writes of a chunk, and the range of targets that may be submitted once it is committed. */
export interface ChunkFlush {
  readonly move: ChunkMove
  readonly outcomes: readonly TargetOutcome[]
  readonly retries: readonly ChunkRetry[]
  /** Tokens found dead or of another project, whether they are retired and marked or not. */
  readonly dead: number
  /** Tokens to be retired, with the reason. */
  readonly retired: readonly DeadToken[]
  /** Tokens to be marked as of another project than the one they were sent through. */
  readonly mismatched: readonly number[]
  /** Tokens the push service took. */
  readonly taken: readonly number[]
  readonly from: number
  readonly to: number
}

export type TicketFor = (target: TicketTarget, remainingMs: number) => string | null

/** One chunk in memory. Its targets are started in order; their outcomes come in any order. */
export interface Chunk {
  readonly row: ChunkRow
  readonly content: PushContent
  target(index: number): PushTarget
  /** Why it is not to be sent to, though it was when the push was accepted; null: it is. */
  goneBecause(index: number): string | null
  /** An outcome came; nothing is written yet. */
  settle(index: number, outcome: Outcome): void
  /** Whether a flush would write something or start something. */
  wantsFlush(maySend: boolean): boolean
  /** Everything that is known by now. The caller commits it before it asks again. */
  flush(maySend: boolean, retire: (tokenId: number) => boolean): ChunkFlush
  /** Why nothing more of it is to be handed over: its validity is over, or it was cancelled; null: it may go on. */
  over(): Failure | null
  /** It was cancelled: what it is about to start is called off. `from`: targets from here on were kept from being started. */
  callOff(from?: number): void
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
  /** Where a device reports on its push, which is valid for so many more milliseconds; absent: none is asked to. */
  readonly ticketFor?: TicketFor
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
  const asksToReport = row.content['evidence'] === true
  let calledOff = row.cancelled
  let fresh: { readonly index: number; readonly outcome: Outcome }[] = inDoubt(row, settled)

  const remainingMs = (): number => row.remainingMs - (now() - askedAt)
  const inFlight = (): number => started - settledCount - fresh.length

  function places(maySend: boolean): number {
    if (!maySend) return 0
    const free = Math.min(window - inFlight(), size - started)
    // Small steps would cost a commit each: start again when a good part of the window is free, or the rest fits.
    return free >= Math.min(window / 4, size - started) ? free : 0
  }

  function ticketed(index: number, leftMs: number): PushTarget {
    const target = row.targets[index] ?? NOBODY
    const tokenId = row.tokenIds?.[index]
    if (!asksToReport || tokenId === undefined || parts.ticketFor === undefined) return target
    return withTicket(target, parts.ticketFor({ notificationId: row.notificationId, tokenId }, leftMs))
  }

  const over = (): Failure | null => (calledOff ? CANCELLED : remainingMs() <= 0 ? TOO_LATE : null)

  function endRest(): void {
    const failed = over()
    if (failed === null) return
    for (; started < size; started++) fresh.push({ index: started, outcome: { kind: 'refused', failure: failed } })
  }

  function flush(maySend: boolean, retire: (tokenId: number) => boolean): ChunkFlush {
    endRest()
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
        from,
        started,
        settled: Buffer.from(settled),
        tally: { ...tally },
        done: settledCount === size,
        ...written.topic,
      },
      outcomes: written.outcomes,
      retries: written.retries,
      dead: written.dead.length + written.mismatched.length,
      mismatched: written.mismatched.filter(retire),
      retired: written.dead.filter((dead) => retire(dead.tokenId)),
      taken: written.taken,
      from,
      to: started,
    }
  }

  return {
    row,
    content: contentOf(row),
    target: (index) => ticketed(index, remainingMs()),
    goneBecause: (index) => row.targets[index]?.gone ?? null,
    settle: (index, outcome) => void fresh.push({ index, outcome }),
    wantsFlush: (maySend) => fresh.length > 0 || places(maySend) > 0 || (started < size && over() !== null),
    flush,
    over,
    callOff(from) {
      calledOff = true
      if (from !== undefined) started = from
    },
    waiting: () => size - started,
    inFlight,
  }
}

const NOBODY: PushTarget = { kind: 'token', value: '' }

function withTicket(target: PushTarget, ticket: string | null): PushTarget {
  return ticket === null || (target.kind !== 'token' && target.kind !== 'fid') ? target : { ...target, ticket }
}

/** What a target gets whose notification's validity is over. */
const TOO_LATE = failure('permanent', 'expired', { status: 'expired' })

const CANCELLED = failure('permanent', 'called_off', { status: 'cancelled' })

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
  readonly dead: DeadToken[]
  readonly mismatched: number[]
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

/** It was checked when it was accepted. */
function contentOf(row: ChunkRow): PushContent {
  const ttl = row.ttlSeconds === null ? {} : { ttl: row.ttlSeconds }
  const fields = { ...(row.content as object), title: row.title, body: row.body, ...ttl }
  return { ...toPushContent(row.notificationId, fields), category: categoryOf(row.lane) }
}
