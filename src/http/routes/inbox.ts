import type { FastifyReply } from 'fastify'
import type { InboxList, InboxThreadList } from '../../contract/inbox.ts'
import type { InboxCursor } from '../../flows/inbox/inbox-pages.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { FILTER_PARAMETERS } from '../inbox-documentation.ts'
import { toInboxItem, toInboxThread } from '../inbox-items.ts'
import { inboxPage, inboxQuery, readParameters, toInboxCursor } from '../inbox-parameters.ts'
import { LARGEST_PAGE, USUAL_PAGE } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'

export function inboxRoutes(app: Server, { inbox }: HttpParts): void {
  app.get(
    '/inbox',
    { config: { docs: LIST_DOCS, scope: 'messages:read' } },
    async (request, reply): Promise<InboxList> => {
      const parameters = readParameters(request.query, ['to', 'tag', 'channel', 'since', 'limit', 'cursor'])
      const query = inboxQuery(parameters)
      const { limit, before } = inboxPage(parameters)
      parameters.check()
      const { records, next } = await inbox.list(query, before, limit)
      return { success: true, data: records.map(toInboxItem), next: link(reply, request.url, next) }
    },
  )

  app.get(
    '/inbox/threads',
    { config: { docs: THREADS_DOCS, scope: 'messages:read' } },
    async (request, reply): Promise<InboxThreadList> => {
      const parameters = readParameters(request.query, ['q', 'limit', 'cursor'])
      const { limit, before } = inboxPage(parameters)
      parameters.check()
      const { threads, next } = await inbox.threads(parameters.text('q'), before, limit)
      const data = threads.map(({ last, count }) => toInboxThread(last, count))
      return { success: true, data, next: link(reply, request.url, next) }
    },
  )
}

/** Says where the next page is, in the header and in the body. */
function link(reply: FastifyReply, url: string, next: InboxCursor | null): string | null {
  if (next === null) return null
  const cursor = toInboxCursor(next)
  const at = url.indexOf('?')
  const [path, query] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
  const parameters = new URLSearchParams(query)
  parameters.set('cursor', cursor)
  reply.header('Link', `<${path}?${parameters.toString()}>; rel="next"`)
  return cursor
}

const PAGE_PARAMETERS = {
  limit: { type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: USUAL_PAGE },
  cursor: { type: 'string', description: '`next` of the page before.' },
}

const LINK = { Link: { type: 'string', description: 'The next page (RFC 8288).' } }

const LIST_DOCS: RouteDocs = {
  operationId: 'listInbox',
  summary: 'Messages that were captured, newest first',
  description:
    'What the sandbox took instead of a provider, SMS and push. While a channel is live, what was captured before.',
  tag: 'inbox',
  query: {
    type: 'object',
    properties: {
      ...FILTER_PARAMETERS,
      since: { type: 'string', description: 'An RFC 3339 time, or an item’s `id`: only what was accepted after it.' },
      ...PAGE_PARAMETERS,
    },
  },
  ok: { description: 'A page of messages.', content: json('InboxList'), headers: LINK },
  errors: ['invalid_request', 'database_unavailable'],
}

const THREADS_DOCS: RouteDocs = {
  operationId: 'listInboxThreads',
  summary: 'Recipients of captured messages, latest first',
  description: 'A page may hold fewer than `limit` although `next` leads on.',
  tag: 'inbox',
  query: {
    type: 'object',
    properties: {
      q: { type: 'string', description: 'Digits of a number, a part of a topic’s name, or a whole token.' },
      ...PAGE_PARAMETERS,
    },
  },
  ok: { description: 'A page of recipients.', content: json('InboxThreadList'), headers: LINK },
  errors: ['invalid_request', 'database_unavailable'],
}
