import { PauseRequest, ResumeRequest, type Pause, type PauseList, type Resumed } from '../../contract/pauses.ts'
import { named } from '../../contract/words.ts'
import type { PauseRecord } from '../../store/nodes/read-pauses.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { ID_PARAMETER, readId } from '../ids.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { toNotification } from '../records.ts'

const scope = 'admin'

export function pauseRoutes(app: Server, { pauses, publicUrl }: HttpParts): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.get('/pauses', { config: { docs: LIST_DOCS, scope } }, async (request): Promise<PauseList> => {
    refuseParameters(request.query)
    return { success: true, data: (await pauses.list()).map(toPause) }
  })

  app.post(
    '/pause',
    {
      onRequest,
      schema: { body: PauseRequest, response: { 200: named<PauseList>('PauseList') } },
      config: { docs: PAUSE_DOCS, scope },
    },
    async (request): Promise<PauseList> => {
      refuseParameters(request.query)
      return { success: true, data: (await pauses.pause(request.body, request.caller)).map(toPause) }
    },
  )

  app.post(
    '/resume',
    {
      onRequest,
      schema: { body: ResumeRequest, response: { 200: named<Resumed>('Resumed') } },
      config: { docs: RESUME_DOCS, scope },
    },
    async (request): Promise<Resumed> => {
      refuseParameters(request.query)
      const { ended, pauses: left } = await pauses.resume(request.body, request.caller)
      return { success: true, ended, data: left.map(toPause) }
    },
  )
}

/** One push alone: whoever may send it may stop it. */
export function pushPauseRoutes(app: Server, { pauses, publicUrl }: HttpParts): void {
  const onRequest = refuseOtherSites(publicUrl)
  const config = (docs: RouteDocs) => ({
    onRequest,
    config: { docs, scope: 'push:send' as const, touches: 'push' as const },
  })
  app.post('/notifications/:id/pause', config(PUSH_PAUSE_DOCS), async (request) => {
    refuseParameters(request.query)
    return { success: true, data: toNotification(await pauses.pausePush(readId(request.params), request.caller)) }
  })
  app.post('/notifications/:id/resume', config(PUSH_RESUME_DOCS), async (request) => {
    refuseParameters(request.query)
    return { success: true, data: toNotification(await pauses.resumePush(readId(request.params))) }
  })
}

function toPause({ provider, category, reason, caller, pausedAt }: PauseRecord): Pause {
  return { provider, category, reason, paused_by: caller, paused_at: pausedAt.toISOString() }
}

const LIST_DOCS: RouteDocs = {
  operationId: 'listPauses',
  summary: 'What is paused',
  tag: 'service',
  ok: { description: 'The oldest first.', content: json('PauseList') },
  errors: ['invalid_request', 'database_unavailable'],
}

const CHANGE_ERRORS: RouteDocs['errors'] = [
  'invalid_json',
  'shell_quotes',
  'invalid_request',
  'cross_site',
  'body_too_large',
  'unsupported_media_type',
  'database_unavailable',
  'outcome_unknown',
]

const PAUSE_DOCS: RouteDocs = {
  operationId: 'pauseSending',
  summary: 'Stop sending: everything, a provider or a category',
  description:
    'Within a second no node submits any more of it. Messages are accepted as ever, and wait; what is in flight ends. May be repeated.',
  tag: 'service',
  body: { $ref: 'PauseRequest#' },
  ok: { description: 'All that is paused now.', content: json('PauseList') },
  errors: CHANGE_ERRORS,
}

const RESUME_DOCS: RouteDocs = {
  operationId: 'resumeSending',
  summary: 'Go on sending',
  description: 'Ends the pauses within what is named; `{}` ends all. What waited and is still valid goes out.',
  tag: 'service',
  body: { $ref: 'ResumeRequest#' },
  ok: { description: 'What is still paused.', content: json('Resumed') },
  errors: CHANGE_ERRORS,
}

const PUSH_ERRORS: RouteDocs['errors'] = [
  'invalid_request',
  'cross_site',
  'not_found',
  'database_unavailable',
  'outcome_unknown',
]

const PUSH_PAUSE_DOCS: RouteDocs = {
  operationId: 'pauseNotification',
  summary: 'Stop a notification for now',
  description:
    'Within a second no node hands any more of it over, what is in flight ends. Its `ttl` runs. It can be cancelled while it is paused. May be repeated.',
  tag: 'push',
  params: ID_PARAMETER,
  ok: {
    description: 'The notification, with how many of its targets stand where.',
    content: json('NotificationAnswer'),
  },
  errors: [...PUSH_ERRORS, 'too_late', 'upgrading'],
}

const PUSH_RESUME_DOCS: RouteDocs = {
  operationId: 'resumeNotification',
  summary: 'Go on with a notification',
  description: 'What waited and is still valid goes out. A pause of its provider or category stays. May be repeated.',
  tag: 'push',
  params: ID_PARAMETER,
  ok: {
    description: 'The notification, with how many of its targets stand where.',
    content: json('NotificationAnswer'),
  },
  errors: PUSH_ERRORS,
}
