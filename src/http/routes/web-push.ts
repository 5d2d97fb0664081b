import type { TokenAnswer } from '../../contract/tokens.ts'
import { WebSubscriptionRequest, type WebPushKey } from '../../contract/web-push.ts'
import { TidingsError } from '../../domain/errors.ts'
import { BODY_ERRORS, DEED_ERRORS, json, type RouteDocs } from '../documentation.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { toToken } from '../records.ts'

/** Browsers without Firebase: the key that they subscribe with, and what they then are given. */
export function webPushRoutes(app: Server, { webSubscriptions, publicUrl }: HttpParts): void {
  app.get('/webpush/key', { config: { docs: KEY_DOCS, scope: 'messages:read' } }, async (request) => {
    refuseParameters(request.query)
    const { publicKey } = webSubscriptions
    if (publicKey === null) throw new TidingsError('not_found', 'Not Found')
    return { success: true, public_key: publicKey } satisfies WebPushKey
  })

  app.post(
    '/webpush/subscriptions',
    {
      onRequest: refuseOtherSites(publicUrl),
      schema: { body: WebSubscriptionRequest },
      config: { docs: PUT_DOCS, scope: 'tokens:write', touches: 'devices' },
    },
    async (request) => {
      refuseParameters(request.query)
      const record = await webSubscriptions.put(request.body)
      return { success: true, data: toToken(record) } satisfies TokenAnswer
    },
  )
}

const KEY_DOCS: RouteDocs = {
  operationId: 'readWebPushKey',
  summary: 'The key that browsers subscribe with',
  tag: 'push',
  ok: { description: 'The public half of the VAPID pair.', content: json('WebPushKey') },
  errors: ['invalid_request', 'not_found'],
}

const PUT_DOCS: RouteDocs = {
  operationId: 'putWebSubscription',
  summary: 'Registers a browser',
  description:
    'Takes what the browser gave to your page, and answers with the device: its `token`, `webpush:…`, is an address as a registration token is. The same endpoint is the same token. Call it each time that your page has a subscription; may be repeated. Endpoint and keys are kept sealed, and never shown.',
  tag: 'push',
  body: { $ref: 'WebSubscriptionRequest#' },
  ok: { description: 'The device as it is stored.', content: json('TokenAnswer') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS],
}
