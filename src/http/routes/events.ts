import type { FastifyRequest } from 'fastify'
import { TidingsError } from '../../domain/errors.ts'
import { EVENT_TYPES, eventBody, writeEventId, type EventPayload } from '../../domain/event.ts'
import { SEARCH_WORDS } from '../../domain/search/search.ts'
import type { EventOutlet } from '../../flows/webhooks/event-feed.ts'
import type { EventsQuery } from '../../flows/webhooks/events-query.ts'
import type { RouteDocs } from '../documentation.ts'
import { searchParameter } from '../history-parameters.ts'
import { readParameters } from '../inbox-parameters.ts'
import type { HttpParts, Server } from '../parts.ts'
import { createEventStreams, type EventStream, type StreamEnd } from '../server-sent-events.ts'
import { endWithRight } from '../stay.ts'

/** Readers at once, on one node. */
const MOST_READERS = 100

/** What happens, as it happens. */
export function eventRoutes(app: Server, parts: HttpParts): void {
  const { events } = parts
  const streams = createEventStreams(app, MOST_READERS, closing)

  app.get(
    '/events',
    { config: { docs: EVENTS_DOCS, scope: 'messages:read' }, exposeHeadRoute: false },
    async (request, reply) => {
      const { query, payload } = readQuery(request)
      const place = await events.find(events.asked(query))
      let at = (): string => writeEventId(place.start)
      const stream = streams.open(reply, () => at())
      if (stream === null) throw tooMany()
      const reader = events.follow(place, outletOf(stream, payload))
      at = () => writeEventId(reader.at())
      stream.onEnd(() => reader.stop())
      endWithRight(request, stream, parts, 'messages:read')
      return reply.send(stream.body)
    },
  )
}

/** What comes back after a break goes on where it ended, whatever `since` says. */
function readQuery({ query, headers }: FastifyRequest): { query: EventsQuery; payload: EventPayload } {
  const parameters = readParameters(query, ['types', 'q', 'since', 'payload'])
  const payload = parameters.text('payload') ?? 'thin'
  if (payload !== 'thin' && payload !== 'full') parameters.fault('payload', '`payload` must be one of thin, full')
  parameters.check()
  const last = headers['last-event-id']
  const since = typeof last === 'string' && last !== '' ? last : parameters.text('since')
  return {
    query: { types: parameters.text('types'), q: parameters.text('q'), since },
    payload: payload === 'full' ? 'full' : 'thin',
  }
}

function outletOf(stream: EventStream, payload: EventPayload): EventOutlet {
  return {
    take: (event) =>
      stream.send({ event: 'message', id: writeEventId(event), data: JSON.stringify(eventBody(event, payload)) }),
    ready: (at) => stream.send({ event: 'ready', id: writeEventId(at), data: '{}' }),
    room: () => stream.drained(),
  }
}

function closing(reason: StreamEnd): string {
  return `event: closing\ndata: ${JSON.stringify({ reason })}\n\n`
}

function tooMany(): TidingsError {
  return new TidingsError('overloaded', `More than ${MOST_READERS} readers follow events on this node`, {
    retryAfterSeconds: 5,
  })
}

const EVENTS_DOCS: RouteDocs = {
  operationId: 'followEvents',
  summary: 'What happens, as it happens',
  description:
    'Server-sent events: each `message` is an event, `{"type", "timestamp", "data"}`; `ready`: what was missed has been told, from here on it comes as it happens; `closing`: the server ends the stream, with a `reason`; where a key lost its right, it ends without. After a break `Last-Event-ID` goes on where it ended: nothing is left out, and nothing told twice. A place from which events would be missing is refused with 410.',
  tag: 'events',
  query: {
    type: 'object',
    properties: {
      types: {
        type: 'string',
        description: `Which events, apart by commas; all unless given. There are ${EVENT_TYPES.map((type) => `\`${type}\``).join(', ')}.`,
      },
      q: searchParameter(SEARCH_WORDS.events),
      since: {
        type: 'string',
        description: 'Where to begin: the id of an event, after it; or a time. Now unless given.',
      },
      payload: {
        type: 'string',
        enum: ['thin', 'full'],
        default: 'thin',
        description: '`full`: also to whom, and what it said, as it stands when it is told.',
      },
    },
  },
  requestHeaders: {
    type: 'object',
    properties: { 'Last-Event-ID': { type: 'string', description: 'The `id` of the last event that came.' } },
  },
  ok: { description: 'Events, without an end.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
  errors: ['invalid_request', 'events_gone', 'database_unavailable', 'overloaded'],
}
