import { once } from 'node:events'
import type { ServerHttp2Stream } from 'node:http2'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createHttp2Pool } from '../../src/http2/pool.ts'
import { requestAgain } from '../../src/http2/resend.ts'
import { until } from '../support/until.ts'
import { after, answerAll, echo, HEADERS, listen, NEVER, pool, post, range, startPeer } from './peer.ts'

test('a GOAWAY without error: streams above its last one were not processed, the others are answered', async () => {
  const streams: ServerHttp2Stream[] = []
  const peer = await startPeer((stream, session) => {
    if (session !== peer.sessions[0]) {
      echo(stream)
      return
    }
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
      if (session === peer.sessions[0] && stream.id !== 1) {
        session.goaway(0, 1)
        return
      }
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

test('ENHANCE_YOUR_CALM leaves every open stream uncertain; for 10 to 15 s no connection is opened, then with half the streams', async () => {
  let [calm, open, most] = [false, 0, 0]
  const peer = await startPeer((stream, session) => {
    if (!calm) {
      session.goaway(11, 0)
      return
    }
    open += 1
    most = Math.max(most, open)
    stream.on('close', () => (open -= 1))
    // By the time a ping is back, whatever the client wrote together with this stream is here.
    session.ping(() => answerAll([stream]))
  })
  let now = 0
  const options = { origin: peer.origin, streams: 8, sessions: 1 }
  const client = createHttp2Pool(options, { monotonic: () => now, chance: () => 0.5 })
  after(() => client.close())
  const results = await Promise.all(range(3).map((index) => post(client, String(index))))
  expect(results).toEqual(range(3).map(() => ({ kind: 'fault', processed: 'maybe', reason: 'calm' })))

  calm = true
  now = 12_499
  const stopped = new AbortController()
  const waiting = post(client, 'waits', stopped.signal)
  const other = pool(peer.origin)
  await post(other, 'is answered')
  expect(peer.sessions.length).toBe(2)
  stopped.abort()
  expect(await waiting).toEqual({ kind: 'fault', processed: 'no', reason: 'aborted' })

  now = 12_501
  const later = await Promise.all(range(12).map((index) => post(client, String(index))))
  expect(later.every(({ kind }) => kind === 'answer')).toBe(true)
  expect(most).toBe(4)
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
  const proxy = createServer((socket) => {
    const upstream = connect(peer.port, '127.0.0.1')
    proxied.push(socket, upstream)
    socket.pipe(upstream).pipe(socket)
    for (const end of [socket, upstream]) end.on('error', () => undefined)
  })
  const port = await listen(proxy)
  after(() => proxy.close())
  after(() => proxied.forEach((socket) => socket.destroy()))
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
  // A slow machine may need longer than that for an answer, too.
  const fast = await until(async () => {
    const result = await post(client, 'fast')
    return result.kind === 'answer' && result
  })
  expect(fast.body).toBe('fast')
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
  const mute = createServer((socket) => void sockets.push(socket.on('error', () => undefined)))
  const port = await listen(mute)
  after(() => mute.close())
  after(() => sockets.forEach((socket) => socket.destroy()))
  const client = pool(`http://127.0.0.1:${port}`, { connectMs: 50 })
  expect(await post(client, '1')).toEqual({ kind: 'fault', processed: 'no', reason: 'connect_failed' })
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
