import { itemsOf, signalOf, unwrap, type Calls, type CallOptions, type Query, type Schema } from './call.ts'

/** Devices by their addresses, or all registered ones that are so. */
export type TopicDevices = Schema<'TopicDevices'>

export interface TopicOptions extends CallOptions {
  /** Answered when FCM was told, or after so many seconds, 1 to 60; of up to 10,000 devices. */
  readonly waitSeconds?: number
}

/** Who follows which topic, as far as this service subscribed them: apps subscribe by themselves, too. */
export interface TopicCalls {
  /** May be repeated; the last wish holds. */
  subscribe(topic: string, devices: TopicDevices, options?: TopicOptions): Promise<Schema<'TopicChanged'>>
  unsubscribe(topic: string, devices: TopicDevices, options?: TopicOptions): Promise<Schema<'TopicChanged'>>
  /** In the order they were first named. */
  list(query?: Query<'/topics'>, options?: CallOptions): AsyncIterable<Schema<'Topic'>>
  /** The newest devices first. */
  subscriptions(
    topic: string,
    query?: Query<'/topics/{topic}/subscriptions'>,
    options?: CallOptions,
  ): AsyncIterable<Schema<'TopicSubscription'>>
}

export function createTopicCalls({ raw }: Calls): TopicCalls {
  return {
    async subscribe(topic, body, options = {}) {
      return whole(await unwrap(raw.POST('/topics/{topic}/subscriptions', { body, ...sentWith(topic, options) })))
    },
    async unsubscribe(topic, body, options = {}) {
      return whole(await unwrap(raw.DELETE('/topics/{topic}/subscriptions', { body, ...sentWith(topic, options) })))
    },
    list: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/topics', { params: { query }, ...signalOf(options) }))),
    subscriptions: (topic, asked = {}, options = {}) =>
      itemsOf(asked, (query) =>
        unwrap(raw.GET('/topics/{topic}/subscriptions', { params: { path: { topic }, query }, ...signalOf(options) })),
      ),
  }
}

function sentWith(topic: string, { waitSeconds, ...options }: TopicOptions) {
  const header = waitSeconds === undefined ? {} : { header: { Prefer: `wait=${waitSeconds}` } }
  return { params: { path: { topic }, ...header }, ...signalOf(options) }
}

function whole(answer: Schema<'TopicChanged'> | string): Schema<'TopicChanged'> {
  if (typeof answer === 'string') throw new Error('a call in JSON was answered with lines')
  return answer
}
