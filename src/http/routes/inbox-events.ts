import { TidingsError } from '../../domain/errors.ts'
import type { InboxEvent } from '../../flows/inbox/inbox-feed.ts'
import type { InboxRecord } from '../../store/inbox/read-inbox.ts'
import type { RouteDocs } from '../documentation.ts'
import { toInboxItem } from '../inbox-items.ts'
import { readParameters } from '../inbox-parameters.ts'
import type { HttpParts, Server } from '../parts.ts'
import { createEventStreams, type EventStream } from '../server-sent-events.ts'
import { endWithRight } from '../stay.ts'

/** Readers at once, on one node. */
const MOST_READERS = 100

export function inboxEventRoutes(app: Server, parts: HttpParts): void {
  const { inbox } = parts
  const streams = createEventStreams(app, MOST_READERS)

  // An item is written once, however many read it.
  const texts = new WeakMap<InboxRecord, string>()

  function tell(stream: EventStream, event: InboxEvent): void {
    const id = String(event.at.getTime())
    if (event.kind === 'deleted') {
      return void stream.send({ event: 'deleted', id, data: JSON.stringify({ tag: event.tag, to: event.to }) })
    }
    const data = texts.get(event.record) ?? JSON.stringify(toInboxItem(event.record))
    texts.set(event.record, data)
    stream.send({ event: event.kind, id, data })
  }

  app.get(
    '/inbox/events',
    { config: { docs: EVENTS_DOCS, scope: 'messages:read' }, exposeHeadRoute: false },
    (request, reply) => {
      readParameters(request.query, []).check()
      const stream = streams.open(reply)
      if (stream === null) throw tooMany()
      let held: InboxEvent[] | null = []
      const follower = inbox.follow((event) => (held === null ? tell(stream, event) : void held.push(event)))
      stream.onEnd(() => follower.stop())
      endWithRight(request, stream, parts, 'messages:read')
      const catchUp = async (): Promise<void> => {
        const ready = await follower.ready
        const since = readLastEventId(request.headers['last-event-id'])
        const missed = since === null ? [] : await inbox.missed(since)
        if (missed === null) stream.send({ event: 'reset', id: String(since?.getTime()), data: '{}' })
        for (const event of [...(missed ?? []), ...(held ?? [])]) tell(stream, event)
        held = null
        stream.send({ event: 'ready', id: String(ready.getTime()), data: '{}' })
      }
      // The reader comes back by itself, with the same Last-Event-ID.
      catchUp().catch(() => stream.body.destroy())
      return reply.send(stream.body)
    },
  )
}

/** A moment, in milliseconds; null: it is none of ours, or the first time. */
function readLastEventId(header: string | string[] | undefined): Date | null {
  return typeof header === 'string' && /^\d{1,14}$/.test(header) ? new Date(Number(header)) : null
}

function tooMany(): TidingsError {
  return new TidingsError('overloaded', `More than ${MOST_READERS} readers follow the inbox on this node`, {
    retryAfterSeconds: 5,
  })
}

const EVENTS_DOCS: RouteDocs = {
  operationId: 'followInbox',
  summary: 'What happens in the inbox, as it happens',
  description:
    'Server-sent events: `ready` (from here on nothing is left out: read the list now), `message` (a new one), `updated` (it moved on), both with an `InboxItem`; `deleted` with `{"tag", "to"}`; `reset`: more happened than is told one by one, read the inbox again. The same may come twice: go by the item’s `id`. After a break `Last-Event-ID` goes on where it ended.',
  tag: 'inbox',
  requestHeaders: {
    type: 'object',
    properties: { 'Last-Event-ID': { type: 'string', description: 'The `id` of the last event that came.' } },
  },
  ok: { description: 'Events, without an end.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
  errors: ['invalid_request', 'overloaded'],
}
