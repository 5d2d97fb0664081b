import { once } from 'node:events'
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Server } from 'node:net'
import { performance } from 'node:perf_hooks'
import { onTestFinished } from 'vitest'
import type { Http2Answer, Http2Client, Http2Fault } from '../../src/http2/client.ts'
import { createHttp2Pool, type PoolOptions } from '../../src/http2/pool.ts'

/** Runs after the test, the last one first. */
export function after(end: () => unknown): void {
  onTestFinished(async () => void (await end()))
}

export const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer one' }
export const NEVER = new AbortController().signal

export interface Peer {
  readonly server: Http2Server
  readonly origin: string
  readonly port: number
  readonly sessions: ServerHttp2Session[]
}

export async function startPeer(
  onStream: (stream: ServerHttp2Stream, session: ServerHttp2Session) => void,
): Promise<Peer> {
  const server = createServer()
  const sessions: ServerHttp2Session[] = []
  server.on('session', (session) => {
    sessions.push(session)
    session.on('error', () => undefined)
    session.on('stream', (stream) => {
      stream.on('error', () => undefined)
      onStream(stream, session)
    })
  })
  const port = await listen(server)
  after(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  return { server, origin: `http://127.0.0.1:${port}`, port, sessions }
}

export async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

/** Answers with the request's own body. */
export function echo(stream: ServerHttp2Stream): void {
  let body = ''
  stream.on('data', (piece: Buffer) => (body += piece.toString()))
  stream.on('end', () => {
    if (stream.destroyed) return
    stream.respond({ ':status': 200, 'x-seen': 'yes' })
    stream.end(body)
  })
}

export function answerAll(held: ServerHttp2Stream[]): void {
  for (const stream of held.splice(0)) {
    if (stream.destroyed) continue
    stream.respond({ ':status': 200 })
    stream.end('{}')
  }
}

export function pool(origin: string, more: Partial<PoolOptions> = {}): Http2Client {
  const client = createHttp2Pool({ origin, ...more }, { monotonic: () => performance.now(), chance: () => 0 })
  after(() => client.close())
  return client
}

export function post(
  client: Http2Client,
  body: string,
  signal: AbortSignal = NEVER,
): Promise<Http2Answer | Http2Fault> {
  return client.request({ path: '/v1/send', headers: HEADERS, body }, signal)
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
