import { createServer as createHttp1, type RequestListener } from 'node:http'
import { createServer as createHttp2, type Http2Server } from 'node:http2'
import { createServer as createTcp, type Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import type { Certificate } from './certificate.ts'
import { listenOn } from './listen-on.ts'

export interface Listening {
  /** Without TLS: HTTP/1.1 and HTTP/2 with prior knowledge on one port. */
  readonly plainPort: number
  /** With TLS: HTTP/1.1 and HTTP/2, as negotiated. */
  readonly tlsPort: number
  readonly http2: Http2Server
  close(): Promise<void>
}

/** Serves both versions on a plain port and on one with TLS, on 127.0.0.1. 0 takes any free port. `streams`: at once on one connection. */
export async function listen(
  port: number,
  certificate: Certificate,
  onHttp1: RequestListener,
  streams = 100,
): Promise<Listening> {
  const sockets = new Set<Socket>()
  const http1 = createHttp1(onHttp1)
  const http2 = createHttp2({ settings: { maxConcurrentStreams: streams } })
  const plain = createTcp({ pauseOnConnect: false }, (socket) => {
    keep(socket)
    socket.once('data', (first: Buffer) => {
      socket.pause()
      socket.unshift(first)
      ;(first.toString('latin1', 0, 3) === 'PRI' ? http2 : http1).emit('connection', socket)
      process.nextTick(() => socket.resume())
    })
  })
  const tls = createTls({ ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    keep(socket)
    ;(socket.alpnProtocol === 'h2' ? http2 : http1).emit('connection', socket)
  })

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }
  return {
    plainPort: await listenOn(plain, port),
    tlsPort: await listenOn(tls, 0),
    http2,
    async close() {
      const closed = [plain, tls].map((server) => new Promise((resolve) => server.close(resolve)))
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    },
  }
}
