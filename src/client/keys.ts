import { itemsOf, signalOf, unwrap, type Calls, type CallOptions, type Query, type Schema } from './call.ts'

/** API keys. Only a key with the scope `admin` may. */
export interface KeyCalls {
  list(query?: Query<'/keys'>, options?: CallOptions): AsyncIterable<Schema<'Key'>>
  get(id: string, options?: CallOptions): Promise<Schema<'Key'>>
  /** Makes a key. The answer is the only place where it ever stands. */
  create(request: Schema<'KeyRequest'>, options?: CallOptions): Promise<Schema<'KeyMade'>>
  change(id: string, change: Schema<'KeyChange'>, options?: CallOptions): Promise<Schema<'Key'>>
  /** Makes a key that takes this one’s place; both are good for a while. */
  rotate(id: string, request?: Schema<'KeyRotation'>, options?: CallOptions): Promise<Schema<'KeyMade'>>
  /** Within five seconds no node takes it any more. */
  revoke(id: string, options?: CallOptions): Promise<Schema<'Key'>>
}

export function createKeyCalls({ raw }: Calls): KeyCalls {
  return {
    list: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/keys', { params: { query }, ...signalOf(options) }))),
    async get(key, options = {}) {
      return (await unwrap(raw.GET('/keys/{key}', { params: { path: { key } }, ...signalOf(options) }))).data
    },
    create: (body, options = {}) => unwrap(raw.POST('/keys', { body, ...signalOf(options) })),
    async change(key, body, options = {}) {
      const asked = { params: { path: { key } }, body, ...signalOf(options) }
      return (await unwrap(raw.PATCH('/keys/{key}', asked))).data
    },
    rotate: (key, body = {}, options = {}) =>
      unwrap(raw.POST('/keys/{key}/rotate', { params: { path: { key } }, body, ...signalOf(options) })),
    async revoke(key, options = {}) {
      return (await unwrap(raw.DELETE('/keys/{key}', { params: { path: { key } }, ...signalOf(options) }))).data
    },
  }
}
