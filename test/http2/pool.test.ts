import { once } from 'node:events'
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { type AddressInfo, connect, createServer as createTcp, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { afterEach, expect, test } from 'vitest'
import type { Http2Client } from '../../src/http2/client.ts'
import { createHttp2Pool, type PoolOptions } from '../../src/http2/pool.ts'
import { requestAgain } from '../../src/http2/resend.ts'

const ends: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer one' }
const NEVER = new AbortController().signal

interface Peer {
  readonly server: Http2Server
  readonly origin: string
  readonly port: number
  readonly sessions: ServerHttp2Session[]
}

async function startPeer(onStream: (stream: ServerHttp2Stream, session: ServerHttp2Session) => void): Promise<Peer> {
  const server = createServer()
  const sessions: ServerHttp2Session[] = []
  server.on('session', (session) => {
    sessions.push(session)
    session.on('error', () => undefined)
  })
  server.on('stream', (stream) => {
    stream.on('error', () => undefined)
    if (stream.session !== undefined) onStream(stream, stream.session as ServerHttp2Session)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  ends.push(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { server, origin: `http://127.0.0.1:${port}`, port, sessions }
}

/** Answers with the request's own body. */
function echo(stream: ServerHttp2Stream): void {
  let body = ''
  stream.on('data', (piece: Buffer) => (body += piece.toString()))
  stream.on('end', () => {
    if (stream.destroyed) return
    stream.respond({ ':status': 200, 'x-seen': 'yes' })
    stream.end(body)
  })
}

function pool(origin: string, more: Partial<PoolOptions> = {}): Http2Client {
  const client = createHttp2Pool({ origin, ...more }, { monotonic: () => performance.now(), chance: () => 0 })
  ends.push(() => client.close())
  return client
}

function post(client: Http2Client, body: string, signal: AbortSignal = NEVER) {
  return client.request({ path: '/v1/send', headers: HEADERS, body }, signal)
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index)

test('an answer brings status, headers and body', async () => {
  const peer = await startPeer(echo)
  expect(await post(pool(peer.origin), '{"a":"é"}')).toEqual({
    kind: 'answer',
    status: 200,
    headers: expect.objectContaining({ 'x-seen': 'yes' }) as unknown,
    body: '{"a":"é"}',
  })
})

test('connections are opened only when those there are have no room', async () => {
  const peer = await startPeer(echo)
  const client = pool(peer.origin)
  for (const index of range(5)) await post(client, String(index))
  expect(peer.sessions.length).toBe(1)
  await Promise.all(range(1_000).map((index) => post(client, String(index))))
  expect(peer.sessions.length).toBeGreaterThan(1)
  expect(peer.sessions.length).toBeLessThanOrEqual(4)
})

test('never more streams are open than the peer allows, also after it allows fewer', async () => {
  let [open, most] = [0, 0]
  const held: ServerHttp2Stream[] = []
  const peer = await startPeer((stream) => {
    open += 1
    most = Math.max(most, open)
    held.push(stream)
    stream.on('close', () => (open -= 1))
    if (held.length >= 10) answerAll(held)
  })
  peer.server.updateSettings({ maxConcurrentStreams: 10 })
  const client = pool(peer.origin, { sessions: 1 })
  const first = await Promise.all(range(100).map((index) => post(client, String(index))))
  expect(first.filter((result) => result.kind === 'answer').length).toBe(100)
  expect(most).toBe(10)

  const [session] = peer.sessions
  if (session === undefined) throw new Error('no session')
  const told = once(session, 'localSettings')
  session.settings({ maxConcurrentStreams: 5 })
  await told
  ;[most, held.length] = [0, 0]
  const later = range(5).map((index) => post(client, String(index)))
  const more = range(5).map((index) => post(client, String(index)))
  await once(peer.server, 'stream')
  while (held.length < 5) await once(peer.server, 'stream')
  expect(most).toBe(5)
  answerAll(held)
  while (held.length < 5) await once(peer.server, 'stream')
  answerAll(held)
  await Promise.all([...later, ...more])
  expect(most).toBe(5)
})

function answerAll(held: ServerHttp2Stream[]): void {
  for (const stream of held.splice(0)) {
    if (stream.destroyed) continue
    stream.respond({ ':status': 200 })
    stream.end('{}')
  }
}

test('a GOAWAY without error: streams above its last one were not processed, the others are answered', async () => {
  const streams: ServerHttp2Stream[] = []
  const peer = await startPeer((stream, session) => {
    if (session !== peer.sessions[0]) return echo(stream)
    streams.push(stream)
    if (streams.length < 4) return
    session.goaway(0, 3)
    for (const low of streams.filter(({ id }) => (id ?? 0) <= 3)) {
      low.respond({ ':status': 200 })
      low.end('first')
    }
  })
  const client = pool(peer.origin, { sessions: 1 })
  const results = await Promise.all(range(4).map((index) => post(client, String(index))))
  expect(results.map((result) => (result.kind === 'answer' ? result.body : result.processed))).toEqual([
    'first',
    'first',
    'no',
    'no',
  ])
  expect(await post(client, 'next')).toMatchObject({ kind: 'answer', body: 'next' })
  expect(peer.sessions.length).toBe(2)
})

test('what was refused is sent again at once, on a new connection after a GOAWAY, and only once', async () => {
  const seen: string[] = []
  const peer = await startPeer((stream, session) => {
    let body = ''
    stream.on('data', (piece: Buffer) => (body += piece.toString()))
    stream.on('end', () => {
      if (session === peer.sessions[0] && stream.id !== 1) return session.goaway(0, 1)
      seen.push(body)
      stream.respond({ ':status': 200 })
      stream.end('ok')
    })
  })
  const client = pool(peer.origin)
  const results = await Promise.all(
    range(20).map((index) => requestAgain(client, { path: '/', headers: HEADERS, body: String(index) }, NEVER, 3)),
  )
  expect(results.every((result) => result.kind === 'answer')).toBe(true)
  expect(seen.toSorted()).toEqual(range(20).map(String).toSorted())
})

test('ENHANCE_YOUR_CALM leaves every open stream uncertain, and the next connection waits', async () => {
  const peer = await startPeer((_stream, session) => session.goaway(11, 0))
  let now = 0
  const client = createHttp2Pool({ origin: peer.origin, streams: 8 }, { monotonic: () => now, chance: () => 0.5 })
  ends.push(() => client.close())
  const results = await Promise.all(range(3).map((index) => post(client, String(index))))
  expect(results).toEqual(range(3).map(() => ({ kind: 'fault', processed: 'maybe', reason: 'calm' })))

  const stopped = new AbortController()
  const waiting = post(client, 'waits', stopped.signal)
  await new Promise((resolve) => setImmediate(resolve))
  expect(peer.sessions.length).toBe(1)
  stopped.abort()
  expect(await waiting).toEqual({ kind: 'fault', processed: 'no', reason: 'aborted' })

  now = 12_501
  let [open, most] = [0, 0]
  peer.server.removeAllListeners('stream')
  peer.server.on('stream', (stream: ServerHttp2Stream) => {
    open += 1
    most = Math.max(most, open)
    stream.on('close', () => (open -= 1))
    setImmediate(() => answerAll([stream]))
  })
  await Promise.all(range(40).map((index) => post(client, String(index))))
  expect(peer.sessions.length).toBeGreaterThan(1)
  expect(most).toBeLessThanOrEqual(4 * (peer.sessions.length - 1))
})

test('REFUSED_STREAM is not processed, any other reset may have been', async () => {
  const codes = [7, 2, 8, 0]
  const peer = await startPeer((stream) => stream.close(codes.shift()))
  const client = pool(peer.origin)
  expect(await post(client, '1')).toEqual({ kind: 'fault', processed: 'no', reason: 'refused' })
  for (const body of ['2', '3', '4']) {
    expect(await post(client, body)).toEqual({ kind: 'fault', processed: 'maybe', reason: 'reset' })
  }
})

test('a connection that is cut leaves its streams uncertain, also those with half an answer', async () => {
  const peer = await startPeer((stream, session) => {
    stream.respond({ ':status': 200 })
    stream.write('half', () => session.destroy())
  })
  const lost = { kind: 'fault', processed: 'maybe', reason: 'connection_lost' }
  expect(await Promise.all([post(pool(peer.origin), '1'), post(pool(peer.origin), '2')])).toEqual([lost, lost])
})

test('a connection that has gone silent is pinged and given up', async () => {
  const peer = await startPeer(() => undefined)
  const proxied: Socket[] = []
  const proxy = createTcp((socket) => {
    const upstream = connect(peer.port, '127.0.0.1')
    proxied.push(socket, upstream)
    socket.pipe(upstream).pipe(socket)
    for (const end of [socket, upstream]) end.on('error', () => undefined)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  ends.push(
    () => proxied.forEach((socket) => socket.destroy()),
    () => void proxy.close(),
  )
  const { port } = proxy.address() as AddressInfo
  const client = pool(`http://127.0.0.1:${port}`, { pingAfterMs: 40, pingMs: 60 })
  const result = post(client, '1')
  await once(peer.server, 'stream')
  for (const socket of proxied) socket.unpipe().pause()
  expect(await result).toEqual({ kind: 'fault', processed: 'maybe', reason: 'connection_lost' })
})

test('a request that takes too long is uncertain, its connection goes on', async () => {
  let count = 0
  const peer = await startPeer((stream) => ((count += 1) > 1 ? echo(stream) : undefined))
  const client = pool(peer.origin, { requestMs: 50 })
  expect(await post(client, 'slow')).toEqual({ kind: 'fault', processed: 'maybe', reason: 'timeout' })
  expect(await post(client, 'fast')).toMatchObject({ kind: 'answer', body: 'fast' })
  expect(peer.sessions.length).toBe(1)
})

test('where nothing listens, nothing was processed', async () => {
  const peer = await startPeer(echo)
  peer.server.close()
  const client = pool(peer.origin)
  const failed = { kind: 'fault', processed: 'no', reason: 'connect_failed' }
  expect(await Promise.all(range(20).map((index) => post(client, String(index))))).toEqual(range(20).map(() => failed))
  expect(await post(client, 'again')).toEqual(failed)
})

test('a peer that accepts and says nothing is given up after the connect limit', async () => {
  const sockets: Socket[] = []
  const mute = createTcp((socket) => void sockets.push(socket.on('error', () => undefined)))
  await once(mute.listen(0, '127.0.0.1'), 'listening')
  ends.push(
    () => sockets.forEach((socket) => socket.destroy()),
    () => void mute.close(),
  )
  const client = pool(`http://127.0.0.1:${(mute.address() as AddressInfo).port}`, { connectMs: 50 })
  expect(await post(client, '1')).toEqual({ kind: 'fault', processed: 'no', reason: 'connect_failed' })
})

test('an aborted request is not processed while it waits and uncertain once written', async () => {
  const peer = await startPeer(() => undefined)
  peer.server.updateSettings({ maxConcurrentStreams: 1 })
  const client = pool(peer.origin, { sessions: 1 })
  const stopped = new AbortController()
  const results = Promise.all([post(client, 'written', stopped.signal), post(client, 'waits', stopped.signal)])
  await once(peer.server, 'stream')
  stopped.abort()
  expect(await results).toEqual([
    { kind: 'fault', processed: 'maybe', reason: 'aborted' },
    { kind: 'fault', processed: 'no', reason: 'aborted' },
  ])
  expect(await post(client, 'late', stopped.signal)).toEqual({ kind: 'fault', processed: 'no', reason: 'aborted' })
})

test('no more requests wait than allowed', async () => {
  const peer = await startPeer(() => undefined)
  const client = pool(peer.origin, { queue: 2 })
  const stopped = new AbortController()
  const waiting = [post(client, '1', stopped.signal), post(client, '2', stopped.signal)]
  expect(await post(client, '3', stopped.signal)).toEqual({ kind: 'fault', processed: 'no', reason: 'queue_full' })
  stopped.abort()
  await Promise.all(waiting)
})

test('close answers what is written, gives back what waits, and lets the connections go', async () => {
  const held: ServerHttp2Stream[] = []
  const peer = await startPeer((stream) => void held.push(stream))
  peer.server.updateSettings({ maxConcurrentStreams: 1 })
  const client = pool(peer.origin, { sessions: 1 })
  const results = Promise.all([post(client, 'written'), post(client, 'waits')])
  await once(peer.server, 'stream')
  const closed = client.close()
  answerAll(held)
  expect(await results).toMatchObject([{ kind: 'answer' }, { kind: 'fault', processed: 'no', reason: 'closed' }])
  await closed
  expect(await post(client, 'late')).toEqual({ kind: 'fault', processed: 'no', reason: 'closed' })
})

test('a connection without requests is closed after a while, and a new one opened when needed', async () => {
  const peer = await startPeer(echo)
  const client = pool(peer.origin, { pingAfterMs: 20, idleMs: 40 })
  await post(client, '1')
  const [session] = peer.sessions
  if (session === undefined) throw new Error('no session')
  if (!session.closed) await once(session, 'close')
  expect(await post(client, '2')).toMatchObject({ kind: 'answer', body: '2' })
  expect(peer.sessions.length).toBe(2)
})

test('thousands of requests leave no listener on the signal they shared', async () => {
  const peer = await startPeer(echo)
  const client = pool(peer.origin)
  const shared = new AbortController()
  let listeners = 0
  const [add, remove] = [shared.signal.addEventListener, shared.signal.removeEventListener]
  shared.signal.addEventListener = function (...args: Parameters<typeof add>) {
    listeners += 1
    add.apply(this, args)
  }
  shared.signal.removeEventListener = function (...args: Parameters<typeof remove>) {
    listeners -= 1
    remove.apply(this, args)
  }
  await Promise.all(range(2_000).map((index) => post(client, String(index), shared.signal)))
  expect(listeners).toBe(0)
})

test('without TLS only loopback addresses are spoken to', () => {
  const parts = { monotonic: () => 0, chance: () => 0 }
  expect(() => createHttp2Pool({ origin: 'http://192.0.2.1:8080' }, parts)).toThrow('loopback')
  expect(() => createHttp2Pool({ origin: 'ftp://127.0.0.1' }, parts)).toThrow('loopback')
})
