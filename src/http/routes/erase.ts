import type { ClientErased } from '../../contract/history.ts'
import type { Erasure } from '../../flows/past/erase.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { readParameters } from '../inbox-parameters.ts'
import type { Leavings } from '../leavings.ts'
import { refuseOtherSites } from '../other-sites.ts'
import type { HttpParts, Server } from '../parts.ts'
import { CONTACT_PARAMETER, contactOf } from './history.ts'

export function eraseRoutes(app: Server, { erasing, publicUrl }: HttpParts, leavings: Leavings): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.delete(
    '/clients/:contact',
    { onRequest, config: { docs: ERASE_DOCS, scope: 'admin' } },
    async (request, reply): Promise<ClientErased> => {
      const parameters = readParameters(request.query, ['dry_run'])
      const dryRun = parameters.text('dry_run') ?? 'false'
      if (dryRun !== 'true' && dryRun !== 'false') parameters.fault('dry_run', '`dry_run` must be one of true, false')
      parameters.check()
      const contact = contactOf(request.params)
      if (dryRun === 'true') return toAnswer(await erasing.look(contact), true, false)
      return leavings.untilGone(reply, async (signal) => {
        const erasure = await erasing.erase(contact, request.caller, signal)
        return toAnswer(erasure, false, erasure.inFlight === 0 && !signal.aborted)
      })
    },
  )
}

function toAnswer(erasure: Erasure, dryRun: boolean, complete: boolean): ClientErased {
  return {
    success: true,
    dry_run: dryRun,
    complete,
    data: {
      client_id: erasure.clientId,
      messages: erasure.messages,
      cancelled: erasure.cancelled,
      in_flight: erasure.inFlight,
      attempts: erasure.attempts,
      idempotency_keys: erasure.idempotencyKeys,
      parked_receipts: erasure.parkedReceipts,
      redirected: erasure.redirected,
      inbound: erasure.inbound,
      tokens: erasure.tokens,
    },
  }
}

const ERASE_DOCS: RouteDocs = {
  operationId: 'eraseClient',
  summary: 'Erases a person',
  description:
    'The number, the texts, what providers call them, and what was kept for repeated calls, what the person sent to you, the addresses of the person’s devices: everywhere. An opt-out holds on, by a hash of the number. How many messages there were and how they ended stays. What waits is cancelled; what is with a provider at this moment is emptied when it has ended. `dry_run=true` counts, and changes nothing. It cannot be undone.',
  tag: 'history',
  params: CONTACT_PARAMETER,
  query: { type: 'object', properties: { dry_run: { type: 'boolean', default: false } } },
  ok: { description: 'What was reached.', content: json('ClientErased') },
  errors: ['invalid_request', 'invalid_contact', 'cross_site', 'not_found', 'database_unavailable'],
}
