import { itemsOf, signalOf, unwrap, type Calls, type CallOptions, type Query, type Schema } from './call.ts'

/** Who is told of events. */
export interface WebhookCalls {
  list(query?: Query<'/webhooks'>, options?: CallOptions): AsyncIterable<Schema<'Webhook'>>
  get(id: number, options?: CallOptions): Promise<Schema<'Webhook'>>
  /** Makes a webhook. The answer is the only place where its secret ever stands. */
  create(webhook: Schema<'WebhookRequest'>, options?: CallOptions): Promise<Schema<'WebhookMade'>>
  change(id: number, change: Schema<'WebhookChange'>, options?: CallOptions): Promise<Schema<'Webhook'>>
  delete(id: number, options?: CallOptions): Promise<void>
  /** Gives it another secret; the one so far signs as well for a while. */
  rotate(id: number, rotation?: Schema<'WebhookRotation'>, options?: CallOptions): Promise<Schema<'WebhookMade'>>
  /** Sends a test event now, and resolves with what came back. */
  test(id: number, options?: CallOptions): Promise<Schema<'WebhookTested'>>
  deliveries(
    id: number,
    query?: Query<'/webhooks/{id}/deliveries'>,
    options?: CallOptions,
  ): AsyncIterable<Schema<'WebhookDelivery'>>
  /** One delivery with every try. */
  delivery(id: number, options?: CallOptions): Promise<Schema<'WebhookDeliveryDetails'>>
  /** Delivers one event again. */
  replayDelivery(id: number, options?: CallOptions): Promise<Schema<'WebhookDeliveryDetails'>>
  /** Delivers everything since a time again; resolves with how many that are. */
  replay(id: number, replay: Schema<'WebhookReplayRequest'>, options?: CallOptions): Promise<number>
}

export function createWebhookCalls({ raw }: Calls): WebhookCalls {
  const at = (id: number, options: CallOptions) => ({ params: { path: { id } }, ...signalOf(options) })
  return {
    list: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/webhooks', { params: { query }, ...signalOf(options) }))),
    get: async (id, options = {}) => (await unwrap(raw.GET('/webhooks/{id}', at(id, options)))).data,
    create: (body, options = {}) => unwrap(raw.POST('/webhooks', { body, ...signalOf(options) })),
    change: async (id, body, options = {}) =>
      (await unwrap(raw.PATCH('/webhooks/{id}', { ...at(id, options), body }))).data,
    async delete(id, options = {}) {
      await unwrap(raw.DELETE('/webhooks/{id}', at(id, options)))
    },
    rotate: (id, body = {}, options = {}) => unwrap(raw.POST('/webhooks/{id}/secret', { ...at(id, options), body })),
    test: (id, options = {}) => unwrap(raw.POST('/webhooks/{id}/test', at(id, options))),
    deliveries: (id, asked = {}, options = {}) =>
      itemsOf(asked, (query) => {
        const params = { path: { id }, query }
        return unwrap(raw.GET('/webhooks/{id}/deliveries', { params, ...signalOf(options) }))
      }),
    delivery: async (id, options = {}) => (await unwrap(raw.GET('/webhooks/deliveries/{id}', at(id, options)))).data,
    replayDelivery: async (id, options = {}) =>
      (await unwrap(raw.POST('/webhooks/deliveries/{id}/replay', at(id, options)))).data,
    replay: async (id, body, options = {}) =>
      (await unwrap(raw.POST('/webhooks/{id}/replay', { ...at(id, options), body }))).queued,
  }
}
