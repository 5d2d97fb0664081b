import { createServer, type Server as HttpServer, type ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { answerOddRequests, answerParserError } from './client-errors.ts'
import * as limits from './limits.ts'
import { mayTakeLong } from './long-requests.ts'
import type { Server } from './parts.ts'
import { dropSlowReaders } from './slow-readers.ts'

/** What holds for every socket we listen on. */
export const HTTP_OPTIONS: ServerOptions = {
  maxHeaderSize: limits.HEADER_BYTES,
  headersTimeout: limits.HEADERS_TIMEOUT_MS,
  requestTimeout: limits.REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: limits.LATE_CHECK_MS,
  keepAliveTimeout: limits.KEEP_ALIVE_MS,
  // Node would answer a missing Host header without a body; the guard does it with one.
  requireHostHeader: false,
}

export interface SocketParts {
  readonly log: Logger
  newRequestId(): string
}

/** How often, while stopping, connections that have become idle are closed. */
const IDLE_CHECK_MS = 50

/** The machine has no such address. */
const NO_SUCH_ADDRESS: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])

/**
 * Serves on `host`, or on both loopback addresses for null: `localhost` means either, as each client likes. Fastify's own way to
 * do that gives the second socket none of our answers to malformed requests, and lets `Upgrade` hang there. Rejects with Node's
 * error, EADDRINUSE among them.
 */
export async function listen(app: Server, host: string | null, port: number, parts: SocketParts): Promise<void> {
  if (host !== null) return void (await app.listen({ host, port }))
  const second = createServer(HTTP_OPTIONS, (request, response) => app.routing(request, response))
  second.maxRequestsPerSocket = limits.REQUESTS_PER_SOCKET
  second.on('clientError', (error, socket) => refuseMalformed(error, socket, parts))
  dress(second, parts)
  closeWith(app, second, () => new Promise((resolve) => second.close(() => resolve())))
  await app.listen({ host: '127.0.0.1', port })
  try {
    await bind(second, '::1', portOf(app.server) ?? port)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NO_SUCH_ADDRESS.has(error.code))) throw error
  }
}

/** What Node wants to be set on the server itself. */
export function dress(server: HttpServer, { newRequestId }: SocketParts): void {
  server.maxConnections = limits.CONNECTIONS
  answerOddRequests(server, newRequestId)
  dropSlowReaders(server)
}

/** Answers what is no HTTP, and writes it down. */
export function refuseMalformed(error: Error, socket: Duplex, { log, newRequestId }: SocketParts): void {
  if ('code' in error && error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && mayTakeLong(socket)) return
  const requestId = newRequestId()
  const refusal = answerParserError(error, socket, requestId)
  if (refusal !== null) log.info({ request_id: requestId, code: refusal.code }, 'request')
}

/**
 * Closes a server when the app closes. A connection whose last answer goes out after that would be kept alive, and the stop
 * wait for it: so idle ones are closed again and again until none is left. Node takes one on which nothing was ever asked for
 * busy (browsers open some in advance), so those are closed here.
 */
export function closeWith(app: Server, server: HttpServer, close: () => Promise<void>): void {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const closeIdle = (): void => {
    server.closeIdleConnections()
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
  let closed: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  app.addHook('preClose', (done) => {
    timer = setInterval(closeIdle, IDLE_CHECK_MS)
    closed = close()
    done()
  })
  app.addHook('onClose', async () => {
    await closed
    clearInterval(timer)
  })
}

function bind(server: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, ipv6Only: true }, resolve)
  })
}

function portOf(server: HttpServer): number | null {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : null
}
