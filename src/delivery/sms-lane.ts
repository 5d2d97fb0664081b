import { CATEGORIES, type Category } from '../domain/category.ts'
import { laneOf, type Lane } from '../domain/lane.ts'
import type { SmsProvider } from '../domain/provider.ts'
import type { Place } from '../store/sms/messages.ts'
import type { SmsSettlement } from '../store/sms/sms-settle.ts'
import type { Detour, SmsWork, Started } from '../store/sms/sms-work.ts'
import { createPause, LONG_PAUSE_MS } from './pause.ts'
import { createPlaces } from './places.ts'
import { createReadyMessages } from './ready.ts'
import type { Stops } from './stops.ts'
import { createSubmissions, type InFlight, type SubmissionParts } from './submissions.ts'
import { createWayOut, type AskDetour } from './way-out.ts'

export interface SmsLaneParts extends SubmissionParts {
  readonly stops: Stops
  readonly after: (ms: number, run: () => void) => void
  /** Something can be settled, started or released: called as often as you like. */
  readonly kick: () => void
  readonly detour: AskDetour | undefined
}

/** All messages of one provider on this node: what is ready, what is in flight, what has its outcome. */
export interface SmsLane {
  readonly provider: SmsProvider
  /** Keeps a place for a message about to be accepted: in the window, or among the ready; `wait`: the lane is full or paused. */
  reserve(category: Category): Place
  /** The same for one of many, which are not started at once: among the ready, of whose places half are left to others. */
  reserveOfMany(category: Category): Place
  /** Gives a place that was kept back. */
  release(category: Category, place: Place): void
  /** Gives places of `rooms` back, once what was claimed for them is in. */
  unreserve(category: Category, places: number): void
  /** Messages of this node, each with a place among the ready. Returns those it took: one that it holds already stays as it is. */
  offer(works: readonly SmsWork[]): SmsWork[]
  /** A message that was committed as started, with its place in the window: submitted now. */
  begin(work: SmsWork, started: Started, askedAt: number): void
  /** Free places by lane, for what is claimed from `due`; they are reserved. `wanted`: of these lanes only; null: of all. */
  rooms(wanted: ReadonlySet<Lane> | null): Map<Lane, number>
  /** What has its outcome, what may be started with the places that frees, and what goes on to another provider instead. */
  collect(most: number): { settlements: SmsSettlement[]; works: SmsWork[]; detours: Detour[] }
  /** After COMMIT: `settled` have left this node's hands, `started` are submitted now. `askedAt`: when the statement was sent. */
  committed(
    settled: readonly SmsSettlement[],
    works: readonly SmsWork[],
    started: readonly Started[],
    askedAt: number,
  ): void
  /** Messages that should wait elsewhere: the lane waits for long, has no window, or is closing, or somebody has paused what they are. */
  spill(): { works: SmsWork[]; waitMs: number } | null
  inFlight(): number
  /** Most of the window is taken: a place that is freed sooner is used sooner. */
  isPressed(): boolean
  /** Something waits to be started, and there is a place for it. */
  wantsStart(): boolean
  /** Starts nothing more. What is in flight goes on; `abort` ends it early. */
  close(): void
  abort(): void
}

/** Ready messages for each place in the window: a few seconds of work, so that a row never waits in memory for long. */
const READY_PER_PLACE = 16

function placesOf({ window }: SmsProvider): number {
  return window * READY_PER_PLACE
}

export function createSmsLane(parts: SmsLaneParts): SmsLane {
  const { provider, now, kick } = parts
  const ready = createReadyMessages()
  // A message claimed twice under one mark (a COMMIT's answer was lost in between) is held once.
  const holding = new Map<number, SmsWork>()
  let outcomes: SmsSettlement[] = []
  const claiming = new Set<Category>()
  let busy = 0
  const pause = createPause({ provider: provider.name, log: parts.log, now, after: parts.after, onEnd: kick })
  const submissions = createSubmissions(parts, pause)
  let closed = false
  let mark: number | null = null
  const wayOut = createWayOut(parts)

  const places = createPlaces({
    provider: provider.name,
    capacity: () => (closed || pause.leftMs() > LONG_PAUSE_MS ? 0 : placesOf(provider) + wayOut.room()),
    held: (category) => ready.count(category),
  })
  const isStopped = (category: Category): boolean => isHeldBack(parts, category)

  function forget(work: SmsWork): void {
    if (holding.get(work.id) === work) holding.delete(work.id)
  }

  /** Others have, by now, what was taken under an owner mark that this process has lost. */
  function dropFormer(): void {
    if (mark === parts.lease().owner()) return
    mark = parts.lease().owner()
    ready.dropUnless(({ owner }) => owner === mark).forEach(forget)
  }

  const mayStart = (): boolean => !closed && pause.leftMs() === 0 && parts.lease().mayWrite()

  async function submit(flight: InFlight): Promise<void> {
    const settlement = await submissions.submit(flight)
    // Meanwhile the list may have become another.
    outcomes.push(settlement)
    kick()
  }

  return {
    provider,
    reserve(category) {
      if (isStopped(category)) return 'wait'
      // Nobody waits before it, and it could be written now.
      if (busy < provider.window && mayStart() && ready.isEmpty()) {
        busy += 1
        return 'start'
      }
      return places.reserve(category) ? 'hold' : 'wait'
    },
    reserveOfMany(category) {
      // What is being claimed has the others' half already.
      const left = claiming.has(category) ? 0 : placesOf(provider) / 2
      return !isStopped(category) && places.reserve(category, left) ? 'hold' : 'wait'
    },
    release(category, place) {
      if (place === 'start') busy -= 1
      if (place === 'hold') places.unreserve(category, 1)
    },
    begin(work, started, askedAt) {
      holding.set(work.id, work)
      void submit({ work, started, askedAt })
    },
    unreserve(category, count) {
      claiming.delete(category)
      places.unreserve(category, count)
    },
    offer(works) {
      for (const work of works) places.unreserve(work.category, 1)
      const ours = parts.lease().owner()
      const taken = works.filter((work) => work.owner === ours && holding.get(work.id)?.owner !== work.owner)
      for (const work of taken) {
        holding.set(work.id, work)
        ready.add(work)
      }
      kick()
      return taken
    },
    // Claimed in larger steps: half a buffer at once.
    rooms(wanted) {
      const most = placesOf(provider) / 2 + wayOut.room()
      const rooms = places.reserveAll(wanted, placesOf(provider) / 2, (category) => (isStopped(category) ? 0 : most))
      for (const category of CATEGORIES) if (rooms.has(laneOf(provider.name, category))) claiming.add(category)
      return rooms
    },
    collect(most) {
      dropFormer()
      const settlements = outcomes.slice(0, most)
      outcomes = outcomes.slice(most)
      const free = Math.min(provider.window - (busy - settlements.length), most)
      const works = wayOut.leave(mayStart() ? ready.take(free) : [])
      busy += works.length
      const detours = wayOut.taken()
      for (const { work } of detours) forget(work)
      return { settlements, works, detours }
    },
    committed(settled, works, started, askedAt) {
      busy -= settled.length
      for (const { work } of settled) forget(work)
      const begun = new Map(started.map((row) => [row.id, row]))
      for (const work of works) {
        const row = begun.get(work.id)
        if (row?.status === 'sending') void submit({ work, started: row, askedAt })
        else {
          busy -= 1
          forget(work)
        }
      }
    },
    spill() {
      const waitMs = closed ? 0 : pause.leftMs()
      const isShut = closed || waitMs > LONG_PAUSE_MS || provider.window === 0
      if (!isShut && !CATEGORIES.some(isStopped)) return null
      dropFormer()
      const all = ready.takeAll((category) => isShut || isStopped(category))
      const leaves = wayOut.room() > 0
      const works = leaves ? wayOut.leave(all) : all
      works.forEach(forget)
      return works.length === 0 ? null : { works, waitMs: leaves ? Math.max(waitMs, DOWN_WAIT_MS) : waitMs }
    },
    inFlight: () => busy,
    isPressed: () => busy > provider.window / 2,
    wantsStart: () => !ready.isEmpty() && busy < provider.window && mayStart(),
    close() {
      closed = true
      kick()
    },
    abort: () => submissions.abort(),
  }
}

/** What no other provider takes is looked at again after this. */
const DOWN_WAIT_MS = 30_000

/** Asked for each message that comes in: mostly nothing is paused. */
function isHeldBack({ provider, stops }: SmsLaneParts, category: Category): boolean {
  return stops.pauses().length > 0 && stops.isPaused(laneOf(provider.name, category))
}
