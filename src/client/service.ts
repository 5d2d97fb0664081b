import { signalOf, unwrap, type Calls, type CallOptions, type Schema } from './call.ts'
import { itemsOf, type Query } from './call.ts'

/** What holds for the whole service. */
export interface ServiceCalls {
  /** Stops sending: all of it, or by `provider` and `category`. What waits goes on waiting. Holds on every node within a second. */
  pause(request?: Schema<'PauseRequest'>, options?: CallOptions): Promise<Schema<'PauseList'>>
  /** Ends the pauses that were made with the same words; `{}` ends all. */
  resume(request?: Schema<'ResumeRequest'>, options?: CallOptions): Promise<Schema<'Resumed'>>
  /** The pauses that hold. */
  pauses(options?: CallOptions): Promise<Schema<'PauseList'>['data']>
  /** Whether it can take messages, check by check. Throws `not_ready` where it can't. */
  ready(options?: CallOptions): Promise<Schema<'Ready'>>
  /** Where SMS go, and how each provider does, as the node that answers sees it. Needs the scope `admin`, where keys are asked for. */
  routes(options?: CallOptions): Promise<Schema<'SmsRoutesData'>>
  /** Everything that can be told of its state, with what to mend. Needs a key with the scope `admin`, where keys are asked for. */
  checks(options?: CallOptions): Promise<Schema<'Checks'>>
  /** What was done to the service itself, newest first. */
  audit(query?: Query<'/audit'>, options?: CallOptions): AsyncIterable<Schema<'AuditEntry'>>
  readonly errors: {
    /** Every page of the error reference. */
    list(options?: CallOptions): Promise<readonly Schema<'ErrorPage'>[]>
    /** One of them: what, why, how to fix, whether it is repeated, whether it cost. */
    get(code: string, options?: CallOptions): Promise<Schema<'ErrorPage'>>
  }
}

export function createServiceCalls({ raw }: Calls): ServiceCalls {
  return {
    pause: (body = {}, options = {}) => unwrap(raw.POST('/pause', { body, ...signalOf(options) })),
    resume: (body = {}, options = {}) => unwrap(raw.POST('/resume', { body, ...signalOf(options) })),
    pauses: async (options = {}) => (await unwrap(raw.GET('/pauses', signalOf(options)))).data,
    routes: async (options = {}) => (await unwrap(raw.GET('/routes', signalOf(options)))).data,
    async ready(options = {}) {
      const answer = await unwrap(raw.GET('/readyz', signalOf(options)))
      if ('warnings' in answer) return answer
      throw new Error('more was answered than was asked for')
    },
    async checks(options = {}) {
      const answer = await unwrap(raw.GET('/readyz', { params: { query: { verbose: '' } }, ...signalOf(options) }))
      if ('ready' in answer) return answer
      throw new Error('this service is older than its client')
    },
    audit: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/audit', { params: { query }, ...signalOf(options) }))),
    errors: {
      async list(options = {}) {
        const headers = { Accept: 'application/json' }
        return pages(await unwrap(raw.GET('/errors', { headers, ...signalOf(options) })))
      },
      async get(code, options = {}) {
        const asked = { params: { path: { code } }, headers: { Accept: 'application/json' }, ...signalOf(options) }
        return pages(await unwrap(raw.GET('/errors/{code}', asked)))
      },
    },
  }
}

/** Asked for as JSON, they come as JSON. */
function pages<Data>(answer: { readonly data: Data } | string): Data {
  if (typeof answer === 'string') throw new Error('the error reference was not answered in JSON')
  return answer.data
}
