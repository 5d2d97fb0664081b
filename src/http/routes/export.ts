import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { TidingsError } from '../../domain/errors.ts'
import { SEARCH_WORDS, type SearchedList } from '../../domain/search.ts'
import { mayStay } from '../auth.ts'
import type { RouteDocs } from '../documentation.ts'
import {
  CLIENT_TABLE,
  DELIVERY_TABLE,
  NOTIFICATION_TABLE,
  SMS_TABLE,
  TOKEN_TABLE,
  type CsvTable,
} from '../export-columns.ts'
import { searchParameter } from '../history-parameters.ts'
import { ID_PARAMETER, readId } from '../ids.ts'
import { readParameters } from '../inbox-parameters.ts'
import { createGate } from '../limits.ts'
import { overloaded } from '../overload.ts'
import type { HttpParts, Reads, Server } from '../parts.ts'
import { toClient, toDelivery, toNotification, toSms, toToken } from '../records.ts'

/** Exports at once, on one node. */
const MOST_EXPORTS = 16

/** A reader who takes nothing for so long is dropped. */
const STALLED_MS = 60_000

const DELIVERIES_AT_ONCE = 1_000

/** A list that can be had as a file. */
interface Exported<Row> {
  readonly path: string
  /** Of the file, without its ending. */
  readonly name: string
  readonly docs: RouteDocs
  /** Null: it is not searched. */
  readonly words: readonly string[] | null
  readonly csv: CsvTable<Row>
  /** As the list has them. Throws a TidingsError for what can't be read, with the first page. */
  pages(request: FastifyRequest, q: string | null, signal: AbortSignal): AsyncIterable<readonly Row[]>
}

/** Begins an export; it ends with the answer, however that ends. */
type Begin = (reply: FastifyReply) => AbortController

export function exportRoutes(app: Server, parts: HttpParts): void {
  const { every } = parts.history
  const begin = createBegin(app, parts)
  addExport(app, parts, begin, {
    ...searched('smss', 'exportSms', 'SMS', 'sms'),
    csv: SMS_TABLE,
    pages: (_, q, signal) => mapped(every.smss(q, signal), toSms),
  })
  addExport(app, parts, begin, {
    ...searched('notifications', 'exportNotifications', 'notifications', 'push'),
    csv: NOTIFICATION_TABLE,
    pages: (_, q, signal) => mapped(every.notifications(q, signal), toNotification),
  })
  addExport(app, parts, begin, {
    ...searched('clients', 'exportClients', 'people', 'history'),
    csv: CLIENT_TABLE,
    pages: (_, q, signal) => mapped(every.clients(q, signal), toClient),
  })
  addExport(app, parts, begin, {
    ...searched('tokens', 'exportTokens', 'tokens and installation ids', 'history'),
    csv: TOKEN_TABLE,
    pages: (_, q, signal) => mapped(every.tokens(q, signal), toToken),
  })
  addExport(app, parts, begin, {
    path: '/notifications/:id/deliveries/export',
    name: 'deliveries',
    docs: {
      ...exportDocs('exportDeliveries', 'What became of each target of a notification, as a file', 'push', null),
      params: ID_PARAMETER,
      errors: ['invalid_request', 'not_found', 'database_unavailable', 'overloaded'],
    },
    words: null,
    csv: DELIVERY_TABLE,
    pages: (request, _, signal) => mapped(everyDelivery(parts.reads, readId(request.params), signal), toDelivery),
  })
}

function createBegin(app: Server, { chance }: HttpParts): Begin {
  const gate = createGate(MOST_EXPORTS)
  const running = new Set<AbortController>()
  app.addHook('preClose', (done) => {
    for (const controller of running) controller.abort()
    done()
  })
  return (reply) => {
    // Of one who left before, no more is heard: the place would never be free again.
    if (reply.raw.destroyed || !gate.enter()) throw overloaded(chance)
    const controller = new AbortController()
    running.add(controller)
    reply.raw.once('close', () => {
      gate.leave()
      running.delete(controller)
      controller.abort()
    })
    return controller
  }
}

function addExport<Row>(app: Server, parts: HttpParts, begin: Begin, exported: Exported<Row>): void {
  const { docs, csv } = exported
  const options = { config: { docs, scope: 'messages:read' }, exposeHeadRoute: false } as const
  app.get(exported.path, options, async (request, reply) => {
    const { q, format } = readQuery(request.query, exported.words !== null)
    const controller = begin(reply)
    const pages = exported.pages(request, q, controller.signal)[Symbol.asyncIterator]()
    // Read before anything is answered: a query that can't be read, or a database that is away, is an error like any other.
    let page = await pages.next()
    const line = format === 'csv' ? csv.line : (row: Row): string => `${JSON.stringify(row)}\n`
    async function* write(): AsyncGenerator<string> {
      try {
        if (format === 'csv') yield csv.head
        for (; page.done !== true; page = await pages.next()) {
          yield* taken(page.value.map(line).join(''), reply)
          if (!(await mayStay(request, parts, 'messages:read').catch(() => true)))
            throw new Error('the right to it ended')
        }
        // An end that was forced must not look like the end of the list.
        if (controller.signal.aborted) throw new Error('the export was broken off')
      } finally {
        await pages.return?.()
      }
    }
    const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8'
    const file = `attachment; filename="${exported.name}.${format}"`
    reply.headers({ 'content-type': type, 'content-disposition': file })
    return reply.send(Readable.from(write(), { objectMode: false }))
  })
}

function readQuery(query: unknown, isSearched: boolean): { readonly q: string | null; readonly format: Format } {
  const parameters = readParameters(query, isSearched ? ['q', 'format'] : ['format'])
  const name = parameters.text('format') ?? 'csv'
  if (name !== 'csv' && name !== 'ndjson') parameters.fault('format', '`format` must be one of csv, ndjson')
  parameters.check()
  return { q: isSearched ? parameters.text('q') : null, format: name === 'ndjson' ? 'ndjson' : 'csv' }
}

type Format = 'csv' | 'ndjson'

/** Hands on a text; the reader is dropped if it does not take it in time. */
function* taken(text: string, reply: FastifyReply): Generator<string> {
  const late = setTimeout(() => reply.raw.destroy(), STALLED_MS)
  try {
    yield text
  } finally {
    clearTimeout(late)
  }
}

async function* mapped<From, To>(
  pages: AsyncIterable<readonly From[]>,
  map: (row: From) => To,
): AsyncGenerator<readonly To[]> {
  for await (const page of pages) yield page.map(map)
}

/** In the order of their tokens' ids, as the list has them. */
async function* everyDelivery(
  reads: Pick<Reads, 'deliveries'>,
  id: number,
  signal: AbortSignal,
): AsyncGenerator<NonNullable<Awaited<ReturnType<Reads['deliveries']>>>> {
  for (let after = 0; !signal.aborted;) {
    const page = await reads.deliveries(id, DELIVERIES_AT_ONCE, after)
    if (page === null) throw new TidingsError('not_found', 'Not Found')
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (last === undefined || page.length < DELIVERIES_AT_ONCE) return
    after = last.tokenId
  }
}

function searched(
  list: SearchedList,
  operationId: string,
  what: string,
  tag: RouteDocs['tag'],
): Pick<Exported<never>, 'path' | 'name' | 'docs' | 'words'> {
  const words = SEARCH_WORDS[list]
  const docs = exportDocs(operationId, `All ${what} of a search, as a file`, tag, words)
  return { path: `/${list}/export`, name: list, docs, words }
}

function exportDocs(
  operationId: string,
  summary: string,
  tag: RouteDocs['tag'],
  words: readonly string[] | null,
): RouteDocs {
  const order = words === null ? 'In the order of the list' : 'Newest first, as of the moment of the call'
  return {
    operationId,
    summary,
    description: `${order}; it streams, and is not held in memory. In CSV every cell stands in quotes, and a text that begins with \`=\`, \`+\`, \`-\`, \`@\`, a tab or a line end has an apostrophe before it, numbers included, so that no spreadsheet runs it. A connection that ends without the last chunk means that the export is not whole.`,
    tag,
    query: {
      type: 'object',
      properties: {
        ...(words === null ? {} : { q: searchParameter(words) }),
        format: { type: 'string', enum: ['csv', 'ndjson'], default: 'csv' },
      },
    },
    ok: {
      description: 'The rows.',
      content: { 'text/csv': { schema: { type: 'string' } }, 'application/x-ndjson': { schema: { type: 'string' } } },
      headers: { 'Content-Disposition': { type: 'string' } },
    },
    errors: ['invalid_request', 'database_unavailable', 'overloaded'],
  }
}
