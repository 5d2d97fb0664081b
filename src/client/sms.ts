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
} from './call.ts'
import type { BatchStream } from './sms-batch.ts'

export type SmsMessage = Omit<Schema<'SmsRequest'>, 'dry_run'>
export type SmsQuery = Query<'/smss'>

/** SMS. Every call throws TidingsApiError where it is refused, and TidingsUnreachable where nobody answers. */
export interface SmsCalls {
  /** Accepts an SMS: after the answer it is on disk. A repetition of the call sends nothing twice. */
  send(message: SmsMessage, options?: SendOptions): Promise<Schema<'SmsAccepted'>>
  /** What would be sent, where to, how, and what would keep it waiting. Nothing is stored. */
  dryRun(message: SmsMessage, options?: CallOptions): Promise<Schema<'SmsDryRunData'>>
  /** 1 to 10,000 SMS in one call, with one commit: all of them, or with `partial` those that are good. At most 8 MiB. */
  sendMany(batch: Omit<Schema<'SmsBatchRequest'>, 'dry_run'>, options?: SendOptions): Promise<Schema<'SmsBatchAnswer'>>
  /** As many SMS as there are, each answered after its commit, while others are still read. Not in browsers. */
  readonly batch: BatchStream
  /** One message, with its attempts, and a sentence that says whether the person has it. */
  get(id: number, options?: CallOptions): Promise<Schema<'Sms'>>
  /** Takes a message back that has not left. Refused with `too_late` where it has. */
  cancel(id: number, options?: CallOptions): Promise<Schema<'Sms'>>
  /** Tells that somebody typed in the code it brought. Returns when that was first told. */
  converted(id: number, options?: CallOptions): Promise<string>
  /** Sends the content again, as a new message. */
  resend(id: number, change?: { readonly contact?: string }, options?: SendOptions): Promise<Schema<'SmsAccepted'>>
  /** What is found, newest first; pages are asked for as they are needed. `q`: the search grammar. */
  list(query?: SmsQuery, options?: CallOptions): AsyncIterable<Schema<'Sms'>>
  /** One page of it. `searched_until` says how far back it looked. */
  page(query?: SmsQuery, options?: CallOptions): Promise<Schema<'SmsList'>>
  /** All that is found as a file, while it is written. Cut off before its end, it throws where it is read. */
  export(query?: Query<'/smss/export'>, options?: CallOptions): Promise<ReadableStream<Uint8Array>>
}

export function createSmsCalls({ raw, newKey }: Calls, batch: BatchStream): SmsCalls {
  const page: SmsCalls['page'] = (query = {}, options = {}) =>
    unwrap(raw.GET('/smss', { params: { query }, ...signalOf(options) }))
  return {
    ...createSending({ raw, newKey }),
    batch,
    async get(id, options = {}) {
      return (await unwrap(raw.GET('/smss/{id}', { params: { path: { id } }, ...signalOf(options) }))).data
    },
    async cancel(id, options = {}) {
      return (await unwrap(raw.POST('/smss/{id}/cancel', { params: { path: { id } }, ...signalOf(options) }))).data
    },
    async converted(id, options = {}) {
      return (await unwrap(raw.POST('/smss/{id}/converted', { params: { path: { id } }, ...signalOf(options) })))
        .converted_at
    },
    list: (query = {}, options = {}) => itemsOf(query, (asked) => page(asked, options)),
    page,
    export: (query = {}, options = {}) =>
      fileOf(raw.GET('/smss/export', { params: { query }, parseAs: 'stream', ...signalOf(options) })),
  }
}

function createSending({ raw, newKey }: Calls): Pick<SmsCalls, 'send' | 'dryRun' | 'sendMany' | 'resend'> {
  return {
    async send(message, options = {}) {
      const params = { header: headersOf(options, newKey) }
      return accepted(await unwrap(raw.POST('/smss', { params, body: message, ...signalOf(options) })))
    },
    async dryRun(message, options = {}) {
      const params = { header: headersOf({}, newKey) }
      const body = { ...message, dry_run: true }
      const answer = await unwrap(raw.POST('/smss', { params, body, ...signalOf(options) }))
      if (!('dry_run' in answer)) throw new Error('a dry run was answered with a message')
      return answer.data
    },
    async sendMany(body, options = {}) {
      const params = { header: headersOf(options, newKey) }
      const answer = await unwrap(raw.POST('/smss/batch', { params, body, ...signalOf(options) }))
      if (typeof answer === 'string') throw new Error('a batch in JSON was answered in lines')
      return answer
    },
    async resend(id, change = {}, options = {}) {
      const params = { path: { id }, header: headersOf(options, newKey) }
      return accepted(await unwrap(raw.POST('/smss/{id}/resend', { params, body: change, ...signalOf(options) })))
    },
  }
}

function accepted(answer: Schema<'SmsAccepted'> | Schema<'SmsDryRun'>): Schema<'SmsAccepted'> {
  if ('dry_run' in answer) throw new Error('a message was answered with a dry run')
  return answer
}
