import type { Topic, TopicList, TopicSubscription, TopicSubscriptionList } from '../../contract/topics.ts'
import { TOPIC_STATES, type TopicState } from '../../domain/push/topics.ts'
import type { SubscriptionRecord, TopicRecord } from '../../store/push/read-topics.ts'
import { pageEnd, readPaging } from '../history-parameters.ts'
import { readParameters, type Parameters } from '../inbox-parameters.ts'
import { readPage } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { LIST_DOCS, SUBSCRIPTIONS_DOCS } from '../topic-documentation.ts'

/** What is known of topics; what changes them takes NDJSON, and stands elsewhere. */
export function topicRoutes(app: Server, { topics }: HttpParts): void {
  app.get(
    '/topics',
    { config: { docs: LIST_DOCS, scope: 'messages:read' } },
    async (request, reply): Promise<TopicList> => {
      const { limit, after } = readPage(request.query)
      const found = await topics.list(limit + 1, after)
      const page = found.slice(0, limit)
      const last = found.length > limit ? (page.at(-1)?.id ?? null) : null
      const { next } = pageEnd(reply, request.url, { next: last, searchedUntil: null })
      return { success: true, data: page.map(toTopic), note: NOTE, next }
    },
  )

  app.get(
    '/topics/:topic/subscriptions',
    { config: { docs: SUBSCRIPTIONS_DOCS, scope: 'messages:read' } },
    async (request, reply): Promise<TopicSubscriptionList> => {
      const parameters = readParameters(request.query, ['state', 'limit', 'cursor'])
      const { limit, before } = readPaging(parameters)
      const state = stateOf(parameters)
      parameters.check()
      const topic = await topics.get(topicOf(request.params))
      const found = await topics.subscriptions(topic.id, state, limit + 1, before)
      const page = found.slice(0, limit)
      const last = found.length > limit ? (page.at(-1)?.tokenId ?? null) : null
      const { next } = pageEnd(reply, request.url, { next: last, searchedUntil: null })
      return { success: true, topic: toTopic(topic), data: page.map(toSubscription), note: NOTE, next }
    },
  )
}

/** As it stands in the path. */
export function topicOf(params: unknown): string {
  const text = typeof params === 'object' && params !== null && 'topic' in params ? params.topic : ''
  return typeof text === 'string' ? text : ''
}

const NOTE =
  'What was subscribed through this service: a lower bound. Apps subscribe by themselves, too, and FCM tells nobody who follows a topic.'

function stateOf(parameters: Parameters): TopicState | null {
  const text = parameters.text('state')
  const state = TOPIC_STATES.find((one) => one === text) ?? null
  if (text !== null && state === null) parameters.fault('state', `\`state\` must be one of ${TOPIC_STATES.join(', ')}`)
  return state
}

function toTopic({ name, counts, createdAt }: TopicRecord): Topic {
  const subscribers = counts.subscribing + counts.subscribed
  return { topic: name, subscribers, counts: { ...counts }, created_at: createdAt.toISOString() }
}

function toSubscription(one: SubscriptionRecord): TopicSubscription {
  const { tokenId, token, kind, contact, way, state, reason, updatedAt } = one
  const shown = { token_id: tokenId, token, kind, client: contact, provider: way, state, reason }
  return { ...shown, updated_at: updatedAt.toISOString() }
}
