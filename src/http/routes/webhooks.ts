import {
  USUAL_OVERLAP_SECONDS,
  WebhookChange,
  WebhookRequest,
  WebhookRotation,
  type WebhookAnswer,
  type WebhookList,
  type WebhookMade,
} from '../../contract/webhooks.ts'
import { named } from '../../contract/words.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { MadeWebhook } from '../../flows/webhooks/webhooks.ts'
import { readId } from '../ids.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { readPage, refuseParameters, toCursor } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { CHANGE_DOCS, CREATE_DOCS, DELETE_DOCS, LIST_DOCS, READ_DOCS, ROTATE_DOCS } from '../webhook-documentation.ts'
import { toWebhook } from '../webhook-records.ts'

const scope = 'webhooks:write'
const touches = 'webhooks'

export function webhookRoutes(app: Server, parts: HttpParts): void {
  readRoutes(app, parts)
  deedRoutes(app, parts)
}

function readRoutes(app: Server, { webhooks }: HttpParts): void {
  app.get('/webhooks', { config: { docs: LIST_DOCS, scope } }, async (request, reply): Promise<WebhookList> => {
    const { limit, after } = readPage(request.query)
    const found = await webhooks.list(limit + 1, after)
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const next = found.length > limit && last !== undefined ? toCursor(last.id) : null
    if (next !== null) reply.header('Link', `</webhooks?limit=${limit}&cursor=${next}>; rel="next"`)
    return { success: true, data: page.map(toWebhook), next }
  })

  app.get('/webhooks/:id', { config: { docs: READ_DOCS, scope } }, async (request): Promise<WebhookAnswer> => {
    const record = await webhooks.read(readId(request.params))
    if (record === null) throw new TidingsError('not_found', 'Not Found')
    return { success: true, data: toWebhook(record) }
  })
}

function deedRoutes(app: Server, { webhooks, publicUrl }: HttpParts): void {
  const onRequest = refuseOtherSites(publicUrl)
  const answer = { 200: named<WebhookAnswer>('WebhookAnswer') }
  const made = { 200: named<WebhookMade>('WebhookMade') }

  app.post(
    '/webhooks',
    { onRequest, schema: { body: WebhookRequest, response: made }, config: { docs: CREATE_DOCS, scope, touches } },
    async (request): Promise<WebhookMade> => {
      refuseParameters(request.query)
      const { url, description = '', types = ['*'], payload = 'thin' } = request.body
      return toMade(await webhooks.flow.create({ url, description, types, payload }, request.caller))
    },
  )

  app.patch(
    '/webhooks/:id',
    { onRequest, schema: { body: WebhookChange, response: answer }, config: { docs: CHANGE_DOCS, scope, touches } },
    async (request): Promise<WebhookAnswer> => {
      refuseParameters(request.query)
      const record = await webhooks.flow.change(readId(request.params), request.body, request.caller)
      return { success: true, data: toWebhook(record) }
    },
  )

  app.delete('/webhooks/:id', { onRequest, config: { docs: DELETE_DOCS, scope, touches } }, async (request) => {
    refuseParameters(request.query)
    await webhooks.flow.remove(readId(request.params), request.caller)
    return { success: true }
  })

  app.post(
    '/webhooks/:id/secret',
    { onRequest, schema: { body: WebhookRotation, response: made }, config: { docs: ROTATE_DOCS, scope, touches } },
    async (request): Promise<WebhookMade> => {
      refuseParameters(request.query)
      const overlap = request.body.overlap_seconds ?? USUAL_OVERLAP_SECONDS
      return toMade(await webhooks.flow.rotate(readId(request.params), overlap, request.caller))
    },
  )
}

function toMade({ secret, record }: MadeWebhook): WebhookMade {
  return { success: true, secret, data: toWebhook(record) }
}
