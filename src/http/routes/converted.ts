import type { Converted } from '../../contract/converted.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { ID_PARAMETER, readId } from '../ids.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'

export function convertedRoutes(app: Server, { conversions, publicUrl }: HttpParts): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.post(
    '/smss/:id/converted',
    { onRequest, config: { docs: DOCS, scope: 'sms:send', touches: 'sms' } },
    async (request): Promise<Converted> => {
      refuseParameters(request.query)
      const messageId = readId(request.params)
      const at = await conversions.mark(messageId)
      return { success: true, message_id: messageId, converted_at: at.toISOString() }
    },
  )
}

const DOCS: RouteDocs = {
  operationId: 'markSmsConverted',
  summary: 'Tell that somebody typed in the code of an SMS',
  description:
    'Codes that nobody types in are asked for by machines: where hardly any of a range come back there is an alarm, if any are told at all. May be repeated; the first time counts.',
  tag: 'sms',
  params: ID_PARAMETER,
  ok: { description: 'Noted.', content: json('Converted') },
  errors: ['invalid_request', 'cross_site', 'not_found', 'database_unavailable', 'outcome_unknown'],
}
