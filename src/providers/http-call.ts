import { setMaxListeners } from 'node:events'
import { Agent, type buildConnector, type Dispatcher, errors } from 'undici'

export interface HttpRequest<Body = string | null> {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Absolute, http or https; a fragment is not sent. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  /** More of an answer's body than this is cut off; 65,536 unless said. */
  readonly answerBytes?: number
}

type AnyBody = string | Buffer | null

export interface HttpAnswer {
  readonly kind: 'answer'
  readonly status: number
  /** Names in lower case; a header that came more than once is joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  /** Cut off at the request's `answerBytes`. */
  readonly body: Buffer
}

/** No answer, or only a part of one. */
export interface HttpFault {
  readonly kind: 'fault'
  /** True from the moment a byte of the request may have left; false: the other side cannot have seen it. */
  readonly written: boolean
  readonly reason: 'dns' | 'tls' | 'connect' | 'timeout' | 'reset' | 'aborted'
  /** There is nothing wrong with the link: our own rules let no call go there. */
  readonly forbidden?: true
}

export interface HttpCall {
  /** Rejects only for a request that can't be one. Redirects are answers. `signal` ends it early, with reason `aborted`. */
  send(request: HttpRequest<AnyBody>, signal: AbortSignal): Promise<HttpAnswer | HttpFault>
  /** Ends the requests under way as faults and closes the connections. May be called again. */
  close(): Promise<void>
}

export interface HttpCallOptions {
  /** For each origin; one request at a time on each, as a request behind another one could not tell whether it was written. */
  readonly connections: number
  /** To a finished TLS handshake; 3,000 unless said. */
  readonly connectMs?: number
  /** From the request's last byte to the answer's headers, and between two pieces of its body; 10,000 unless said. */
  readonly headersMs?: number
  /** For everything, waiting for a connection included; 15,000 unless said. */
  readonly totalMs?: number
  /** Makes connections where not every address may be called: an error with the code `FORBIDDEN_ADDRESS` becomes a `forbidden` fault. */
  readonly connect?: buildConnector.connector
}

const ANSWER_BYTES = 65_536

/** Calls over kept connections, each with its time limits, that know whether the request may have been seen. */
export function createHttpCall(options: HttpCallOptions): HttpCall {
  const headersMs = options.headersMs ?? 10_000
  const agent = new Agent({
    connections: options.connections,
    pipelining: 1,
    headersTimeout: headersMs,
    bodyTimeout: headersMs,
    connect: options.connect ?? { timeout: options.connectMs ?? 3_000 },
  })
  let closing: Promise<void> | null = null
  return {
    send: (request, signal) => exchange(agent, request, options.totalMs ?? 15_000, signal),
    async close() {
      closing ??= agent.destroy()
      await closing
    },
  }
}

function exchange(
  agent: Dispatcher,
  request: HttpRequest<AnyBody>,
  totalMs: number,
  signal: AbortSignal,
): Promise<HttpAnswer | HttpFault> {
  const attempt = createAttempt(request.answerBytes ?? ANSWER_BYTES)
  const onAbort = () => attempt.stop('aborted')
  const timer = setTimeout(() => attempt.stop('timeout'), totalMs)
  // One signal may stop a whole window of calls; Node warns from the eleventh on.
  setMaxListeners(0, signal)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  else dispatch(agent, request, attempt)
  return attempt.result.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  })
}

function dispatch(agent: Dispatcher, request: HttpRequest<AnyBody>, attempt: Attempt): void {
  const { origin, pathname, search } = new URL(request.url)
  const { method, headers, body } = request
  agent.dispatch({ origin, path: pathname + search, method, headers, body }, attempt.handler)
}

interface Attempt {
  readonly handler: Dispatcher.DispatchHandler
  readonly result: Promise<HttpAnswer | HttpFault>
  stop(reason: HttpFault['reason']): void
}

const unset = () => undefined

function createAttempt(answerBytes: number): Attempt {
  let settle: (result: HttpAnswer | HttpFault) => void = unset
  let fail: (bug: Error) => void = unset
  const result = new Promise<HttpAnswer | HttpFault>((resolve, reject) => {
    settle = resolve
    fail = reject
  })
  let connection: Dispatcher.DispatchController | null = null
  let [open, written, room] = [true, false, answerBytes]
  let head: Pick<HttpAnswer, 'status' | 'headers'> | null = null
  const pieces: Buffer[] = []

  function end(outcome: HttpAnswer | HttpFault): void {
    open = false
    settle(outcome)
  }
  function stop(reason: HttpFault['reason']): void {
    end({ kind: 'fault', written, reason })
    connection?.abort(new Error(reason))
  }
  function answer(): void {
    if (head !== null) end({ kind: 'answer', ...head, body: Buffer.concat(pieces) })
  }

  const handler: Dispatcher.DispatchHandler = {
    // Called with a connection at hand, just before the first byte. A second call would be a second copy of the request.
    onRequestStart(controller) {
      if (open && !written) {
        connection = controller
        written = true
      } else controller.abort(new Error('not sent'))
    },
    onResponseStart(_controller, status, headers) {
      if (status >= 200) head = { status, headers: flat(headers) }
    },
    onResponseData(controller, piece) {
      pieces.push(piece.subarray(0, room))
      room = Math.max(room - piece.length, -1)
      if (room >= 0) return
      answer()
      controller.abort(new Error('answer too long'))
    },
    onResponseEnd: answer,
    onResponseError(_controller, error) {
      if (error instanceof errors.InvalidArgumentError) fail(error)
      else end(faultOf(error, written))
    },
  }
  return { handler, result, stop }
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return joined
}

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'])

function faultOf(error: Error, written: boolean): HttpFault {
  const fault: HttpFault = { kind: 'fault', written, reason: reasonOf(error, written) }
  return codeOf(error) === 'FORBIDDEN_ADDRESS' ? { ...fault, forbidden: true } : fault
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}

function reasonOf(error: Error, written: boolean): HttpFault['reason'] {
  if (error instanceof errors.ClientDestroyedError || error instanceof errors.ClientClosedError) return 'aborted'
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return 'timeout'
  if (written) return 'reset'
  const code = codeOf(error)
  if (DNS_CODES.has(code)) return 'dns'
  return /^ERR_(SSL|TLS)|^EPROTO$|CERT|SELF_SIGNED|^UNABLE_TO_/.test(code) ? 'tls' : 'connect'
}
