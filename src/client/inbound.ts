import { itemsOf, signalOf, unwrap, type Calls, type CallOptions, type Query, type Schema } from './call.ts'

/** What people send to you. */
export interface InboundCalls {
  /** Newest first. */
  list(query?: Query<'/inbound'>, options?: CallOptions): AsyncIterable<Schema<'Inbound'>>
}

export function createInboundCalls({ raw }: Calls): InboundCalls {
  return {
    list: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/inbound', { params: { query }, ...signalOf(options) }))),
  }
}

/** Who wants no more messages. */
export interface OptOutCalls {
  /** Newest first. */
  list(query?: Query<'/opt-outs'>, options?: CallOptions): AsyncIterable<Schema<'OptOut'>>
  /** From its answer on nothing is submitted to this number. May be repeated. */
  add(request: Schema<'OptOutRequest'>, options?: CallOptions): Promise<Schema<'OptOut'>>
  /** Ends an opt-out, of one sender group or of all; resolves with how many there were. */
  remove(contact: string, options?: CallOptions & { readonly senderGroup?: string }): Promise<number>
}

export function createOptOutCalls({ raw }: Calls): OptOutCalls {
  return {
    list: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/opt-outs', { params: { query }, ...signalOf(options) }))),
    async add(body, options = {}) {
      return (await unwrap(raw.POST('/opt-outs', { body, ...signalOf(options) }))).data
    },
    async remove(contact, { senderGroup, ...options } = {}) {
      const query = senderGroup === undefined ? {} : { query: { sender_group: senderGroup } }
      const params = { path: { contact }, ...query }
      return (await unwrap(raw.DELETE('/opt-outs/{contact}', { params, ...signalOf(options) }))).removed
    },
  }
}
