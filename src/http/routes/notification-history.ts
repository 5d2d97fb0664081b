import { TidingsError } from '../../domain/errors.ts'
import type { DeliveryPage } from '../../store/push/read-deliveries.ts'
import { readDeliveryQuery, STATUS_PARAMETER, type DeliveryQuery } from '../delivery-query.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { ID_PARAMETER, readId } from '../ids.ts'
import { LARGEST_PAGE, toCursor, USUAL_PAGE } from '../paging.ts'
import type { HttpParts, Reads, Server } from '../parts.ts'
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
      const query = readDeliveryQuery(request.query)
      const page = await pageOf(reads, id, query)
      if (page === null) throw new TidingsError('not_found', 'Not Found')
      const next = page.next === null ? null : toCursor(page.next)
      if (next !== null) {
        const asked = query.status === null ? '' : `status=${query.status}&`
        reply.header(
          'Link',
          `</notifications/${id}/deliveries?${asked}limit=${query.limit}&cursor=${next}>; rel="next"`,
        )
      }
      return { success: true, data: page.rows.map(toDelivery), next }
    },
  )
}

/** Null: no such notification. */
async function pageOf(
  reads: Pick<Reads, 'deliveries' | 'deliveriesOf'>,
  id: number,
  { status, limit, after }: DeliveryQuery,
): Promise<DeliveryPage | null> {
  if (status !== null) return reads.deliveriesOf(id, status, limit, after)
  // One more than asked for tells whether there is a next page.
  const found = await reads.deliveries(id, limit + 1, after)
  if (found === null) return null
  const rows = found.slice(0, limit)
  return { rows, next: found.length > limit ? (rows.at(-1)?.tokenId ?? null) : null }
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
  description:
    'In an order of their own, which stays. A page looks at 20,000 targets at most: with `status` it may have fewer than `limit`, or none, and a `next` nevertheless.',
  tag: 'push',
  params: ID_PARAMETER,
  query: {
    type: 'object',
    properties: {
      status: STATUS_PARAMETER,
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
