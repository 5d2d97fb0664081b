import {
  WebhookReplayRequest,
  type WebhookDeliveryAnswer,
  type WebhookDeliveryList,
  type WebhookReplayed,
  type WebhookTested,
} from '../../contract/webhooks.ts'
import { named, type JsonMap } from '../../contract/words.ts'
import { TidingsError } from '../../domain/errors.ts'
import { readMoment } from '../../domain/search/search-times.ts'
import type { WebhookDeliveryQuery } from '../../store/webhooks/read-webhook-deliveries.ts'
import { refuse } from '../faults.ts'
import { momentOf, noMoment, pageEnd, readPaging } from '../history-parameters.ts'
import { readId } from '../ids.ts'
import { readParameters } from '../inbox-parameters.ts'
import type { Leavings } from '../leavings.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { DELIVERIES_DOCS, DELIVERY_DOCS, REPLAY_DOCS, REPLAY_SINCE_DOCS, TEST_DOCS } from '../webhook-documentation.ts'
import { toWebhookAttempt, toWebhookDelivery } from '../webhook-records.ts'

const scope = 'webhooks:write'
const touches = 'webhooks'

export function webhookDeliveryRoutes(app: Server, parts: HttpParts, leavings: Leavings): void {
  readRoutes(app, parts)
  testRoute(app, parts, leavings)
  replayRoutes(app, parts, leavings)
}

function readRoutes(app: Server, { webhooks }: HttpParts): void {
  app.get(
    '/webhooks/:id/deliveries',
    { config: { docs: DELIVERIES_DOCS, scope } },
    async (request, reply): Promise<WebhookDeliveryList> => {
      const id = readId(request.params)
      const { limit, before, ...query } = readQuery(request.query)
      if ((await webhooks.read(id)) === null) throw new TidingsError('not_found', 'Not Found')
      const found = await webhooks.deliveries(id, query, limit + 1, before)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const more = found.length > limit && last !== undefined ? last.id : null
      const { next } = pageEnd(reply, request.url, { next: more, searchedUntil: null })
      return { success: true, data: page.map(toWebhookDelivery), next }
    },
  )

  app.get(
    '/webhooks/deliveries/:id',
    { config: { docs: DELIVERY_DOCS, scope } },
    async (request): Promise<WebhookDeliveryAnswer> => answerDelivery(webhooks, readId(request.params)),
  )
}

function testRoute(app: Server, { webhooks, publicUrl }: HttpParts, leavings: Leavings): void {
  app.post(
    '/webhooks/:id/test',
    { onRequest: refuseOtherSites(publicUrl), config: { docs: TEST_DOCS, scope, touches } },
    async (request, reply): Promise<WebhookTested> => {
      refuseParameters(request.query)
      const id = readId(request.params)
      const { attempt, body } = await leavings.untilGone(reply, (signal) => webhooks.deeds.test(id, signal))
      const delivered = attempt.status !== null && attempt.status >= 200 && attempt.status < 300
      const event = JSON.parse(body.toString()) as JsonMap
      return { success: true, delivered, attempt: toWebhookAttempt(attempt), event }
    },
  )
}

function replayRoutes(app: Server, { webhooks, publicUrl }: HttpParts, leavings: Leavings): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.post(
    '/webhooks/deliveries/:id/replay',
    { onRequest, config: { docs: REPLAY_DOCS, scope, touches } },
    async (request): Promise<WebhookDeliveryAnswer> => {
      refuseParameters(request.query)
      const id = readId(request.params)
      await webhooks.deeds.replay(id, request.caller)
      return answerDelivery(webhooks, id)
    },
  )

  app.post(
    '/webhooks/:id/replay',
    {
      onRequest,
      schema: { body: WebhookReplayRequest, response: { 200: named<WebhookReplayed>('WebhookReplayed') } },
      config: { docs: REPLAY_SINCE_DOCS, scope, touches },
    },
    async (request, reply): Promise<WebhookReplayed> => {
      refuseParameters(request.query)
      const id = readId(request.params)
      const { since: text, types = null, only_failed: onlyFailed = false } = request.body
      const since = readMoment(text)
      if (since === null) throw refuse([{ path: 'since', message: noMoment('since') }])
      return leavings.untilGone(reply, async (signal) => {
        const queued = await webhooks.deeds.replaySince(id, { since, types, onlyFailed }, request.caller, signal)
        if (signal.aborted) throw new TidingsError('shutting_down', 'This node is being stopped; some events are left')
        return { success: true, queued }
      })
    },
  )
}

async function answerDelivery(webhooks: HttpParts['webhooks'], id: number): Promise<WebhookDeliveryAnswer> {
  const found = await webhooks.delivery(id)
  if (found === null) throw new TidingsError('not_found', 'Not Found')
  const attempts = found.attempts.map(toWebhookAttempt)
  return { success: true, data: { ...toWebhookDelivery(found.delivery), attempts } }
}

function readQuery(query: unknown): WebhookDeliveryQuery & ReturnType<typeof readPaging> {
  const parameters = readParameters(query, ['status', 'type', 'since', 'limit', 'cursor'])
  const paging = readPaging(parameters)
  const since = momentOf(parameters, 'since')
  const status = parameters.text('status')
  const isStatus = status === null || status === 'queued' || status === 'delivered' || status === 'failed'
  if (!isStatus) parameters.fault('status', '`status` must be one of queued, delivered, failed')
  parameters.check()
  return { ...paging, status: isStatus ? status : null, type: parameters.text('type'), since }
}
