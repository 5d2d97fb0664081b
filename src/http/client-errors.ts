import { STATUS_CODES, type IncomingMessage, type Server as HttpServer } from 'node:http'
import type { Duplex } from 'node:stream'
import { TidingsError } from '../domain/errors.ts'
import { ERROR_PAGES } from './error-pages.ts'
import { toErrorObject } from './errors.ts'
import { FAULT_OF_PARSER } from './framework-errors.ts'
import { URL_LENGTH } from './limits.ts'
import { safeHeaders } from './safe-headers.ts'

interface ParserError extends Error {
  readonly code?: string | undefined
  /** The bytes it stumbled over; a Buffer, whatever Fastify's types say. */
  readonly rawPacket?: unknown
}

/** A request line, as far as it has come. */
const REQUEST_LINE = /^[A-Z-]+ [^\r\n]*/

/**
 * Answers what Node could not parse with the same object as everything else, and hangs up. Returns the refusal, or null where
 * nothing can be written any more: the peer is gone, or an answer is already half sent.
 */
export function answerParserError(error: ParserError, socket: Duplex, requestId: string): TidingsError | null {
  if (error.code === 'ECONNRESET' || !socket.writable || answerBegun(socket)) {
    socket.destroy()
    return null
  }
  const refusal = toParserRefusal(error)
  hangUp(socket, refusal, requestId, [], !textOf(error.rawPacket).startsWith('HEAD '))
  return refusal
}

/** What Node would answer by itself, or not at all. */
export function answerOddRequests(server: HttpServer, newRequestId: () => string): void {
  // Other expectations than 100-continue may be ignored: RFC 9110 §10.1.1.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    const refusal = new TidingsError('method_not_allowed', 'Method Not Allowed')
    socket.on('error', () => socket.destroy())
    hangUp(socket, refusal, newRequestId(), ['Allow: GET, HEAD, POST, OPTIONS'])
  })
}

function toParserRefusal(error: ParserError): TidingsError {
  const fault = FAULT_OF_PARSER[error.code ?? '']
  const line = REQUEST_LINE.exec(textOf(error.rawPacket))?.[0] ?? ''
  if (fault?.code === 'headers_too_large' && line.length > URL_LENGTH) {
    return new TidingsError('uri_too_long', 'The URL is longer than 4,096 characters')
  }
  if (fault !== undefined) return new TidingsError(fault.code, fault.message)
  return new TidingsError('malformed_http', 'The request is not HTTP')
}

function textOf(packet: unknown): string {
  return Buffer.isBuffer(packet) ? packet.toString('latin1') : ''
}

/** Node keeps the answer that is being written on the socket; it has no public name for it. */
function answerBegun(socket: Duplex): boolean {
  const answer: unknown = Reflect.get(socket, '_httpMessage')
  return typeof answer === 'object' && answer !== null && Reflect.get(answer, '_headerSent') === true
}

const SAFE = Object.entries(safeHeaders(null)).map(([name, value]) => `${name}: ${value}`)

function hangUp(
  socket: Duplex,
  refusal: TidingsError,
  requestId: string,
  headers: readonly string[] = [],
  withBody = true,
): void {
  const body = `${JSON.stringify(toErrorObject(refusal, requestId))}\n`
  const { status } = ERROR_PAGES[refusal.code]
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Request-Id: ${requestId}`,
    ...SAFE,
    ...headers,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${withBody ? body : ''}`)
}
