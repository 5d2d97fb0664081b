import { itemsOf, signalOf, unwrap, type Calls, type CallOptions, type Query, type Schema } from './call.ts'

/** What was captured instead of sent: for tests. */
export interface InboxCalls {
  /**
   * The newest captured message that matches, as soon as there is one. `timeout`: 0 to 120 seconds, 30 unless given; then it throws
   * `inbox_timeout`. `since`: what was captured after this time, or after the message of this id; without it, at most 5 s before the
   * call. With `extract: 'code'` the answer has the one-time code in the text.
   */
  wait(query: Query<'/inbox/wait'>, options?: CallOptions): Promise<Schema<'InboxWaited'>>
  /** What was captured, newest first. */
  list(query?: Query<'/inbox'>, options?: CallOptions): AsyncIterable<Schema<'InboxItem'>>
  /** The people and devices that were written to, each with the latest message. */
  threads(query?: Query<'/inbox/threads'>, options?: CallOptions): AsyncIterable<Schema<'InboxThread'>>
  /** Lets a captured SMS, `sms_12`, live on as if it had been sent. */
  play(id: string, life: Schema<'InboxPlay'>['life'], options?: CallOptions): Promise<Schema<'InboxItem'>>
  /** Deletes what matches; returns how many that were. */
  empty(filter?: { readonly to?: string; readonly tag?: string }, options?: CallOptions): Promise<number>
}

/** Asked for by name, so that the time limit of the attempt knows it. */
const USUAL_WAIT_SECONDS = 30

export function createInboxCalls({ raw }: Calls): InboxCalls {
  return {
    wait(asked, options = {}) {
      const query = { timeout: USUAL_WAIT_SECONDS, ...asked }
      return unwrap(raw.GET('/inbox/wait', { params: { query }, ...signalOf(options) }))
    },
    list: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/inbox', { params: { query }, ...signalOf(options) }))),
    threads: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/inbox/threads', { params: { query }, ...signalOf(options) }))),
    async play(id, life, options = {}) {
      const asked = { params: { path: { id } }, body: { life }, ...signalOf(options) }
      return (await unwrap(raw.POST('/inbox/{id}/play', asked))).data
    },
    async empty(query = {}, options = {}) {
      return (await unwrap(raw.DELETE('/inbox', { params: { query }, ...signalOf(options) }))).deleted
    },
  }
}
