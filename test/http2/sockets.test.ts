import { once } from 'node:events'
import { createServer as createHttp2, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeCertificate } from '../../src/fakes/certificate.ts'
import { until } from '../support/until.ts'
import { ACK, answer, frame, framesIn, goaway, hello, KIND, listenRaw, number, setting } from './frames.ts'
import { requestAgain } from '../../src/http2/resend.ts'
import { after, HEADERS, listen, NEVER, pool, post, range, startPeer } from './peer.ts'

const GREETING = Buffer.concat([hello(), frame(KIND.SETTINGS, ACK, 0)])

test('headers of all kinds come as the other implementation sent them', async () => {
  const sent: Record<string, string>[] = []
  const peer = await startPeer((stream) => {
    stream.respond({ ':status': 200, ...sent.at(-1) })
    stream.end()
  })
  const client = pool(peer.origin)
  const name = fc.stringMatching(/^x-[a-z0-9]{1,4}$/)
  const value = fc.oneof(
    fc.stringMatching(/^[!-~]([ -~]{0,200}[!-~])?$/),
    fc.constantFrom('same', 'x'.repeat(3_000), 'y'.repeat(5_000)),
  )
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 12, noNullPrototype: true }), async (headers) => {
      sent.push(headers)
      const result = await post(client, '')
      expect(result).toMatchObject({ kind: 'answer', status: 200 })
      const { date: _, ...got } = result.kind === 'answer' ? result.headers : {}
      expect(got).toEqual(headers)
    }),
    { numRuns: 100 },
  )
})

test('headers arrive as they were given while the peer changes what it remembers of them', async () => {
  const seen: string[] = []
  const peer = await startPeer((stream) => {
    stream.on('data', () => undefined)
    stream.respond({ ':status': 200 })
    stream.end()
  })
  peer.server.on('stream', (_: ServerHttp2Stream, headers) => {
    seen.push(
      [headers[':method'], headers[':path'], headers[':scheme'], headers['authorization'], headers['x-n']].join(' '),
    )
  })
  const client = pool(peer.origin, { sessions: 1 })
  const wanted: string[] = []
  for (const size of [4_096, 0, 100, 4_096, 50, 65_536]) {
    const [session] = peer.sessions
    if (session !== undefined) {
      const told = once(session, 'localSettings')
      session.settings({ headerTableSize: size })
      await told
    }
    for (const index of range(8)) {
      const headers = { authorization: 'Bearer '.padEnd(600, 'x'), 'x-n': String(index >> 2) }
      wanted.push(`POST /p/${index % 3} http ${headers.authorization} ${headers['x-n']}`)
      expect(await client.request({ path: `/p/${index % 3}`, headers, body: '{}' }, NEVER)).toMatchObject({
        status: 200,
      })
    }
  }
  expect(seen).toEqual(wanted)
  expect(peer.sessions.length).toBe(1)
})

test('a large request and a large answer pass within the windows of both sides', async () => {
  const peer = await startPeer((stream) => {
    const pieces: Buffer[] = []
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    stream.on('end', () => {
      stream.respond({ ':status': 200 })
      stream.end(Buffer.concat(pieces).toString().slice(0, 60_000))
    })
  })
  const client = pool(peer.origin)
  const bodies = range(12).map((index) => `${index}${'é'.repeat(20_000 * index)}`)
  const results = await Promise.all(bodies.map((body) => post(client, body)))
  expect(results.map((result) => result.kind === 'answer' && result.body)).toEqual(
    bodies.map((body) => Buffer.from(Buffer.from(body).toString().slice(0, 60_000)).toString()),
  )
})

test.each([
  ['speaks HTTP/1.1 alone', { ALPNProtocols: ['http/1.1'] }],
  ['does not say what it speaks', {}],
])('with TLS, a server that %s gets nothing', async (_, options) => {
  const heard: Buffer[] = []
  const certificate = makeCertificate(['127.0.0.1'], new Date())
  const server = createTls({ ...certificate, ...options }, (socket) => {
    socket.on('error', () => undefined).on('data', (bytes: Buffer) => heard.push(bytes))
  })
  server.on('tlsClientError', () => undefined)
  const port = await listen(server)
  after(() => server.close())
  const client = pool(`https://127.0.0.1:${port}`, { ca: certificate.cert })
  expect(await post(client, 'secret')).toEqual({ kind: 'fault', processed: 'no', reason: 'connect_failed' })
  expect(heard).toEqual([])
})

test('a peer that does not take our SETTINGS over is left', async () => {
  const heard: Buffer[] = []
  const raw = await listenRaw((socket) => {
    socket.on('data', (bytes: Buffer) => heard.push(bytes))
    socket.write(hello())
  })
  after(() => raw.close())
  const client = pool(raw.origin, { connectMs: 60, pingAfterMs: 30, pingMs: 10_000 })
  expect(await post(client, '1')).toEqual({ kind: 'fault', processed: 'maybe', reason: 'connection_lost' })
  const goodbye = await until(() => framesIn(Buffer.concat(heard)).find(({ kind }) => kind === KIND.GOAWAY))
  expect(goodbye.payload.readUInt32BE(4)).toBe(4)
})

test('a peer that does not read is given no more than it may hold up; the rest was not written', async () => {
  const sockets: Socket[] = []
  const raw = await listenRaw((socket) => {
    sockets.push(socket)
    socket.write(
      Buffer.concat([
        hello(setting(4, 2 ** 30)),
        frame(KIND.SETTINGS, ACK, 0),
        frame(KIND.WINDOW, 0, 0, number(2 ** 30)),
      ]),
    )
    socket.pause()
  })
  after(() => raw.close())
  const client = pool(raw.origin, { sessions: 1, streams: 1_000 })
  const stopped = new AbortController()
  const body = 'x'.repeat(200_000)
  await until(() => (sockets.length === 0 ? void post(client, '1', stopped.signal) : true))
  const results = []
  for (const _ of range(200)) {
    results.push(post(client, body, stopped.signal))
    await new Promise(setImmediate)
  }
  stopped.abort()
  const written = (await Promise.all(results)).filter(
    (result) => result.kind === 'fault' && result.processed === 'maybe',
  )
  expect(written.length).toBeGreaterThan(0)
  expect(written.length).toBeLessThan(100)
})

test('requests have their own time each, by one timer', async () => {
  const held: ServerHttp2Stream[] = []
  const server = createHttp2().on(
    'stream',
    (stream: ServerHttp2Stream) => void held.push(stream.on('error', () => undefined)),
  )
  const port = await listen(server)
  after(() => server.close())
  const client = pool(`http://127.0.0.1:${port}`, { requestMs: 80 })
  const first = post(client, '1')
  await until(() => held.length === 1)
  const began = performance.now()
  const second = post(client, '2')
  const results = await Promise.all([first, second])
  expect(results).toEqual(range(2).map(() => ({ kind: 'fault', processed: 'maybe', reason: 'timeout' })))
  expect(performance.now() - began).toBeGreaterThan(75)
})

test('what waits in front of a peer that grants no stream goes when it grants one', async () => {
  const heard: Buffer[] = []
  const raw = await listenRaw((socket) => {
    socket.write(Buffer.concat([hello(setting(3, 0)), frame(KIND.SETTINGS, ACK, 0)]))
    socket.on('data', (bytes: Buffer) => {
      heard.push(bytes)
      const kinds = framesIn(Buffer.concat(heard)).map(({ kind }) => kind)
      if (kinds.includes(KIND.DATA)) socket.write(answer(1))
      else if (kinds.filter((kind) => kind === KIND.SETTINGS).length === 2) socket.write(hello(setting(3, 1)))
    })
  })
  after(() => raw.close())
  expect(await post(pool(raw.origin, { sessions: 1 }), '1')).toMatchObject({ kind: 'answer', body: 'ok' })
})

test('a peer that says GOAWAY and closes right after its answer makes nothing uncertain', async () => {
  const raw = await listenRaw((socket) => {
    socket.write(GREETING)
    socket.on('data', (bytes: Buffer) => bytes.includes('{}') && socket.end(Buffer.concat([answer(1), goaway(1, 0)])))
  })
  after(() => raw.close())
  const client = pool(raw.origin)
  for (const _ of range(3)) {
    const result = await requestAgain(client, { path: '/', headers: HEADERS, body: '{}' }, NEVER, 3)
    expect(result).toMatchObject({ kind: 'answer', body: 'ok' })
  }
})

test('what waits while the connection’s window is full goes on as soon as it is wider, whether or not anything is answered', async () => {
  let got = Buffer.alloc(0)
  const peer = await listenRaw((socket) => {
    socket.write(Buffer.concat([hello(setting(4, 1_000_000)), frame(KIND.SETTINGS, ACK, 0)]))
    socket.on('data', (bytes) => {
      got = Buffer.concat([got, bytes])
      if (got.length > 65_535 && got.length - bytes.length <= 65_535)
        socket.write(frame(KIND.WINDOW, 0, 0, number(1_000_000)))
    })
  })
  after(() => peer.close())
  const client = pool(peer.origin, { sessions: 1 })
  const results = ['x'.repeat(70_000), 'y'].map((body) => post(client, body))
  // Without it the second is begun when the first is out of time, after 15 s.
  await until(() => got.length > 70_000 && got.at(-1) === 'y'.charCodeAt(0), 10_000)
  peer.close()
  expect(await Promise.all(results)).toMatchObject([{ processed: 'maybe' }, { processed: 'maybe' }])
})
