import { BODY_ERRORS, DEED_ERRORS, json, type RouteDocs } from './documentation.ts'
import { ID_PARAMETER } from './ids.ts'
import { LINK, PAGE_QUERY } from './key-documentation.ts'
import { momentParameter, PAGE_PARAMETERS } from './history-parameters.ts'

export const LIST_DOCS: RouteDocs = {
  operationId: 'listWebhooks',
  summary: 'Who is told of events, in the order they were made',
  tag: 'webhooks',
  query: PAGE_QUERY,
  ok: { description: 'A page of webhooks.', content: json('WebhookList'), headers: LINK },
  errors: ['invalid_request', 'database_unavailable'],
}

export const CREATE_DOCS: RouteDocs = {
  operationId: 'createWebhook',
  summary: 'Has events sent to an address',
  description:
    'The answer holds the secret that its calls are signed with (Standard Webhooks), this once. From this answer on no event of its types is missed; each comes at least once.',
  tag: 'webhooks',
  body: { $ref: 'WebhookRequest#' },
  ok: { description: 'Made.', content: json('WebhookMade') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS],
}

export const READ_DOCS: RouteDocs = {
  operationId: 'readWebhook',
  summary: 'One webhook, without its secret',
  tag: 'webhooks',
  params: ID_PARAMETER,
  ok: { description: 'The webhook.', content: json('WebhookAnswer') },
  errors: ['not_found', 'database_unavailable'],
}

export const CHANGE_DOCS: RouteDocs = {
  operationId: 'changeWebhook',
  summary: 'Changes a webhook, or enables it again',
  description:
    'Fields that are left out stay as they are. While it is disabled nothing is handed out to it; what was waiting goes on once it is enabled, and `POST /webhooks/{id}/replay` brings the rest.',
  tag: 'webhooks',
  params: ID_PARAMETER,
  body: { $ref: 'WebhookChange#' },
  ok: { description: 'Changed.', content: json('WebhookAnswer') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS, 'not_found'],
}

export const DELETE_DOCS: RouteDocs = {
  operationId: 'deleteWebhook',
  summary: 'Removes a webhook, and what was to be sent there',
  tag: 'webhooks',
  params: ID_PARAMETER,
  ok: { description: 'Removed.', content: json('Done') },
  errors: ['invalid_request', ...DEED_ERRORS, 'not_found'],
}

export const ROTATE_DOCS: RouteDocs = {
  operationId: 'rotateWebhookSecret',
  summary: 'Gives a webhook another secret',
  description: 'For `overlap_seconds` each call bears two signatures, one by the secret so far.',
  tag: 'webhooks',
  params: ID_PARAMETER,
  body: { $ref: 'WebhookRotation#' },
  ok: { description: 'The webhook with its other secret.', content: json('WebhookMade') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS, 'not_found'],
}

export const TEST_DOCS: RouteDocs = {
  operationId: 'testWebhook',
  summary: 'Sends a test event now, and says what came back',
  description: 'Once, within 15 seconds, also to a webhook that is disabled.',
  tag: 'webhooks',
  params: ID_PARAMETER,
  ok: { description: 'What came of it.', content: json('WebhookTested') },
  errors: ['invalid_request', ...DEED_ERRORS, 'not_found', 'overloaded', 'shutting_down'],
}

export const DELIVERIES_DOCS: RouteDocs = {
  operationId: 'listWebhookDeliveries',
  summary: 'Events on their way to a webhook, newest first',
  tag: 'webhooks',
  params: ID_PARAMETER,
  query: {
    type: 'object',
    properties: {
      status: { type: 'string', enum: ['queued', 'delivered', 'failed'] },
      type: { type: 'string', description: 'Of the event.' },
      since: momentParameter('Those that were handed out from then on'),
      ...PAGE_PARAMETERS,
    },
  },
  ok: { description: 'A page of deliveries.', content: json('WebhookDeliveryList'), headers: LINK },
  errors: ['invalid_request', 'not_found', 'database_unavailable'],
}

export const DELIVERY_DOCS: RouteDocs = {
  operationId: 'readWebhookDelivery',
  summary: 'One delivery, with every try',
  tag: 'webhooks',
  params: ID_PARAMETER,
  ok: { description: 'The delivery.', content: json('WebhookDeliveryAnswer') },
  errors: ['not_found', 'database_unavailable'],
}

export const REPLAY_DOCS: RouteDocs = {
  operationId: 'replayWebhookDelivery',
  summary: 'Delivers an event again',
  description: 'With the same `webhook-id`, from the first try on.',
  tag: 'webhooks',
  params: ID_PARAMETER,
  ok: { description: 'It is due.', content: json('WebhookDeliveryAnswer') },
  errors: ['invalid_request', ...DEED_ERRORS, 'not_found'],
}

export const REPLAY_SINCE_DOCS: RouteDocs = {
  operationId: 'replayWebhook',
  summary: 'Delivers everything since a time again',
  description:
    'Also what was never handed out to this webhook, as far as it was written down: an event is, while somebody listens for its type. Each has the `webhook-id` it had before.',
  tag: 'webhooks',
  params: ID_PARAMETER,
  body: { $ref: 'WebhookReplayRequest#' },
  ok: { description: 'So many are due.', content: json('WebhookReplayed') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS, 'not_found'],
}
