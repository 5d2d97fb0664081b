import {
  OptOutRequest,
  type OptOut,
  type OptOutAnswer,
  type OptOutList,
  type OptOutRemoved,
} from '../../contract/inbound.ts'
import { named } from '../../contract/words.ts'
import type { OptOutRecord } from '../../store/inbound/read-opt-outs.ts'
import { BODY_ERRORS, json, type RouteDocs } from '../documentation.ts'
import { LINK, PAGE_PARAMETERS, pageEnd, readPaging } from '../history-parameters.ts'
import { readParameters } from '../inbox-parameters.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { CONTACT_PARAMETER, contactOf } from './history.ts'

/** Who wants nothing more. Whoever sends may enter somebody; to send to him again somebody with more rights must decide. */
export function optOutRoutes(app: Server, { optOuts, publicUrl }: HttpParts): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.get(
    '/opt-outs',
    { config: { docs: LIST_DOCS, scope: 'messages:read' } },
    async (request, reply): Promise<OptOutList> => {
      const parameters = readParameters(request.query, ['contact', 'sender_group', 'limit', 'cursor'])
      const { limit, before } = readPaging(parameters)
      parameters.check()
      const query = { contact: parameters.text('contact'), senderGroup: parameters.text('sender_group') }
      const found = await optOuts.list(query, limit + 1, before)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const more = found.length > limit && last !== undefined ? last.id : null
      const { next } = pageEnd(reply, request.url, { next: more, searchedUntil: null })
      return { success: true, data: page.map(toOptOut), next }
    },
  )

  app.post(
    '/opt-outs',
    {
      onRequest,
      schema: { body: OptOutRequest, response: { 200: named<OptOutAnswer>('OptOutAnswer') } },
      config: { docs: ADD_DOCS, scope: 'sms:send', touches: 'opt-outs' },
    },
    async (request): Promise<OptOutAnswer> => {
      refuseParameters(request.query)
      const { contact, sender_group: group = null } = request.body
      return { success: true, data: toOptOut(await optOuts.add(contact, group, request.caller)) }
    },
  )

  app.delete(
    '/opt-outs/:contact',
    { onRequest, config: { docs: REMOVE_DOCS, scope: 'admin' } },
    async (request): Promise<OptOutRemoved> => {
      const parameters = readParameters(request.query, ['sender_group'])
      parameters.check()
      const group = parameters.text('sender_group')
      return { success: true, removed: await optOuts.remove(contactOf(request.params), group, request.caller) }
    },
  )
}

function toOptOut({ contact, senderGroup, since, source, keyword }: OptOutRecord): OptOut {
  return { contact, sender_group: senderGroup, since: since.toISOString(), source, keyword }
}

const GROUP = { type: 'string', description: 'Only of these senders.' }

const LIST_DOCS: RouteDocs = {
  operationId: 'listOptOuts',
  summary: 'Who wants no more messages, newest first',
  tag: 'sms',
  query: {
    type: 'object',
    properties: {
      contact: { type: 'string', description: 'Only this number.' },
      sender_group: GROUP,
      ...PAGE_PARAMETERS,
    },
  },
  ok: { description: 'A page of opt-outs.', content: json('OptOutList'), headers: LINK },
  errors: ['invalid_request', 'invalid_contact', 'not_found', 'database_unavailable'],
}

const ADD_DOCS: RouteDocs = {
  operationId: 'addOptOut',
  summary: 'Enters somebody who wants no more messages',
  description:
    'From this answer on nothing is submitted to this number, on any node; one-time codes are, unless set otherwise. May be repeated.',
  tag: 'sms',
  body: { $ref: 'OptOutRequest#' },
  ok: { description: 'Entered, now or before.', content: json('OptOutAnswer') },
  errors: [...BODY_ERRORS, 'invalid_contact', 'not_found', 'cross_site', 'database_unavailable', 'outcome_unknown'],
}

const REMOVE_DOCS: RouteDocs = {
  operationId: 'removeOptOut',
  summary: 'Ends an opt-out',
  description:
    'Only with the person’s consent, which this does not ask for. What was suppressed meanwhile is not sent.',
  tag: 'sms',
  params: CONTACT_PARAMETER,
  query: {
    type: 'object',
    properties: { sender_group: { ...GROUP, description: 'Only of these senders; else of all.' } },
  },
  ok: { description: 'Ended.', content: json('OptOutRemoved') },
  errors: ['invalid_request', 'invalid_contact', 'cross_site', 'not_found', 'database_unavailable', 'outcome_unknown'],
}
