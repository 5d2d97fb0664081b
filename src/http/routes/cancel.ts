import { json, type RouteDocs } from '../documentation.ts'
import { ID_PARAMETER, readId } from '../ids.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { toNotification, toSms } from '../records.ts'

export function cancelRoutes(app: Server, { cancels, publicUrl }: HttpParts): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.post(
    '/smss/:id/cancel',
    { onRequest, config: { docs: SMS_DOCS, scope: 'sms:send', touches: 'sms' } },
    async (request) => {
      refuseParameters(request.query)
      return { success: true, data: toSms(await cancels.sms(readId(request.params))) }
    },
  )
  app.post(
    '/notifications/:id/cancel',
    { onRequest, config: { docs: PUSH_DOCS, scope: 'push:send', touches: 'push' } },
    async (request) => {
      refuseParameters(request.query)
      return { success: true, data: toNotification(await cancels.push(readId(request.params))) }
    },
  )
}

const ERRORS: RouteDocs['errors'] = [
  'invalid_request',
  'cross_site',
  'not_found',
  'too_late',
  'database_unavailable',
  'outcome_unknown',
]

const SMS_DOCS: RouteDocs = {
  operationId: 'cancelSms',
  summary: 'Take an SMS back that has not left',
  description:
    'From the answer on nobody submits it. One that may have been sent already stays `uncertain` and is not repeated. May be repeated.',
  tag: 'sms',
  params: ID_PARAMETER,
  ok: { description: 'The message, cancelled.', content: json('SmsAnswer') },
  errors: ERRORS,
}

const PUSH_DOCS: RouteDocs = {
  operationId: 'cancelNotification',
  summary: 'Take a notification back as far as it has not left',
  description:
    'Targets that were not handed over by now never are; `counts` says how many were. It may take a moment until each target shows it. May be repeated.',
  tag: 'push',
  params: ID_PARAMETER,
  ok: {
    description: 'The notification, with how many of its targets stand where.',
    content: json('NotificationAnswer'),
  },
  errors: ERRORS,
}
