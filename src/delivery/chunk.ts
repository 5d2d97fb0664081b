import type { Failure } from '../domain/failure.ts'
import type { Outcome, PushContent, PushTarget } from '../domain/provider.ts'
import { failure } from '../domain/failure.ts'
import { categoryOf } from '../domain/lane.ts'
import { toPushContent } from '../domain/push/push-fields.ts'
import { countBits, isMarked, mark } from './bits.ts'
import { writeOutcomes, type DeadToken } from './chunk-outcomes.ts'
import type { TicketTarget } from '../domain/push/ticket.ts'
import type { ChunkMove, ChunkRetry, ChunkRow, TargetOutcome } from '../store/push/push-work.ts'

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
  /** Whether a flush would write something or start something; false while one is being written. */
  wantsFlush(maySend: boolean): boolean
  /** Whether a flush would start something. */
  wantsStart(): boolean
  /** Everything that is known by now: from here on it is being written, until `written`. */
  flush(maySend: boolean, retire: (tokenId: number) => boolean): ChunkFlush
  /** The flush was committed, or given up. */
  written(): void
  isBeingWritten(): boolean
  /** Outcomes that no flush has had yet. */
  unwritten(): number
  /** Why nothing more of it is to be handed over: its validity is over, or it was cancelled; null: it may go on. */
  over(): Failure | null
  /** It was cancelled: what it is about to start is called off. `from`: targets from here on were kept from being started. */
  callOff(from?: number): void
  /** Not started yet. */
  waiting(): number
  /** Started and without an outcome. */
  inFlight(): number
  /** Of a full window, what it may have in flight at most: 0 to 1. */
  weight(): number
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
  let beingWritten = false
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
    beingWritten = true
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
    wantsFlush: (maySend) =>
      !beingWritten && (fresh.length > 0 || places(maySend) > 0 || (started < size && over() !== null)),
    wantsStart: () => !beingWritten && places(true) > 0,
    flush,
    written: () => void (beingWritten = false),
    isBeingWritten: () => beingWritten,
    unwritten: () => fresh.length,
    over,
    callOff(from) {
      calledOff = true
      if (from !== undefined) started = from
    },
    waiting: () => size - started,
    inFlight,
    weight: () => Math.min(1, (size - settledCount) / window),
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

/** It was checked when it was accepted. */
function contentOf(row: ChunkRow): PushContent {
  const ttl = row.ttlSeconds === null ? {} : { ttl: row.ttlSeconds }
  const fields = { ...(row.content as object), title: row.title, body: row.body, ...ttl }
  return { ...toPushContent(row.notificationId, fields), category: categoryOf(row.lane) }
}
