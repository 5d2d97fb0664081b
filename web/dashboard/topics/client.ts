import { useMemo } from 'preact/hooks'
import type { Topic, TopicSubscription } from '../../../src/contract/topics.ts'
import { createCall, queryOf, type Listed } from '../call.ts'
import { usePage } from '../page.ts'

export type { Topic, TopicSubscription }

/** The devices of a topic, and what is known of it as a whole. */
export interface Subscriptions extends Listed<TopicSubscription> {
  readonly topic: Topic
}

/** The topics' part of the API, as the page uses it. Each call rejects with a `Refused`, or with what `fetch` throws. */
export interface TopicsClient {
  /** In the order they were first named. */
  list(cursor: string | null, signal: AbortSignal | null): Promise<Listed<Topic>>
  /** The newest first. */
  subscriptions(topic: string, cursor: string | null, signal: AbortSignal | null): Promise<Subscriptions>
}

const A_PAGE = 50

export function createTopicsClient(fetch: typeof globalThis.fetch): TopicsClient {
  const call = createCall(fetch)
  return {
    async list(cursor, signal) {
      const { data, next } = await call('GET', `/topics?${queryOf({ cursor, limit: A_PAGE })}`, { signal })
      return { data: data as readonly Topic[], next: next ?? null }
    },
    async subscriptions(topic, cursor, signal) {
      const path = `/topics/${encodeURIComponent(topic)}/subscriptions?${queryOf({ cursor, limit: A_PAGE })}`
      const { data, next, topic: whole } = await call('GET', path, { signal })
      return { topic: whole as Topic, data: data as readonly TopicSubscription[], next: next ?? null }
    },
  }
}

export function useTopicsClient(): TopicsClient {
  const { session } = usePage()
  return useMemo(() => createTopicsClient(session.fetch), [session])
}
