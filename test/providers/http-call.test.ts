import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { createHttpCall, type HttpCall, type HttpCallOptions } from '../../src/providers/http-call.ts'

const forever = new AbortController().signal
const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

function call(options: Partial<HttpCallOptions> = {}): HttpCall {
  const made = createHttpCall({ connections: 4, ...options })
  closers.push(() => made.close())
  return made
}

/** A server that does `onRequest` once it has read a whole request. */
async function serve(onRequest: (socket: Socket, request: string) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', (piece) => {
      text += piece.toString('latin1')
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (!text.includes('\r\n\r\n') || text.length < text.indexOf('\r\n\r\n') + 4 + length) return
      const request = text
      text = ''
      onRequest(socket, request)
    })
  })
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${await portOf(server)}`
}

async function portOf(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function closedPort(): Promise<number> {
  const server = createServer()
  const port = await portOf(server)
  await once(server.close(), 'close')
  return port
}

function post(url: string, body = 'a=1') {
  return { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body } as const
}

function ok(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`
}

function written(reason: string) {
  return { kind: 'fault', written: true, reason }
}

describe('a call that is answered', () => {
  it('carries method, path with query, headers and body, and brings back status, headers and body', async () => {
    const seen: string[] = []
    const url = await serve((socket, request) => {
      seen.push(request)
      socket.write('HTTP/1.1 201 Created\r\nX-One: 1\r\nx-two: a\r\nx-two: b\r\ncontent-length: 2\r\n\r\nok')
    })
    const answer = await call().send(post(`${url}/a/b?c=d#e`), forever)
    expect(answer).toMatchObject({ kind: 'answer', status: 201, headers: { 'x-one': '1', 'x-two': 'a, b' } })
    expect(answer.kind === 'answer' && answer.body.toString()).toBe('ok')
    expect(seen[0]).toMatch(/^POST \/a\/b\?c=d HTTP\/1\.1\r\n[^]*\r\n\r\na=1$/)
  })

  it('does not follow a redirect', async () => {
    const url = await serve((socket) =>
      socket.write('HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n'),
    )
    expect(await call().send(post(url), forever)).toMatchObject({ kind: 'answer', status: 307 })
  })

  it('keeps no more of a body than was asked for', async () => {
    const url = await serve((socket) => socket.write(ok('x'.repeat(200_000))))
    const made = call()
    const usual = await made.send(post(url), forever)
    const less = await made.send({ ...post(url), answerBytes: 10 }, forever)
    const all = await made.send({ ...post(url), answerBytes: 200_000 }, forever)
    expect([usual, less, all].map((answer) => answer.kind === 'answer' && answer.body.length)).toEqual([
      65_536, 10, 200_000,
    ])
  })

  it('may share its signal with a whole window of others', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    const url = await serve((socket) => socket.write(ok('ok')))
    const made = call()
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 40 }, () => made.send(post(url), signal)))
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })

  it('uses its connections again', async () => {
    const used = new Set<Socket>()
    const url = await serve((socket) => {
      used.add(socket)
      socket.write(ok('ok'))
    })
    const made = call({ connections: 2 })
    for (let i = 0; i < 20; i += 1) await made.send(post(url), forever)
    expect(used.size).toBeLessThanOrEqual(2)
  })
})

describe('a call that was not written', () => {
  it('is told from one that may have been, for as many as wait at once', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`
    const made = call({ connections: 2 })
    const faults = await Promise.all(Array.from({ length: 20 }, () => made.send(post(url), forever)))
    for (const fault of faults) expect(fault).toEqual({ kind: 'fault', written: false, reason: 'connect' })
  })

  it('has a name that no name server knows', async () => {
    const fault = await call().send(post('http://nowhere.invalid/'), forever)
    expect(fault).toEqual({ kind: 'fault', written: false, reason: 'dns' })
  })

  it('met somebody who does not speak TLS', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('not TLS at all\r\n'))
    closers.push(() => server.close())
    const fault = await call().send(post(`https://127.0.0.1:${await portOf(server)}/`), forever)
    expect(fault).toEqual({ kind: 'fault', written: false, reason: 'tls' })
  })

  it('waited for a connection longer than its time', async () => {
    const url = await serve((socket, request) => void (request.includes('first') && socket.write(ok('ok'))))
    const made = call({ connections: 1, totalMs: 1_000 })
    // From here on there is a connection: what is sent next is written at once, however busy the machine.
    await until(async () => (await made.send(post(url, 'first'), forever)).kind === 'answer')
    const faults = await Promise.all([made.send(post(url), forever), made.send(post(url), forever)])
    expect(faults).toEqual([
      { kind: 'fault', written: true, reason: 'timeout' },
      { kind: 'fault', written: false, reason: 'timeout' },
    ])
  })

  it('was stopped before it began, and never goes out later', async () => {
    const seen: string[] = []
    const url = await serve((socket, request) => {
      seen.push(request)
      socket.write(ok('ok'))
    })
    const made = call({ connections: 1 })
    const stop = new AbortController()
    const first = made.send(post(url, 'first'), forever)
    const second = made.send(post(url, 'second'), stop.signal)
    stop.abort()
    expect(await second).toEqual({ kind: 'fault', written: false, reason: 'aborted' })
    await first
    await made.send(post(url, 'third'), forever)
    expect(seen.map((request) => request.slice(request.lastIndexOf('\n') + 1))).toEqual(['first', 'third'])
  })
})

describe('a call that may have been seen', () => {
  it('was reset without an answer', async () => {
    const url = await serve((socket) => socket.resetAndDestroy())
    expect(await call().send(post(url), forever)).toEqual(written('reset'))
  })

  it('was closed in the middle of the answer', async () => {
    const url = await serve((socket) => socket.end('HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{"sid'))
    expect(await call().send(post(url), forever)).toEqual(written('reset'))
  })

  it('was answered with something that is not HTTP', async () => {
    const url = await serve((socket) => socket.write('what?\r\n\r\n'))
    expect(await call().send(post(url), forever)).toEqual(written('reset'))
  })

  it('was not answered in time', async () => {
    const url = await serve((socket, request) => void (request.includes('first') && socket.write(ok('ok'))))
    const made = call({ connections: 1, totalMs: 200 })
    // From here on there is a connection: what is sent next is written at once, however busy the machine.
    await until(async () => (await made.send(post(url, 'first'), forever)).kind === 'answer')
    expect(await made.send(post(url), forever)).toEqual(written('timeout'))
  })

  it('has no headers in time, before its whole time is over', async () => {
    const url = await serve(() => undefined)
    expect(await call({ headersMs: 100, totalMs: 60_000 }).send(post(url), forever)).toEqual(written('timeout'))
  })

  it('was stopped while it waited', async () => {
    const stop = new AbortController()
    const url = await serve(() => stop.abort())
    expect(await call().send(post(url), stop.signal)).toEqual(written('aborted'))
  })

  it('was under way when the call was closed', async () => {
    const made = call()
    const url = await serve(() => void made.close())
    expect(await made.send(post(url), forever)).toEqual(written('aborted'))
    expect(await made.send(post(url), forever)).toEqual({ kind: 'fault', written: false, reason: 'aborted' })
  })

  it('is never written twice, though the connection was kept and died', async () => {
    const seen: string[] = []
    const url = await serve((socket, request) => {
      seen.push(request.slice(request.lastIndexOf('\n') + 1))
      if (seen.length === 1) socket.write(ok('ok'))
      else socket.destroy()
    })
    const made = call({ connections: 1 })
    await made.send(post(url, 'first'), forever)
    expect(await made.send(post(url, 'second'), forever)).toEqual(written('reset'))
    expect(seen).toEqual(['first', 'second'])
  })
})

it('a request that can be none is a bug and rejects', async () => {
  const url = await serve((socket) => socket.write(ok('ok')))
  await expect(call().send({ ...post(url), headers: { bad: 'a\r\nb' } }, forever)).rejects.toThrow('invalid bad header')
})
