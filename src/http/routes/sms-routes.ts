import type { SmsRoutesAnswer } from '../../contract/sms-routes.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'

/** Where SMS go, and how those they go through do. */
export function smsRoutesRoute(app: Server, { smsRoutes }: HttpParts): void {
  app.get('/routes', { config: { docs: DOCS, scope: 'admin' } }, async (request): Promise<SmsRoutesAnswer> => {
    refuseParameters(request.query)
    return { success: true, data: await smsRoutes.look() }
  })
}

const DOCS: RouteDocs = {
  operationId: 'readRoutes',
  summary: 'Where SMS go, and how each provider does',
  description:
    'The routes of the routes file, and for each provider what is not well, how many of the last messages were given to it, and for how many of its messages a receipt came. Each node answers what it has seen itself.',
  tag: 'service',
  ok: { description: 'As it is now.', content: json('SmsRoutesAnswer') },
  errors: ['invalid_request', 'database_unavailable'],
}
