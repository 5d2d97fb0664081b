import type { Logger } from 'pino'
import type { Category } from '../domain/category.ts'
import { CATEGORIES } from '../domain/category.ts'
import { failure } from '../domain/failure.ts'
import { laneOf, whoseTurn, type Lane } from '../domain/lane.ts'
import type { Outcome, SmsProvider } from '../domain/provider.ts'
import type { Place } from '../store/messages.ts'
import type { SmsSettlement, SmsWork, Started } from '../store/sms-work.ts'
import { decideSms, type Route } from './decide.ts'
import type { Lease } from './lease.ts'
import { createPause } from './pause.ts'

export interface SmsLaneParts {
  readonly provider: SmsProvider
  readonly route: Route
  readonly lease: () => Lease
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly chance: () => number
  readonly after: (ms: number, run: () => void) => void
  /** Something can be settled, started or released: called as often as you like. */
  readonly kick: () => void
}

/** A message that is being submitted, with what its start told. */
interface InFlight {
  readonly work: SmsWork
  readonly started: Started
  /** When its start was asked for: what is left of its validity counts from there. */
  readonly askedAt: number
}

/** All messages of one provider on this node: what is ready, what is in flight, what has its outcome. */
export interface SmsLane {
  readonly provider: SmsProvider
  /** Keeps a place for a message about to be accepted: in the window, or among the ready; `wait`: the lane is full or paused. */
  reserve(category: Category): Place
  /** Gives a place that `reserve` kept back. */
  release(category: Category, place: Place): void
  /** Gives places of `rooms` back. */
  unreserve(category: Category, places: number): void
  /** Messages of this node, each with a place among the ready. */
  offer(works: readonly SmsWork[]): void
  /** A message that was committed as started, with its place in the window: submitted now. */
  begin(work: SmsWork, started: Started, askedAt: number): void
  /** Free places by lane, for what is claimed from `due`; they are reserved. */
  rooms(): Map<Lane, number>
  /** What has its outcome, and what may be started with the places that frees. */
  collect(most: number): { settlements: SmsSettlement[]; works: SmsWork[] }
  /** After COMMIT: `settled` have left this node's hands, `started` are submitted now. `askedAt`: when the statement was sent. */
  committed(
    settled: readonly SmsSettlement[],
    works: readonly SmsWork[],
    started: readonly Started[],
    askedAt: number,
  ): void
  /** Messages that should wait elsewhere: the lane is paused, or closing. */
  spill(): { works: SmsWork[]; waitMs: number } | null
  inFlight(): number
  /** Most of the window is taken: a place that is freed sooner is used sooner. */
  isPressed(): boolean
  /** Starts nothing more. What is in flight goes on; `abort` ends it early. */
  close(): void
  abort(): void
}

/** Ready messages for each place in the window: a few seconds of work, so that a row never waits in memory for long. */
const READY_PER_PLACE = 16

/** A pause longer than this is waited for in `due`, where other nodes find the messages. */
const SPILL_MS = 5_000

export function createSmsLane(parts: SmsLaneParts): SmsLane {
  const { provider, route, now, kick } = parts
  const capacity = provider.window * READY_PER_PLACE
  const ready = new Map<Category, SmsWork[]>(CATEGORIES.map((category) => [category, []]))
  const reserved = new Map<Category, number>(CATEGORIES.map((category) => [category, 0]))
  const stop = new AbortController()
  // A message claimed twice (a COMMIT's answer was lost in between) is held once.
  const holding = new Set<number>()
  let outcomes: SmsSettlement[] = []
  let busy = 0
  let turn = 0
  const pause = createPause({ provider: provider.name, log: parts.log, now, after: parts.after, onEnd: kick })
  let closed = false

  const queueOf = (category: Category): SmsWork[] => ready.get(category) ?? []
  const room = (category: Category): number =>
    closed || pause.leftMs() > SPILL_MS ? 0 : capacity - queueOf(category).length - (reserved.get(category) ?? 0)
  const keep = (category: Category, places: number): void =>
    void reserved.set(category, (reserved.get(category) ?? 0) + places)

  /** Nobody waits before it, and it could be written now. */
  function hasFreeWindow(): boolean {
    if (closed || busy >= provider.window || pause.leftMs() > 0 || !parts.lease().mayWrite()) return false
    return CATEGORIES.every((category) => queueOf(category).length === 0)
  }

  function takeReady(places: number): SmsWork[] {
    const works: SmsWork[] = []
    if (closed || pause.leftMs() > 0 || !parts.lease().mayWrite()) return works
    while (works.length < places) {
      const category = whoseTurn(turn++, (c) => queueOf(c).length > 0)
      const work = category === null ? undefined : queueOf(category).shift()
      if (work === undefined) return works
      works.push(work)
    }
    return works
  }

  async function submit({ work, started, askedAt }: InFlight): Promise<void> {
    const late = now() - askedAt >= started.remainingMs
    const may = parts.lease().mayWrite() && !stop.signal.aborted
    const outcome = late ? EXPIRED : may ? await callProvider(work, started) : NOT_SENT
    if (outcome.kind === 'refused' && outcome.failure.pause === 'lane') pause.begin(outcome.failure)
    outcomes.push(decideSms(work, started, outcome, route, parts.chance()))
    kick()
  }

  /** An adapter that throws has a bug; whether it sent before it threw nobody knows. */
  async function callProvider(work: SmsWork, started: Started): Promise<Outcome> {
    try {
      return await provider.submit(
        {
          messageId: work.id,
          attempt: started.attempt,
          contact: work.contact,
          sender: work.sender,
          text: work.text,
          segments: work.segments,
          validitySeconds: Math.max(1, Math.floor(started.remainingMs / 1000)),
        },
        stop.signal,
      )
    } catch (error) {
      parts.log.error(
        { event: 'provider.bug', provider: provider.name, message_id: work.id, err: error },
        'a provider adapter threw',
      )
      return { kind: 'refused', failure: failure('uncertain', 'adapter_error') }
    }
  }

  return {
    provider,
    reserve(category) {
      if (hasFreeWindow()) {
        busy += 1
        return 'start'
      }
      if (room(category) <= 0) return 'wait'
      keep(category, 1)
      return 'hold'
    },
    release(category, place) {
      if (place === 'start') busy -= 1
      if (place === 'hold') keep(category, -1)
    },
    begin(work, started, askedAt) {
      holding.add(work.id)
      void submit({ work, started, askedAt })
    },
    unreserve: (category, places) => keep(category, -places),
    offer(works) {
      for (const work of works) {
        keep(work.category, -1)
        if (holding.has(work.id)) continue
        holding.add(work.id)
        queueOf(work.category).push(work)
      }
      kick()
    },
    rooms() {
      const rooms = new Map<Lane, number>()
      for (const category of CATEGORIES) {
        // Claimed in larger steps: half a buffer at once.
        const free = room(category)
        if (free < capacity / 2) continue
        rooms.set(laneOf(provider.name, category), free)
        keep(category, free)
      }
      return rooms
    },
    collect(most) {
      const settlements = outcomes.slice(0, most)
      outcomes = outcomes.slice(most)
      const places = Math.min(provider.window - (busy - settlements.length), most)
      const works = takeReady(places)
      busy += works.length
      return { settlements, works }
    },
    committed(settled, works, started, askedAt) {
      busy -= settled.length
      for (const { work } of settled) holding.delete(work.id)
      const begun = new Map(started.map((row) => [row.id, row]))
      for (const work of works) {
        const row = begun.get(work.id)
        if (row?.status === 'sending') void submit({ work, started: row, askedAt })
        else {
          busy -= 1
          holding.delete(work.id)
        }
      }
    },
    spill() {
      const waitMs = closed ? 0 : pause.leftMs()
      if (!closed && waitMs <= SPILL_MS) return null
      const works = CATEGORIES.flatMap((category) => queueOf(category).splice(0))
      for (const work of works) holding.delete(work.id)
      return works.length === 0 ? null : { works, waitMs }
    },
    inFlight: () => busy,
    isPressed: () => busy > provider.window / 2,
    close() {
      closed = true
      kick()
    },
    abort: () => stop.abort(),
  }
}

const EXPIRED: Outcome = { kind: 'refused', failure: failure('permanent', 'expired', { status: 'expired' }) }
const NOT_SENT: Outcome = { kind: 'refused', failure: failure('transient', 'not_sent', { counted: false }) }
