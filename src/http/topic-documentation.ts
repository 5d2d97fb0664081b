import { TOPIC_STATES } from '../domain/push/topics.ts'
import { BODY_ERRORS, DEED_ERRORS, json, type RouteDocs } from './documentation.ts'
import { LINK, PAGE_PARAMETERS } from './history-parameters.ts'
import { NDJSON } from './ndjson.ts'

const TOPIC_PARAMETER = {
  type: 'object',
  required: ['topic'],
  properties: { topic: { type: 'string', description: 'Its name; `%` in it is written as `%25`.' } },
}

const PREFER = {
  type: 'object',
  properties: {
    Prefer: {
      type: 'string',
      description: '`wait=N`, 1 to 60 seconds: answer when FCM has been told of up to 10,000 devices (RFC 7240).',
    },
  },
}

const CHANGE = {
  tag: 'push',
  params: TOPIC_PARAMETER,
  requestHeaders: PREFER,
  body: { content: { 'application/json': { schema: { $ref: 'TopicDevices#' } }, ...NDJSON } },
  ok: {
    description: 'Stored.',
    content: { ...json('TopicChanged'), ...NDJSON },
    headers: { 'Preference-Applied': { type: 'string', description: 'The `wait` that was used.' } },
  },
} as const satisfies Partial<RouteDocs>

const LINES =
  'In JSON up to 10,000 addresses, stored with one commit, or `to`, a filter. As NDJSON without an end: the first line is `{}`, each other line a device: `"token"`, `{"token": "…"}` or `{"fid": "…"}`; only those that fail are answered with a line, and the last line has the counts.'

export const SUBSCRIBE_DOCS: RouteDocs = {
  ...CHANGE,
  operationId: 'subscribeToTopic',
  summary: 'Subscribes devices to a topic',
  description: `Answers when it is committed to disk; from then on it is carried out, whatever happens, and the last wish holds. ${LINES} May be repeated.`,
  errors: [...BODY_ERRORS, ...DEED_ERRORS, 'no_devices', 'overloaded', 'shutting_down'],
}

export const UNSUBSCRIBE_DOCS: RouteDocs = {
  ...CHANGE,
  operationId: 'unsubscribeFromTopic',
  summary: 'Unsubscribes devices from a topic',
  description: `As \`POST\`, the other way round, also for devices that subscribed by themselves. ${LINES} May be repeated.`,
  errors: [...BODY_ERRORS, ...DEED_ERRORS, 'overloaded', 'shutting_down'],
}

export const LIST_DOCS: RouteDocs = {
  operationId: 'listTopics',
  summary: 'Topics, and how many devices this service subscribed to each',
  description: 'A lower bound: apps subscribe by themselves, and FCM tells nobody who follows a topic.',
  tag: 'push',
  query: { type: 'object', properties: { ...PAGE_PARAMETERS } },
  ok: { description: 'A page of topics.', content: json('TopicList'), headers: LINK },
  errors: ['invalid_request', 'database_unavailable'],
}

export const SUBSCRIPTIONS_DOCS: RouteDocs = {
  operationId: 'listTopicSubscriptions',
  summary: 'Devices that this service subscribed to a topic',
  tag: 'push',
  params: TOPIC_PARAMETER,
  query: {
    type: 'object',
    properties: { state: { type: 'string', enum: TOPIC_STATES, description: 'Only these.' }, ...PAGE_PARAMETERS },
  },
  ok: { description: 'A page of devices, the newest first.', content: json('TopicSubscriptionList'), headers: LINK },
  errors: ['invalid_request', 'not_found', 'database_unavailable'],
}
