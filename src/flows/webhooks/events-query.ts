import { TidingsError, type FaultDetail } from '../../domain/errors.ts'
import { EVENT_TYPES, readEventId, type EventId, type EventType } from '../../domain/event.ts'
import { nearest } from '../../domain/nearest.ts'
import { EVERYTHING, parseSearch, type Search } from '../../domain/search/search.ts'
import { readMoment } from '../../domain/search/search-times.ts'

/** What a reader asks for, as it was written; null: nothing. */
export interface EventsQuery {
  /** `sms.delivered,push.failed` */
  readonly types: string | null
  /** In the search grammar. */
  readonly q: string | null
  /** An event's id, or a time. */
  readonly since: string | null
}

export interface EventsAsked {
  /** Null: all. */
  readonly types: readonly EventType[] | null
  readonly search: Search
  /** Null: from now on. */
  readonly since: EventId | Date | null
}

/** Throws a TidingsError that names each fault. */
export function readEventsQuery(query: EventsQuery, now: Date, defaultCountry: string | null): EventsAsked {
  const types = readEventTypes(query.types)
  const reading = query.q === null ? null : parseSearch(query.q, { list: 'events', now, defaultCountry })
  const since = query.since === null ? null : (readEventId(query.since) ?? readMoment(query.since))
  const faults = [
    ...types.faults,
    ...(reading?.kind === 'problem' ? reading.faults : []),
    ...(query.since !== null && since === null ? [SINCE_FAULT] : []),
  ]
  if (faults.length > 0) {
    throw new TidingsError('invalid_request', faults.map(({ message }) => message).join('; '), { details: faults })
  }
  return { types: types.types, search: reading?.kind === 'search' ? reading.search : EVERYTHING, since }
}

const SINCE_FAULT: FaultDetail = {
  path: 'since',
  message: '`since` takes the id of an event, like 9184-12, or a time like 2026-03-01T14:02:11Z',
}

/** Types apart by commas, `*` for all (null); each fault names what was probably meant. */
function readEventTypes(text: string | null): {
  readonly types: readonly EventType[] | null
  readonly faults: readonly FaultDetail[]
} {
  if (text === null) return { types: null, faults: [] }
  const words = [...new Set(text.split(',').map((word) => word.trim().toLowerCase()))]
  if (words.includes('*')) return { types: null, faults: [] }
  const faults = words.flatMap((word) => (EVENT_TYPES.some((type) => type === word) ? [] : [unknownType(word)]))
  return { types: EVENT_TYPES.filter((type) => words.includes(type)), faults }
}

/** What is said of a type that there is none of. */
export function unknownType(word: string): FaultDetail {
  const short = word.slice(0, 40)
  const meant = nearest(short, EVENT_TYPES, 3)
  if (meant !== null) {
    return { path: 'types', message: `no event is called \`${short}\`, did you mean \`${meant}\`?`, suggestion: meant }
  }
  return { path: 'types', message: `no event is called \`${short}\`; there are ${EVENT_TYPES.join(', ')}` }
}
