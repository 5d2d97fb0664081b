import type { Logger } from 'pino'
import { CATEGORIES, type Category } from '../domain/category.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { laneOf, type Lane } from '../domain/lane.ts'
import type { Gate, Outcome, PushProvider } from '../domain/provider.ts'
import type { ChunkRow, MovedChunk } from '../store/push/push-work.ts'
import { createChunk, type ChunkParts, type Chunk, type ChunkFlush, type TicketFor } from './chunk.ts'
import type { Lease } from './lease.ts'
import { createPause, LONG_PAUSE_MS } from './pause.ts'
import { createPlaces } from './places.ts'
import type { Retirement } from './retirement.ts'
import type { Stops } from './stops.ts'

export interface PushLaneParts {
  readonly provider: PushProvider
  readonly lease: () => Lease
  readonly stops: Stops
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly chance: () => number
  readonly after: (ms: number, run: () => void) => void
  readonly kick: () => void
  readonly retirement: Retirement
  /** Absent: no device is asked to report. */
  readonly ticketFor?: TicketFor
  /** Asked right before a target is submitted: why it has to wait, and how long (`waitMs`); null: it goes. Absent: nothing waits. */
  readonly hold?: HoldPush | undefined
}

export type HoldPush = (facts: Pick<ChunkRow, 'zones'>) => Failure | null

export interface FlushedChunk {
  readonly chunk: Chunk
  readonly flush: ChunkFlush
}

/** All chunks of one push provider on this node. */
export interface PushLane {
  readonly provider: PushProvider
  /** Keeps a place for a chunk about to be accepted; false: let it wait for whoever has room. */
  reserve(category: Category): boolean
  unreserve(category: Category, places: number): void
  /**
   * Chunks this node has taken. One that it holds already stays as it is: what is in memory knows more. One that was taken under a former
   * owner mark is others' now. `askedAt`: when they were asked for.
   */
  offer(rows: readonly ChunkRow[], askedAt: number): void
  /** Lanes it takes due chunks from at present. */
  serves(): Lane[]
  /** Free places by lane; they are reserved. `wanted`: of these lanes only; null: of all. */
  rooms(wanted: ReadonlySet<Lane> | null): Map<Lane, number>
  /** What is to be written. Forgets the chunks of an owner mark that this process has lost: they are others' now. */
  collect(): FlushedChunk[]
  /** After COMMIT; `kept` are the chunks that are still ours, by id. */
  committed(flushed: readonly FlushedChunk[], kept: ReadonlyMap<number, MovedChunk>): void
  /** These were cancelled: what of them is not handed over never is. */
  callOff(chunkIds: readonly number[]): void
  /** After COMMIT, or where it was refused: what was spilt is not this node's any more. */
  released(chunkIds: readonly number[]): void
  /** Whether it is held, under the present owner mark, or on its way out. */
  has(chunkId: number): boolean
  /** So many outcomes wait to be written that a transaction of them alone is worth its while. */
  isPressed(): boolean
  /** Chunks to let go of: nothing of theirs is in flight or being written, and the lane waits for long, or is closing, or somebody has paused what they are. */
  spill(): number[]
  /** Something waits to be started, and there is a place for it. */
  wantsStart(): boolean
  inFlight(): number
  close(): void
  abort(): void
}

/**
 * Chunks held at once for each category: enough windows to keep the provider busy while some wait for their commit. A chunk that can fill a part of
 * its window only takes that part of a place, so that pushes to one device each fill the windows, too.
 */
const CHUNKS_PER_CATEGORY = 12

/** Of one chunk: outcomes that make a lane be pressed. */
const PRESSED_WINDOWS = 2

export function createPushLane(parts: PushLaneParts): PushLane {
  const { provider, now, kick } = parts
  const chunks = new Map<number, Chunk>()
  // Let go of here, but not yet in the database: nobody may take them for lost.
  const leaving = new Set<number>()
  const stop = new AbortController()
  const pause = createPause({ provider: provider.name, log: parts.log, now, after: parts.after, onEnd: kick })
  const chunkParts = chunkPartsOf(parts, pause.leftMs)
  /** `gathered`: outcomes of chunks that are not being written. */
  let [closed, gathered] = [false, 0]

  /** What is here would wait for long, or for ever. */
  const isShut = (): boolean => closed || pause.leftMs() > LONG_PAUSE_MS

  const inLane = (category: Category): Chunk[] =>
    [...chunks.values()].filter((chunk) => chunk.row.lane === laneOf(provider.name, category))
  const isStopped = (category: Category): boolean => parts.stops.isPaused(laneOf(provider.name, category))
  const isHeldBack = ({ row }: Chunk): boolean =>
    parts.stops.isPaused(row.lane) || parts.stops.isPushPaused(row.notificationId)
  const fairShare = (category: Category): number => shareOf(parts.lease().nodes(), inLane(category), provider.window)
  const capacity = (): number => (isShut() ? 0 : CHUNKS_PER_CATEGORY)
  const places = createPlaces({ provider: provider.name, capacity, held: (category) => weightOf(inLane(category)) })
  const maySend = (): boolean => !closed && pause.leftMs() === 0 && parts.lease().mayWrite()
  const isOurs = (chunk: Chunk): boolean => chunk.row.owner === parts.lease().owner()

  /** A pause, or closing, keeps back what is not written yet, too: the pace may make it wait for long. */
  function gateOf(chunk: Chunk): Gate {
    return () => {
      const over = chunk.over()
      if (over !== null) return over
      const held = parts.hold?.(chunk.row) ?? null
      if (held !== null) return held
      return !closed && isOurs(chunk) && !isHeldBack(chunk) && parts.lease().mayWrite() ? null : KEPT_BACK
    }
  }

  function settle(chunk: Chunk, index: number, outcome: Outcome): void {
    if (outcome.kind === 'refused' && outcome.failure.pause === 'lane') pause.begin(outcome.failure)
    chunk.settle(index, outcome)
    if (!chunk.isBeingWritten()) gathered += 1
    kick()
  }

  async function submit(chunk: Chunk, from: number, to: number): Promise<void> {
    const going = dropGone(chunk, from, to, settle)
    if (going.length === 0) return
    const targets = going.map((index) => chunk.target(index))
    const onOutcome = onceEach(going, (index, outcome) => settle(chunk, index, outcome))
    try {
      await provider.submitMany(chunk.content, targets, onOutcome, stop.signal, gateOf(chunk))
    } catch (error) {
      parts.log.error({ event: 'provider.bug', provider: provider.name, err: error }, 'a provider adapter threw')
    }
    // An adapter that throws or forgets a target has a bug; whether it sent before that nobody knows.
    targets.forEach((_, place) => onOutcome(place, LOST))
  }

  return {
    provider,
    reserve: (category) => !isStopped(category) && places.reserve(category),
    unreserve: (category, count) => places.unreserve(category, count),
    offer(rows, askedAt) {
      for (const row of rows) {
        if (row.owner !== parts.lease().owner() || chunks.get(row.id)?.row.owner === row.owner) continue
        // Its release is on its way, and may be repeated: the sweep finds it afterwards.
        if (leaving.has(row.id)) continue
        chunks.set(row.id, createChunk(row, { ...chunkParts, askedAt }))
      }
      kick()
    },
    serves: () => {
      const served = pause.leftMs() > 0 ? [] : CATEGORIES.filter((category) => !isStopped(category))
      return served.map((category) => laneOf(provider.name, category))
    },
    rooms(wanted) {
      if (pause.leftMs() > 0) return new Map<Lane, number>()
      return places.reserveAll(wanted, 1, (category) => (isStopped(category) ? 0 : fairShare(category)))
    },
    collect() {
      for (const chunk of chunks.values()) if (!isOurs(chunk)) chunks.delete(chunk.row.id)
      const may = maySend()
      gathered = 0
      return [...chunks.values()]
        .map((chunk) => ({ chunk, mayStart: may && !isHeldBack(chunk) }))
        .filter(({ chunk, mayStart }) => chunk.wantsFlush(mayStart))
        .map(({ chunk, mayStart }) => ({
          chunk,
          flush: chunk.flush(mayStart, (tokenId) => parts.retirement.allows(tokenId)),
        }))
    },
    committed(flushed, kept) {
      for (const { chunk, flush } of flushed) {
        const { id } = chunk.row
        const moved = kept.get(id)
        chunk.written()
        gathered += chunk.unwritten()
        // Meanwhile the row may have been taken anew, by this process under another mark: that chunk is another one.
        if ((moved === undefined || flush.move.done) && chunks.get(id) === chunk) chunks.delete(id)
        if (moved === undefined) continue
        parts.retirement.count(flush.outcomes.length, flush.dead)
        if (moved.cancelled) chunk.callOff(flush.from)
        else if (flush.to > flush.from) void submit(chunk, flush.from, flush.to)
      }
    },
    isPressed: () => gathered >= PRESSED_WINDOWS * provider.window,
    callOff(chunkIds) {
      const called = chunkIds.map((id) => chunks.get(id)).filter((chunk) => chunk !== undefined && isOurs(chunk))
      for (const chunk of called) chunk?.callOff()
      if (called.length > 0) kick()
    },
    has(chunkId) {
      const chunk = chunks.get(chunkId)
      return leaving.has(chunkId) || (chunk !== undefined && isOurs(chunk))
    },
    spill() {
      const going = [...chunks.values()].filter((chunk) => isShut() || isHeldBack(chunk))
      const idle = going.filter((one) => one.inFlight() === 0 && !one.isBeingWritten() && !one.wantsFlush(false))
      for (const chunk of idle) {
        chunks.delete(chunk.row.id)
        leaving.add(chunk.row.id)
      }
      return idle.map((chunk) => chunk.row.id)
    },
    released: (chunkIds) => chunkIds.forEach((id) => leaving.delete(id)),
    wantsStart() {
      return maySend() && [...chunks.values()].some((one) => one.wantsStart() && isOurs(one) && !isHeldBack(one))
    },
    inFlight: () => [...chunks.values()].reduce((sum, chunk) => sum + chunk.inFlight(), 0),
    close() {
      closed = true
      kick()
    },
    abort: () => stop.abort(),
  }
}

/** In places. */
function weightOf(chunks: readonly Chunk[]): number {
  return Math.ceil(chunks.reduce((sum, chunk) => sum + chunk.weight(), 0) - ROUNDING)
}

const ROUNDING = 1e-6

function chunkPartsOf(
  { provider, now, chance, ticketFor }: PushLaneParts,
  pauseMs: () => number,
): Omit<ChunkParts, 'askedAt'> {
  return { window: provider.window, now, chance, pauseMs, ...(ticketFor === undefined ? {} : { ticketFor }) }
}

/** Each node has its part of the rate: one that took more of a long push would make all of it wait for that part. */
function shareOf(nodes: number, held: readonly Chunk[], window: number): number {
  return Math.ceil(CHUNKS_PER_CATEGORY / nodes) - held.filter((chunk) => chunk.waiting() > window).length
}

const KEPT_BACK = failure('transient', 'not_sent', { counted: false })
const LOST: Outcome = { kind: 'refused', failure: failure('uncertain', 'adapter_error') }

/** Each of these once: what an adapter says again is not heard. */
function onceEach(going: readonly number[], settle: (index: number, outcome: Outcome) => void): OnOutcome {
  const told = new Set<number>()
  return (place, outcome) => {
    const index = going[place]
    if (index === undefined || told.has(index)) return
    told.add(index)
    settle(index, outcome)
  }
}

type OnOutcome = Parameters<PushProvider['submitMany']>[2]

/** Settles those whose device is gone; the others are to be sent to. */
function dropGone(
  chunk: Chunk,
  from: number,
  to: number,
  settle: (chunk: Chunk, index: number, outcome: Outcome) => void,
): readonly number[] {
  const going: number[] = []
  for (let index = from; index < to; index++) {
    const reason = chunk.goneBecause(index)
    if (reason === null) going.push(index)
    else settle(chunk, index, { kind: 'refused', failure: failure('permanent', reason, { status: 'suppressed' }) })
  }
  return going
}
