import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { SEARCH_WORDS } from '../../domain/search.ts'
import { mayStay } from '../auth.ts'
import type { RouteDocs } from '../documentation.ts'
import { searchParameter } from '../history-parameters.ts'
import { readParameters } from '../inbox-parameters.ts'
import { createGate } from '../limits.ts'
import { overloaded } from '../overload.ts'
import type { HttpParts, Server } from '../parts.ts'
import { toSms } from '../records.ts'
import { CSV_HEAD, toCsv } from '../sms-csv.ts'

/** Exports at once, on one node. */
const MOST_EXPORTS = 16

/** A reader who takes nothing for so long is dropped. */
const STALLED_MS = 60_000

const FORMATS = {
  csv: { type: 'text/csv; charset=utf-8', head: CSV_HEAD, line: toCsv },
  ndjson: {
    type: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: (sms: ReturnType<typeof toSms>): string => `${JSON.stringify(sms)}\n`,
  },
} as const

export function exportRoutes(app: Server, parts: HttpParts): void {
  const gate = createGate(MOST_EXPORTS)
  const running = new Set<AbortController>()
  app.addHook('preClose', (done) => {
    for (const controller of running) controller.abort()
    done()
  })

  /** Ends with the answer, however that ends. */
  function begin(reply: FastifyReply): AbortController {
    // Of one who left before, no more is heard: the place would never be free again.
    if (reply.raw.destroyed || !gate.enter()) throw overloaded(parts.chance)
    const controller = new AbortController()
    running.add(controller)
    reply.raw.once('close', () => {
      gate.leave()
      running.delete(controller)
      controller.abort()
    })
    return controller
  }

  app.get(
    '/smss/export',
    { config: { docs: EXPORT_DOCS, scope: 'messages:read' }, exposeHeadRoute: false },
    async (request, reply) => {
      const parameters = readParameters(request.query, ['q', 'format'])
      const name = parameters.text('format') ?? 'csv'
      if (name !== 'csv' && name !== 'ndjson') parameters.fault('format', '`format` must be one of csv, ndjson')
      parameters.check()
      const format = FORMATS[name === 'ndjson' ? 'ndjson' : 'csv']
      const controller = begin(reply)
      const pages = parts.history.everyMessage(parameters.text('q'), controller.signal)[Symbol.asyncIterator]()
      // Read before anything is answered: a query that can't be read, or a database that is away, is an error like any other.
      let page = await pages.next()
      async function* write(): AsyncGenerator<string> {
        try {
          yield format.head
          for (; page.done !== true; page = await pages.next()) {
            yield* taken(page.value.map((message) => format.line(toSms(message))).join(''), reply)
            if (!(await mayStay(request, parts, 'messages:read').catch(() => true)))
              throw new Error('the right to it ended')
          }
          // An end that was forced must not look like the end of the list.
          if (controller.signal.aborted) throw new Error('the export was broken off')
        } finally {
          await pages.return?.()
        }
      }
      reply.headers({ 'content-type': format.type, 'content-disposition': `attachment; filename="smss.${name}"` })
      return reply.send(Readable.from(write(), { objectMode: false }))
    },
  )
}

/** Hands on a text; the reader is dropped if it does not take it in time. */
function* taken(text: string, reply: FastifyReply): Generator<string> {
  const late = setTimeout(() => reply.raw.destroy(), STALLED_MS)
  try {
    yield text
  } finally {
    clearTimeout(late)
  }
}

const EXPORT_DOCS: RouteDocs = {
  operationId: 'exportSms',
  summary: 'All SMS of a search, as a file',
  description:
    'Newest first, as of the moment of the call; it streams, and is not held in memory. In CSV every cell stands in quotes, and a text that begins with `=`, `+`, `-`, `@`, a tab or a line end has an apostrophe before it, numbers included, so that no spreadsheet runs it. A connection that ends without the last chunk means that the export is not whole.',
  tag: 'sms',
  query: {
    type: 'object',
    properties: {
      q: searchParameter(SEARCH_WORDS.smss),
      format: { type: 'string', enum: ['csv', 'ndjson'], default: 'csv' },
    },
  },
  ok: {
    description: 'The messages.',
    content: { 'text/csv': { schema: { type: 'string' } }, 'application/x-ndjson': { schema: { type: 'string' } } },
    headers: { 'Content-Disposition': { type: 'string' } },
  },
  errors: ['invalid_request', 'database_unavailable', 'overloaded'],
}
