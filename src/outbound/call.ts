import { Agent, errors, type Dispatcher } from 'undici'
import { excerptOf } from './excerpt.ts'
import { createGuard, type GuardOptions, RefusedAddress } from './guard.ts'

export interface OutboundRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** For everything, looking the name up included. */
  readonly timeoutMs: number
  /** Ends it early, as `aborted`. */
  readonly signal: AbortSignal
}

export type OutboundFailure = 'refused_address' | 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'aborted'

export type OutboundAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** Names in lower case; a header that came more than once is joined by commas. */
      readonly headers: Readonly<Record<string, string>>
      /** The first 1,024 bytes of a text, without control characters; empty for anything else. */
      readonly excerpt: string
    }
  | { readonly kind: 'failed'; readonly failure: OutboundFailure }

/** Rejects only for a request that can't be one. Redirects are answers; nothing follows them. */
export type OutboundCall = (url: URL, request: OutboundRequest) => Promise<OutboundAnswer>

export interface OutboundOptions extends GuardOptions {
  /** For each scheme, host and port; 4 unless said. A request waits for one of them, within its time. */
  readonly connections?: number
  /** To a finished TLS handshake, looking the name up included; 5,000 unless said. */
  readonly connectMs?: number
}

/** More of an answer is not read: the connection is closed. */
const ANSWER_BYTES = 65_536
const HEADER_BYTES = 16_384
const KEEP_MS = 4_000

/**
 * POSTs to addresses that strangers chose: only to public ones or those in `allowedPrivate`, never to this node itself, by no proxy. An
 * answer counts from its status on, whatever becomes of its body.
 */
export function createOutboundCall(options: OutboundOptions): OutboundCall & { close(): Promise<void> } {
  const agent = new Agent({
    connections: options.connections ?? 4,
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: HEADER_BYTES,
    keepAliveTimeout: KEEP_MS,
    keepAliveMaxTimeout: KEEP_MS,
    connect: createGuard(options, options.connectMs ?? 5_000),
  })
  return Object.assign((url: URL, request: OutboundRequest) => send(agent, url, request), {
    close: () => agent.destroy(),
  })
}

async function send(agent: Dispatcher, url: URL, request: OutboundRequest): Promise<OutboundAnswer> {
  const ending = new AbortController()
  let failure: OutboundFailure | null = null
  const end = (why: OutboundFailure): void => {
    failure ??= why
    ending.abort()
  }
  const onAbort = (): void => end('aborted')
  const timer = setTimeout(() => end('timeout'), request.timeoutMs)
  request.signal.addEventListener('abort', onAbort, { once: true })
  if (request.signal.aborted) onAbort()
  try {
    return await exchange(agent, url, request, ending.signal)
  } catch (error) {
    if (error instanceof errors.InvalidArgumentError) throw error
    return { kind: 'failed', failure: failure ?? failureOf(error) }
  } finally {
    clearTimeout(timer)
    request.signal.removeEventListener('abort', onAbort)
  }
}

async function exchange(
  agent: Dispatcher,
  url: URL,
  { headers, body, timeoutMs }: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const answer = await agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'POST',
    headers,
    body,
    signal,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  })
  const flat = flatten(answer.headers)
  return {
    kind: 'answered',
    status: answer.statusCode,
    headers: flat,
    excerpt: excerptOf(await read(answer.body), flat),
  }
}

async function read(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  // What is left unread is an error of the stream, which is not one of ours.
  body.on('error', () => undefined)
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece)
      size += piece.length
      if (size >= ANSWER_BYTES) break
    }
  } catch {
    // The status has come: what was read of the body is enough.
  }
  return Buffer.concat(pieces)
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  )
}

const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'])
const NAME_FAULTS = new Set(['ENOTFOUND', 'ENODATA', 'EAI_AGAIN', 'EAI_FAIL', 'ESERVFAIL', 'ETIMEOUT', 'EREFUSED'])
const UNREACHED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EACCES', 'EPERM', 'EINVAL'])

function failureOf(error: unknown): OutboundFailure {
  if (error instanceof RefusedAddress) return 'refused_address'
  if (error instanceof errors.ClientDestroyedError || error instanceof errors.ClientClosedError) return 'aborted'
  const code = codeOf(error)
  if (TIMEOUTS.has(code)) return 'timeout'
  if (NAME_FAULTS.has(code)) return 'dns'
  if (UNREACHED.has(code)) return 'connect'
  return /^ERR_(SSL|TLS)|^EPROTO$|CERT|SELF_SIGNED|^UNABLE_TO_/.test(code) ? 'tls' : 'reset'
}

/** Of several addresses that were all tried, the first one's. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
