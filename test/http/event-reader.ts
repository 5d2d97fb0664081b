import { EventSource } from 'eventsource'
import { until } from '../support/until.ts'

export interface ReadEvent {
  readonly id: string
  readonly type: string
  readonly timestamp: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface EventsRead {
  readonly events: ReadEvent[]
  /** Ids of the words that all was told. */
  readonly ready: string[]
  readonly closing: string[]
  /** HTTP statuses it was refused with. */
  readonly refusals: (number | undefined)[]
  /** Those of one message. */
  of(messageId: number): string[]
  close(): void
}

/** Reads GET /events as programs of others do; `base` is asked at each connection, so that it may come back to another node. */
export async function readEvents(
  base: () => string,
  query = '',
  lastEventId: string | null = null,
): Promise<EventsRead> {
  let resumes = lastEventId
  const source = new EventSource('http://events.invalid/events', {
    fetch: (_url, init) => {
      const headers = { ...init.headers, ...(resumes === null ? {} : { 'Last-Event-ID': resumes }) }
      resumes = null
      return fetch(`${base()}/events${query}`, { ...init, headers })
    },
  })
  const read: EventsRead = {
    events: [],
    ready: [],
    closing: [],
    refusals: [],
    of: (messageId) => read.events.filter(({ data }) => data['message_id'] === messageId).map(({ type }) => type),
    close: () => source.close(),
  }
  source.addEventListener('message', ({ data, lastEventId: id }) => {
    const event = JSON.parse(String(data)) as Omit<ReadEvent, 'id'>
    read.events.push({ id, ...event })
  })
  source.addEventListener('ready', ({ lastEventId: id }) => void read.ready.push(id))
  source.addEventListener('closing', ({ data }) => void read.closing.push(String(data)))
  source.addEventListener('error', ({ code }) => void read.refusals.push(code))
  await until(() => read.ready.length > 0 || read.refusals.some((code) => code !== undefined))
  return read
}
