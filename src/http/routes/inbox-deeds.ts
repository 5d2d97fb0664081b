import { InboxPlay, type InboxDeleted, type InboxItemAnswer } from '../../contract/inbox.ts'
import { named } from '../../contract/words.ts'
import { TidingsError } from '../../domain/errors.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { FILTER_PARAMETERS } from '../inbox-documentation.ts'
import { toInboxItem } from '../inbox-items.ts'
import { readParameters } from '../inbox-parameters.ts'
import type { Leavings } from '../leavings.ts'
import { refuseOtherSites } from '../other-sites.ts'
import type { HttpParts, Server } from '../parts.ts'

export function inboxDeedRoutes(app: Server, { inbox, publicUrl, addressOf }: HttpParts, leavings: Leavings): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.post(
    '/inbox/:id/play',
    {
      onRequest,
      schema: { body: InboxPlay, response: { 200: named('InboxItemAnswer') } },
      config: { docs: PLAY_DOCS, scope: 'sms:send', touches: 'none' },
    },
    async (request): Promise<InboxItemAnswer> => {
      const { channel, id } = readItemId(request.params)
      return { success: true, data: toInboxItem(await inbox.play(channel, id, request.body.life)) }
    },
  )

  app.delete(
    '/inbox',
    { onRequest, config: { docs: DELETE_DOCS, scope: 'sms:send', touches: 'none' } },
    async (request, reply): Promise<InboxDeleted> => {
      const parameters = readParameters(request.query, ['to', 'tag'])
      parameters.check()
      const [to, tag] = [parameters.text('to'), parameters.text('tag')]
      return leavings.untilGone(reply, async (signal) => {
        const by = { ...request.caller, address: addressOf(request.raw) }
        const deleted = await inbox.remove(to, tag, by, signal)
        if (signal.aborted)
          throw new TidingsError('shutting_down', 'This node is being stopped; some messages are left')
        return { success: true, deleted }
      })
    },
  )
}

/** Anything that can't be an item's id is one that doesn't exist. */
function readItemId(params: unknown): { channel: 'sms' | 'push'; id: number } {
  const text = typeof params === 'object' && params !== null && 'id' in params ? params.id : null
  const [, channel, id] = /^(sms|push)_([1-9]\d{0,14})$/.exec(typeof text === 'string' ? text : '') ?? []
  if (channel === undefined) throw new TidingsError('not_found', 'Not Found')
  return { channel: channel === 'sms' ? 'sms' : 'push', id: Number(id) }
}

const PLAY_DOCS: RouteDocs = {
  operationId: 'playLife',
  summary: 'Has a captured SMS play a life',
  description:
    'Its statuses then move as a provider’s receipts would move them, as a new attempt. It can be played again once it has come to its end. A push has no further life.',
  tag: 'inbox',
  params: {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string', pattern: '^(sms|push)_[1-9][0-9]{0,14}$' } },
  },
  body: { $ref: 'InboxPlay#' },
  ok: { description: 'It began.', content: json('InboxItemAnswer') },
  errors: [
    'invalid_json',
    'invalid_request',
    'cross_site',
    'not_found',
    'not_playable',
    'body_too_large',
    'unsupported_media_type',
    'database_unavailable',
    'outcome_unknown',
  ],
}

const { to, tag } = FILTER_PARAMETERS

const DELETE_DOCS: RouteDocs = {
  operationId: 'emptyInbox',
  summary: 'Deletes captured messages',
  description:
    'All of them, or those with this tag, to this recipient. Nothing that was sent for real, and nothing that is still on its way. A token’s are those to it alone.',
  tag: 'inbox',
  query: { type: 'object', properties: { to, tag } },
  ok: { description: 'How many are gone.', content: json('InboxDeleted') },
  errors: ['invalid_request', 'cross_site', 'database_unavailable', 'outcome_unknown', 'shutting_down'],
}
