import { fileOf, itemsOf, signalOf, unwrap, type Calls, type CallOptions, type Query, type Schema } from './call.ts'

/** The people that SMS were sent to. */
export interface ClientCalls {
  /** Those that are found, the latest to appear first. */
  list(query?: Query<'/clients'>, options?: CallOptions): AsyncIterable<Schema<'Client'>>
  /** All that are found as a file, while it is written. Cut off before its end, it throws where it is read. */
  export(query?: Query<'/clients/export'>, options?: CallOptions): Promise<ReadableStream<Uint8Array>>
  /** A person, and the first page of what was sent to the number. */
  get(contact: string, query?: Query<'/clients/{contact}'>, options?: CallOptions): Promise<Schema<'ClientHistory'>>
  /** Everything that was sent to the number, newest first. */
  messages(contact: string, query?: Query<'/clients/{contact}'>, options?: CallOptions): AsyncIterable<Schema<'Sms'>>
  /** Erases the person: number, texts, tags. With `dryRun` it only counts what would go. It cannot be undone. */
  erase(contact: string, options?: CallOptions & { readonly dryRun?: boolean }): Promise<Schema<'ClientErased'>>
}

export function createClientCalls({ raw }: Calls): ClientCalls {
  const get: ClientCalls['get'] = (contact, query = {}, options = {}) =>
    unwrap(raw.GET('/clients/{contact}', { params: { path: { contact }, query }, ...signalOf(options) }))
  return {
    list: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/clients', { params: { query }, ...signalOf(options) }))),
    export: (query = {}, options = {}) =>
      fileOf(raw.GET('/clients/export', { params: { query }, parseAs: 'stream', ...signalOf(options) })),
    get,
    messages: (contact, asked = {}, options = {}) => itemsOf(asked, (query) => get(contact, query, options)),
    erase(contact, { dryRun = false, ...options } = {}) {
      const params = { path: { contact }, ...(dryRun ? { query: { dry_run: true } } : {}) }
      return unwrap(raw.DELETE('/clients/{contact}', { params, ...signalOf(options) }))
    },
  }
}
