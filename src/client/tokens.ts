import { fileOf, itemsOf, signalOf, unwrap, type Calls, type CallOptions, type Query, type Schema } from './call.ts'

type Token = Schema<'Token'>

/** Devices: registration tokens and installation ids. */
export interface TokenCalls {
  /** Registers a device, or tells what has become of it: what is left out is forgotten. */
  put(token: string, device?: Schema<'DeviceRequest'>, options?: CallOptions): Promise<Token>
  /** Up to 10,000 of them with one commit: all, or with `partial` those that are good. */
  putAll(devices: Schema<'DevicesRequest'>, options?: CallOptions): Promise<Schema<'DevicesAnswer'>>
  /** Registers a browser with what `PushSubscription.toJSON()` gave. Its `token` is `webpush:…`, the same for the same endpoint. */
  putBrowser(browser: Schema<'WebSubscriptionRequest'>, options?: CallOptions): Promise<Token>
  /** `applicationServerKey`, which browsers subscribe with. */
  webPushKey(options?: CallOptions): Promise<string>
  /** By its token or its installation id. */
  get(token: string, options?: CallOptions): Promise<Token>
  /** Takes a device away: nothing is sent to it any more before it is registered again. */
  delete(token: string, options?: CallOptions): Promise<void>
  /** The same for up to 1,000. Resolves with how many of them were there. */
  deleteAll(tokens: readonly string[], options?: CallOptions): Promise<number>
  /** Undoes a retirement. Refused with `nothing_to_undo` where there is none, or it is older than 30 days. */
  restore(token: string, options?: CallOptions): Promise<Token>
  /** Undoes all retirements since a time (RFC 3339), for one reason or any. Resolves with how many there were. */
  restoreSince(asked: Schema<'TokensRestore'>, options?: CallOptions): Promise<number>
  /** Those that are found, with when each was last good, or since when it is dead. */
  list(query?: Query<'/tokens'>, options?: CallOptions): AsyncIterable<Token>
  /** All that are found as a file, while it is written. Cut off before its end, it throws where it is read. */
  export(query?: Query<'/tokens/export'>, options?: CallOptions): Promise<ReadableStream<Uint8Array>>
}

export function createTokenCalls({ raw }: Calls): TokenCalls {
  return {
    async put(token, body = {}, options = {}) {
      const params = { path: { token } }
      return (await unwrap(raw.PUT('/tokens/{token}', { params, body, ...signalOf(options) }))).data
    },
    async putAll(body, options = {}) {
      const answer = await unwrap(raw.PUT('/tokens', { body, ...signalOf(options) }))
      if (typeof answer === 'string') throw new Error('a call in JSON was answered with lines')
      return answer
    },
    async putBrowser(body, options = {}) {
      return (await unwrap(raw.POST('/webpush/subscriptions', { body, ...signalOf(options) }))).data
    },
    async webPushKey(options = {}) {
      return (await unwrap(raw.GET('/webpush/key', signalOf(options)))).public_key
    },
    async get(token, options = {}) {
      return (await unwrap(raw.GET('/tokens/{token}', { params: { path: { token } }, ...signalOf(options) }))).data
    },
    async delete(token, options = {}) {
      await unwrap(raw.DELETE('/tokens/{token}', { params: { path: { token } }, ...signalOf(options) }))
    },
    async deleteAll(tokens, options = {}) {
      const body = { tokens: [...tokens] }
      return (await unwrap(raw.DELETE('/tokens', { body, ...signalOf(options) }))).deleted
    },
    async restore(token, options = {}) {
      const params = { path: { token } }
      return (await unwrap(raw.POST('/tokens/{token}/restore', { params, ...signalOf(options) }))).data
    },
    async restoreSince(body, options = {}) {
      return (await unwrap(raw.POST('/tokens/restore', { body, ...signalOf(options) }))).restored
    },
    list: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/tokens', { params: { query }, ...signalOf(options) }))),
    export: (query = {}, options = {}) =>
      fileOf(raw.GET('/tokens/export', { params: { query }, parseAs: 'stream', ...signalOf(options) })),
  }
}
