import {
  fileOf,
  headersOf,
  itemsOf,
  signalOf,
  unwrap,
  type Calls,
  type CallOptions,
  type Query,
  type Schema,
  type SendOptions,
  type Without,
} from './call.ts'

export type TokensPush = Without<Schema<'TokensRequest'>, 'dry_run' | 'validate_only'>
export type DevicesPush = Without<Schema<'DevicesPush'>, 'dry_run' | 'validate_only'>
/** To a `topic`, or to a `condition` of topics. */
export type TopicPush = Without<Schema<'TopicRequest'>, 'dry_run' | 'validate_only' | 'topic' | 'condition'> &
  ({ readonly topic: string } | { readonly condition: string })
export type NotificationQuery = Query<'/notifications'>

type Accepted = Schema<'NotificationAccepted'>

export interface DryRunOptions extends CallOptions {
  /** FCM is asked whether it would take it; nothing is delivered. */
  readonly validate?: boolean
}

/** Pushes. Every call throws TidingsApiError where it is refused, and TidingsUnreachable where nobody answers. */
export interface NotificationCalls {
  /** To devices: `tokens`, `fids` or both, at most 100,000 together. A repetition of the call sends nothing twice. */
  toTokens(push: TokensPush, options?: SendOptions): Promise<Accepted>
  /** To the registered devices that are what `to` says. Refused with `no_devices` where there is none. */
  toDevices(push: DevicesPush, options?: SendOptions): Promise<Accepted>
  /** To everybody who subscribed to a topic, or for whom a condition of topics holds. */
  toTopic(push: TopicPush, options?: SendOptions): Promise<Accepted>
  /** What would be sent, in how many bytes, and what would keep it waiting. Nothing is stored. */
  dryRun(push: TokensPush | DevicesPush | TopicPush, options?: DryRunOptions): Promise<Schema<'PushDryRunData'>>
  /** One push, with how many of its targets stand where. */
  get(id: number, options?: CallOptions): Promise<Schema<'Notification'>>
  /** Each of its targets, and what became of it; pages are asked for as they are needed. */
  deliveries(
    id: number,
    query?: Query<'/notifications/{id}/deliveries'>,
    options?: CallOptions,
  ): AsyncIterable<Schema<'Delivery'>>
  /** Takes it back as far as it has not left. Refused with `too_late` where all of it has. */
  cancel(id: number, options?: CallOptions): Promise<Schema<'Notification'>>
  /** Stops it for now, on every node within a second. */
  pause(id: number, options?: CallOptions): Promise<Schema<'Notification'>>
  resume(id: number, options?: CallOptions): Promise<Schema<'Notification'>>
  /** Sends it again, as a new one; with `only` to targets of these statuses. */
  resend(id: number, change?: Omit<Schema<'NotificationResend'>, 'dry_run'>, options?: SendOptions): Promise<Accepted>
  /** What is found, newest first. `q`: the search grammar. */
  list(query?: NotificationQuery, options?: CallOptions): AsyncIterable<Schema<'Notification'>>
  /** One page of it. */
  page(query?: NotificationQuery, options?: CallOptions): Promise<Schema<'NotificationList'>>
  /** All that is found as a file, while it is written. Cut off before its end, it throws where it is read. */
  export(query?: Query<'/notifications/export'>, options?: CallOptions): Promise<ReadableStream<Uint8Array>>
  /** The same of one push's targets. */
  exportDeliveries(
    id: number,
    query?: Query<'/notifications/{id}/deliveries/export'>,
    options?: CallOptions,
  ): Promise<ReadableStream<Uint8Array>>
}

export function createNotificationCalls({ raw, newKey }: Calls): NotificationCalls {
  const page: NotificationCalls['page'] = (query = {}, options = {}) =>
    unwrap(raw.GET('/notifications', { params: { query }, ...signalOf(options) }))
  return {
    ...createPushing({ raw, newKey }),
    async get(id, options = {}) {
      return (await unwrap(raw.GET('/notifications/{id}', { params: { path: { id } }, ...signalOf(options) }))).data
    },
    deliveries: (id, asked = {}, options = {}) =>
      itemsOf(asked, (query) => {
        const params = { path: { id }, query }
        return unwrap(raw.GET('/notifications/{id}/deliveries', { params, ...signalOf(options) }))
      }),
    async cancel(id, options = {}) {
      const params = { path: { id } }
      return (await unwrap(raw.POST('/notifications/{id}/cancel', { params, ...signalOf(options) }))).data
    },
    async pause(id, options = {}) {
      const params = { path: { id } }
      return (await unwrap(raw.POST('/notifications/{id}/pause', { params, ...signalOf(options) }))).data
    },
    async resume(id, options = {}) {
      const params = { path: { id } }
      return (await unwrap(raw.POST('/notifications/{id}/resume', { params, ...signalOf(options) }))).data
    },
    list: (query = {}, options = {}) => itemsOf(query, (asked) => page(asked, options)),
    page,
    export: (query = {}, options = {}) =>
      fileOf(raw.GET('/notifications/export', { params: { query }, parseAs: 'stream', ...signalOf(options) })),
    exportDeliveries(id, query = {}, options = {}) {
      const asked = { params: { path: { id }, query }, parseAs: 'stream', ...signalOf(options) } as const
      return fileOf(raw.GET('/notifications/{id}/deliveries/export', asked))
    },
  }
}

function createPushing({
  raw,
  newKey,
}: Calls): Pick<NotificationCalls, 'toTokens' | 'toDevices' | 'toTopic' | 'dryRun' | 'resend'> {
  return {
    async toTokens(body, options = {}) {
      const params = { header: headersOf(options, newKey) }
      return accepted(await unwrap(raw.POST('/notifications/tokens', { params, body, ...signalOf(options) })))
    },
    async toDevices(body, options = {}) {
      const params = { header: headersOf(options, newKey) }
      return accepted(await unwrap(raw.POST('/notifications/devices', { params, body, ...signalOf(options) })))
    },
    async toTopic(body, options = {}) {
      const params = { header: headersOf(options, newKey) }
      return accepted(await unwrap(raw.POST('/notifications/topic', { params, body, ...signalOf(options) })))
    },
    async dryRun(push, options = {}) {
      const common = { params: { header: headersOf({}, newKey) }, ...signalOf(options) }
      const asking = { dry_run: true, ...(options.validate === true ? { validate_only: true } : {}) }
      const answer =
        'to' in push
          ? await unwrap(raw.POST('/notifications/devices', { body: { ...push, ...asking }, ...common }))
          : 'topic' in push || 'condition' in push
            ? await unwrap(raw.POST('/notifications/topic', { body: { ...push, ...asking }, ...common }))
            : await unwrap(raw.POST('/notifications/tokens', { body: { ...push, ...asking }, ...common }))
      if (!('dry_run' in answer)) throw new Error('a dry run was answered with a push')
      return answer.data
    },
    async resend(id, body = {}, options = {}) {
      const params = { path: { id }, header: headersOf(options, newKey) }
      return accepted(await unwrap(raw.POST('/notifications/{id}/resend', { params, body, ...signalOf(options) })))
    },
  }
}

function accepted(answer: Accepted | Schema<'PushDryRun'>): Accepted {
  if ('dry_run' in answer) throw new Error('a push was answered with a dry run')
  return answer
}
