import type { Logger } from 'pino'
import { TidingsError } from '../../domain/errors.ts'
import { ALL_TYPES, compareEventIds, type EventId, type EventRow } from '../../domain/event.ts'
import { meetsSearch } from '../../domain/search/event-search.ts'
import type { Db } from '../../store/db.ts'
import { noteListeners, readEventsKept, wantEvents, type EventsKept } from '../../store/events/event-listeners.ts'
import { findPlace, readEventsNow } from '../../store/events/event-places.ts'
import { readEventsAfter, type EventPage } from '../../store/events/events.ts'
import type { EventsAsked } from './events-query.ts'

/** What happens, on any node of this database, told to those who follow it. */
export interface EventFeed {
  /**
   * Where a reader begins. From here on what he asks for is written down, for him and whoever asks for the same, and goes on to be for hours
   * after he left. Throws a TidingsError, `events_gone`, for a place from which events would be missing.
   */
  find(asked: EventsAsked): Promise<EventPlace>
  /** Tells every event after a place, each once, in the order of the log. */
  follow(place: EventPlace, outlet: EventOutlet): EventReader
  /** Nobody is told anything any more. Resolves when the last look is over. */
  close(): Promise<void>
}

export interface EventPlace {
  readonly asked: EventsAsked
  readonly start: EventId
}

export interface EventOutlet {
  /** False: it has taken this one, and has no room for more. */
  take(event: EventRow): boolean
  /** Once: what was missed has been told. */
  ready(at: EventId): void
  /** Resolves when there is room for more. */
  room(): Promise<void>
}

export interface EventReader {
  /** Everything before was told. */
  at(): EventId
  stop(): void
}

export interface EventFeedParts {
  readonly db: Db
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** Between two looks, where the last one found all there was. */
const LOOK_MS = 200

/** Events in one look. */
const PAGE = 500

/** Readers' wishes are renewed this often, and last so long: what happens within 5 hours after a reader left is kept for him. */
const RENEW_MS = 600_000
const LASTS_HOURS = 6

interface Reader {
  readonly types: readonly string[]
  /** False: there was no room for all of it. */
  tell(page: EventPage): boolean
  isStopped(): boolean
  at(): EventId
  readonly outlet: EventOutlet
}

export function createEventFeed({ db, log, now, sleep }: EventFeedParts): EventFeed {
  /** Those who were told everything up to `told`. The others catch up by themselves. */
  const live = new Set<Reader>()
  let told: EventId | null = null
  let running: Promise<void> | null = null
  let renewedAt = now()
  let failing = false
  let closed = false

  /** Null: the database is away. */
  async function look(after: EventId, types: readonly string[] | null): Promise<EventPage | null> {
    try {
      const page = await readEventsAfter(db, after, PAGE, types)
      failing = false
      return page
    } catch (error) {
      if (!failing) log.warn({ event: 'events.wait', err: error }, 'those who follow events wait for the database')
      failing = true
      return null
    }
  }

  async function renew(): Promise<void> {
    if (now() - renewedAt < RENEW_MS) return
    const wanted = new Map([...live].map(({ types }) => [types.join(), types]))
    for (const types of wanted.values()) await wantEvents(db, { kind: 'reader' }, types, LASTS_HOURS)
    renewedAt = now()
  }

  async function run(): Promise<void> {
    while (live.size > 0 && told !== null) {
      await renew().catch(() => undefined)
      const readers = new Set(live)
      const page = await look(told, typesOf(readers))
      if (page !== null) {
        told = page.end
        for (const reader of live) {
          // Who came meanwhile may want what was not looked for; who has no room goes on by himself, at his own pace.
          if (!readers.has(reader) || !reader.tell(page)) void catchUp(reader)
        }
      }
      if (page === null || page.events.length < PAGE) await sleep(LOOK_MS)
    }
    told = null
    running = null
  }

  async function catchUp(reader: Reader): Promise<void> {
    live.delete(reader)
    while (!reader.isStopped() && !closed) {
      const page = await look(reader.at(), soughtOf(reader.types))
      const isTold = page !== null && reader.tell(page)
      await (page === null ? sleep(LOOK_MS) : reader.outlet.room())
      if (!isTold || page.events.length === PAGE || reader.isStopped()) continue
      if (told !== null && compareEventIds(reader.at(), told) < 0) continue
      reader.outlet.ready(reader.at())
      live.add(reader)
      told ??= reader.at()
      running ??= run()
      return
    }
  }

  return {
    async find(asked) {
      const types = asked.types ?? [ALL_TYPES]
      await wantEvents(db, { kind: 'reader' }, types, LASTS_HOURS)
      await noteListeners(db)
      const kept = await readEventsKept(db, types)
      if (kept === null) throw new Error('a wish for events was not noted')
      return { asked, start: await findStart(db, asked.since, kept) }
    },
    follow({ asked, start }, outlet) {
      let stopped = false
      const reader = createReader(asked, start, outlet, () => stopped)
      void catchUp(reader)
      const stop = (): void => {
        stopped = true
        live.delete(reader)
      }
      return { at: () => reader.at(), stop }
    },
    async close() {
      closed = true
      live.clear()
      await running
    },
  }
}

function createReader(asked: EventsAsked, start: EventId, outlet: EventOutlet, isStopped: () => boolean): Reader {
  let at = start
  const isAsked = (event: EventRow): boolean =>
    (asked.types === null || asked.types.includes(event.type)) &&
    !(asked.since instanceof Date && event.at < asked.since) &&
    meetsSearch(event, asked.search)
  let isReady = false
  return {
    types: asked.types ?? [ALL_TYPES],
    isStopped,
    at: () => at,
    tell({ events, end }) {
      for (const event of events) {
        if (isStopped() || compareEventIds(event, at) <= 0) continue
        at = { xid: event.xid, id: event.id }
        if (isAsked(event) && !outlet.take(event)) return false
      }
      if (compareEventIds(end, at) > 0) at = end
      return true
    },
    outlet: {
      ...outlet,
      ready(place) {
        if (!isReady) outlet.ready(place)
        isReady = true
      },
    },
  }
}

/** Null: all. */
function typesOf(readers: ReadonlySet<Reader>): readonly string[] | null {
  return soughtOf([...new Set([...readers].flatMap(({ types }) => types))])
}

function soughtOf(types: readonly string[]): readonly string[] | null {
  return types.includes(ALL_TYPES) ? null : types
}

async function findStart(db: Db, since: EventsAsked['since'], kept: EventsKept): Promise<EventId> {
  const now = await readEventsNow(db)
  if (since === null) return later(now.bound, kept.since)
  if (since instanceof Date) {
    if (since < kept.sinceAt) throw gone(kept)
    return later(await findPlace(db, since, now), kept.since)
  }
  // An id that no transaction has had yet was given out by another database.
  if (compareEventIds(since, kept.since) < 0 || compareEventIds(since, now.next) > 0) throw gone(kept)
  return since
}

function later(one: EventId, other: EventId): EventId {
  return compareEventIds(one, other) < 0 ? other : one
}

function gone({ sinceAt }: EventsKept): TidingsError {
  const suggestion = sinceAt.toISOString()
  const message = `events of these types are whole from ${suggestion} on`
  return new TidingsError('events_gone', 'Events between that one and now were not kept', {
    details: [{ path: 'since', message, suggestion }],
  })
}
