import { TidingsError } from '../../domain/errors.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { ID_PARAMETER, readId } from '../ids.ts'
import { LARGEST_PAGE, readPage, toCursor, USUAL_PAGE } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { toDelivery, toNotification } from '../records.ts'

export function notificationHistoryRoutes(app: Server, { reads }: HttpParts): void {
  app.get('/notifications/:id', { config: { docs: READ_DOCS, scope: 'messages:read' } }, async (request) => {
    const notification = await reads.notification(readId(request.params))
    if (notification === null) throw new TidingsError('not_found', 'Not Found')
    return { success: true, data: toNotification(notification) }
  })

  app.get(
    '/notifications/:id/deliveries',
    { config: { docs: LIST_DOCS, scope: 'messages:read' } },
    async (request, reply) => {
      const id = readId(request.params)
      const { limit, after } = readPage(request.query)
      // One more than asked for tells whether there is a next page.
      const found = await reads.deliveries(id, limit + 1, after)
      if (found === null) throw new TidingsError('not_found', 'Not Found')
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const next = found.length > limit && last !== undefined ? toCursor(last.tokenId) : null
      if (next !== null) {
        reply.header('Link', `</notifications/${id}/deliveries?limit=${limit}&cursor=${next}>; rel="next"`)
      }
      return { success: true, data: page.map(toDelivery), next }
    },
  )
}

const READ_DOCS: RouteDocs = {
  operationId: 'readNotification',
  summary: 'What became of a notification',
  tag: 'push',
  params: ID_PARAMETER,
  ok: {
    description: 'The notification, with how many of its targets stand where.',
    content: json('NotificationAnswer'),
  },
  errors: ['not_found', 'database_unavailable'],
}

const LIST_DOCS: RouteDocs = {
  operationId: 'listDeliveries',
  summary: 'What became of each target',
  tag: 'push',
  params: ID_PARAMETER,
  query: {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: USUAL_PAGE },
      cursor: { type: 'string', description: '`next` of the page before.' },
    },
  },
  ok: {
    description: 'A page of targets.',
    content: json('DeliveryList'),
    headers: { Link: { type: 'string', description: 'The next page (RFC 8288).' } },
  },
  errors: ['invalid_request', 'not_found', 'database_unavailable'],
}
