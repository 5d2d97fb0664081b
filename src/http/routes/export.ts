import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Scope } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import { SEARCH_WORDS, type SearchedList } from '../../domain/search/search.ts'
import { NEWEST_ID } from '../../flows/past/history.ts'
import type { Status } from '../../domain/status.ts'
import type { DeliveryPage, DeliveryRecord } from '../../store/push/read-deliveries.ts'
import { STATUS_PARAMETER, statusOf } from '../delivery-query.ts'
import { auditFilter, AUDIT_WORDS } from '../audit-query.ts'
import { mayStay } from '../auth.ts'
import type { AuditRecord } from '../../store/keys/read-audit.ts'
import type { RouteDocs } from '../documentation.ts'
import {
  AUDIT_TABLE,
  CLIENT_TABLE,
  DELIVERY_TABLE,
  NOTIFICATION_TABLE,
  SMS_TABLE,
  TOKEN_TABLE,
  type CsvTable,
} from '../export-columns.ts'
import { searchParameter } from '../history-parameters.ts'
import { ID_PARAMETER, readId } from '../ids.ts'
import { readParameters, type Parameters } from '../inbox-parameters.ts'
import { AUDIT_PARAMETERS } from '../key-documentation.ts'
import { createGate } from '../limits.ts'
import { enterUntilClosed, overloaded } from '../overload.ts'
import type { HttpParts, Reads, Server } from '../parts.ts'
import { toClient, toDelivery, toNotification, toSms, toToken } from '../records.ts'
import { toEntry } from './audit.ts'

/** Exports at once, on one node. */
const MOST_EXPORTS = 16

/** A reader who takes nothing for so long is dropped. */
const STALLED_MS = 60_000

const DELIVERIES_AT_ONCE = 1_000
const ACTS_AT_ONCE = 1_000

/** A list that can be had as a file. */
interface Exported<Row> {
  readonly path: string
  /** Of the file, without its ending. */
  readonly name: string
  readonly docs: RouteDocs
  /** Parameters beside `format`. */
  readonly words: readonly string[]
  readonly scope: Scope
  readonly csv: CsvTable<Row>
  /** As the list has them. Throws a TidingsError for what can't be read, with the first page. */
  pages(request: FastifyRequest, parameters: Parameters, signal: AbortSignal): AsyncIterable<readonly Row[]>
}

/** Begins an export; it ends with the answer, however that ends. */
type Begin = (reply: FastifyReply) => AbortController

export function exportRoutes(app: Server, parts: HttpParts): void {
  const { every } = parts.history
  const begin = createBegin(app, parts)
  addExport(app, parts, begin, {
    ...searched('smss', 'exportSms', 'SMS', 'sms'),
    csv: SMS_TABLE,
    pages: (_, given, signal) => mapped(every.smss(given.text('q'), signal), toSms),
  })
  addExport(app, parts, begin, {
    ...searched('notifications', 'exportNotifications', 'notifications', 'push'),
    csv: NOTIFICATION_TABLE,
    pages: (_, given, signal) => mapped(every.notifications(given.text('q'), signal), toNotification),
  })
  addExport(app, parts, begin, {
    ...searched('clients', 'exportClients', 'people', 'history'),
    csv: CLIENT_TABLE,
    pages: (_, given, signal) => mapped(every.clients(given.text('q'), signal), toClient),
  })
  addExport(app, parts, begin, {
    ...searched('tokens', 'exportTokens', 'tokens and installation ids', 'history'),
    csv: TOKEN_TABLE,
    pages: (_, given, signal) => mapped(every.tokens(given.text('q'), signal), toToken),
  })
  addExport(app, parts, begin, {
    path: '/notifications/:id/deliveries/export',
    name: 'deliveries',
    scope: 'messages:read',
    words: ['status'],
    docs: {
      ...exportDocs('exportDeliveries', 'What became of each target of a notification, as a file', 'push', {
        status: STATUS_PARAMETER,
      }),
      params: ID_PARAMETER,
      errors: ['invalid_request', 'not_found', 'database_unavailable', 'overloaded'],
    },
    csv: DELIVERY_TABLE,
    pages: (request, given, signal) =>
      mapped(everyDelivery(parts.reads, readId(request.params), given, signal), toDelivery),
  })
  addExport(app, parts, begin, {
    path: '/audit/export',
    name: 'audit',
    scope: 'admin',
    words: AUDIT_WORDS,
    docs: exportDocs('exportAudit', 'What was done to the service itself, as a file', 'keys', AUDIT_PARAMETERS),
    csv: AUDIT_TABLE,
    pages: (_, given, signal) => mapped(everyAct(parts.keys, given, signal), toEntry),
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
    if (!enterUntilClosed(gate, reply)) throw overloaded(chance)
    const controller = new AbortController()
    running.add(controller)
    reply.raw.once('close', () => {
      running.delete(controller)
      controller.abort()
    })
    return controller
  }
}

function addExport<Row>(app: Server, parts: HttpParts, begin: Begin, exported: Exported<Row>): void {
  const { docs, csv, scope } = exported
  const options = { config: { docs, scope }, exposeHeadRoute: false } as const
  app.get(exported.path, options, async (request, reply) => {
    const { parameters, format } = readQuery(request.query, exported.words)
    const controller = begin(reply)
    const pages = exported.pages(request, parameters, controller.signal)[Symbol.asyncIterator]()
    // Read before anything is answered: a query that can't be read, or a database that is away, is an error like any other.
    let page = await pages.next()
    const line = format === 'csv' ? csv.line : (row: Row): string => `${JSON.stringify(row)}\n`
    async function* write(): AsyncGenerator<string> {
      try {
        if (format === 'csv') yield csv.head
        for (; page.done !== true; page = await pages.next()) {
          yield* taken(page.value.map(line).join(''), reply)
          if (!(await mayStay(request, parts, scope).catch(() => true))) throw new Error('the right to it ended')
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

function readQuery(
  query: unknown,
  words: readonly string[],
): { readonly parameters: Parameters; readonly format: Format } {
  const parameters = readParameters(query, [...words, 'format'])
  const name = parameters.text('format') ?? 'csv'
  if (name !== 'csv' && name !== 'ndjson') parameters.fault('format', '`format` must be one of csv, ndjson')
  parameters.check()
  return { parameters, format: name === 'ndjson' ? 'ndjson' : 'csv' }
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
  reads: Pick<Reads, 'deliveries' | 'deliveriesOf'>,
  id: number,
  given: Parameters,
  signal: AbortSignal,
): AsyncGenerator<readonly DeliveryRecord[]> {
  const status = statusOf(given)
  given.check()
  for (let after: number | null = 0; after !== null && !signal.aborted;) {
    const page = await deliveriesFrom(reads, id, status, after)
    if (page === null) throw new TidingsError('not_found', 'Not Found')
    if (page.rows.length > 0) yield page.rows
    after = page.next
  }
}

async function deliveriesFrom(
  reads: Pick<Reads, 'deliveries' | 'deliveriesOf'>,
  id: number,
  status: Status | null,
  after: number,
): Promise<DeliveryPage | null> {
  if (status !== null) return reads.deliveriesOf(id, status, DELIVERIES_AT_ONCE, after)
  const rows = await reads.deliveries(id, DELIVERIES_AT_ONCE, after)
  return rows && { rows, next: rows.length < DELIVERIES_AT_ONCE ? null : (rows.at(-1)?.tokenId ?? null) }
}

/** Newest first. */
async function* everyAct(
  { audit }: HttpParts['keys'],
  given: Parameters,
  signal: AbortSignal,
): AsyncGenerator<readonly AuditRecord[]> {
  const filter = auditFilter(given)
  given.check()
  for (let before = NEWEST_ID; !signal.aborted;) {
    const page = await audit(ACTS_AT_ONCE, before, filter)
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (last === undefined || page.length < ACTS_AT_ONCE) return
    before = last.id
  }
}

function searched(
  list: SearchedList,
  operationId: string,
  what: string,
  tag: RouteDocs['tag'],
): Pick<Exported<never>, 'path' | 'name' | 'docs' | 'words' | 'scope'> {
  const docs = exportDocs(operationId, `All ${what} of a search, as a file`, tag, {
    q: searchParameter(SEARCH_WORDS[list]),
  })
  return { path: `/${list}/export`, name: list, docs, words: ['q'], scope: 'messages:read' }
}

function exportDocs(
  operationId: string,
  summary: string,
  tag: RouteDocs['tag'],
  words: Readonly<Record<string, object>>,
): RouteDocs {
  const order = 'status' in words ? 'In the order of the list' : 'Newest first, as of the moment of the call'
  return {
    operationId,
    summary,
    description: `${order}; it streams, and is not held in memory. In CSV every cell stands in quotes, and a text that begins with \`=\`, \`+\`, \`-\`, \`@\`, a tab or a line end has an apostrophe before it, numbers included, so that no spreadsheet runs it. A connection that ends without the last chunk means that the export is not whole.`,
    tag,
    query: {
      type: 'object',
      properties: {
        ...words,
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
