import { PauseRequest, ResumeRequest, type Pause, type PauseList, type Resumed } from '../../contract/pauses.ts'
import { named } from '../../contract/words.ts'
import type { PauseRecord } from '../../store/read-pauses.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'

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
