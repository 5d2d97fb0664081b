import { once } from 'node:events'
import { createServer as createHttpsServer } from 'node:https'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { makeCertificate } from '../../src/fakes/certificate.ts'
import { closeAll, closers, LOOPBACK, outbound, portOf, serve, type Setup } from './setup.ts'

afterEach(closeAll)

describe('an answer', () => {
  const here = () => outbound({ allowedPrivate: LOOPBACK })

  it('is taken as it comes, and a redirect is not followed', async () => {
    let visits = 0
    const port = await serve((request, response) => {
      visits += 1
      response
        .writeHead(307, { location: `http://${request.headers.host ?? ''}/elsewhere`, 'retry-after': '7' })
        .end('moved')
    })
    const { post } = await here()
    expect(await post(`http://127.0.0.1:${port}/a?b=c`)).toMatchObject({
      kind: 'answered',
      status: 307,
      headers: { 'retry-after': '7' },
      excerpt: 'moved',
    })
    expect(visits).toBe(1)
  })

  it('is read up to 64 KiB, and no more is waited for', async () => {
    let sent = 0
    const port = await serve((_request, response) => {
      const more = (): void => {
        sent += 16_384
        if (!response.destroyed) response.write(Buffer.alloc(16_384, 'a'), more)
      }
      more()
    })
    const { post } = await here()
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200, excerpt: 'a'.repeat(1_024) })
    expect(sent).toBeLessThan(16_777_216)
  })

  it.each([
    ['packed text', { 'content-encoding': 'gzip' }, gzipSync('secret'), ''],
    ['a picture', { 'content-type': 'image/png' }, 'not shown', ''],
    ['bytes that are no text', {}, Buffer.from([0xff, 0xfe, 0x00]), ''],
    ['control characters', { 'content-type': 'text/plain' }, 'a\u001b[31mb\r\nc', 'a [31mb \nc'],
    ['JSON', { 'content-type': 'application/problem+json' }, '{"ok":true}', '{"ok":true}'],
    ['a cut character', { 'content-type': 'text/plain' }, `${'a'.repeat(1_023)}é`, 'a'.repeat(1_023)],
  ])('that is %s is shown as text or not at all', async (_what, headers, body, excerpt) => {
    const port = await serve((_request, response) => response.writeHead(200, headers).end(body))
    const { post } = await here()
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200, excerpt })
  })

  it('counts from its status on, though its body breaks off', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' })
      response.write('begun', () => response.socket?.end())
    })
    const { post } = await here()
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200, excerpt: 'begun' })
  })
})

describe('a failed call', () => {
  const here = (options: Setup = {}) => outbound({ allowedPrivate: LOOPBACK, ...options })

  it('says that nothing answered in time', async () => {
    const port = await serve(() => undefined)
    const { post } = await here()
    expect(await post(`http://127.0.0.1:${port}/`, 200)).toEqual({ kind: 'failed', failure: 'timeout' })
  })

  it('says that nobody listens', async () => {
    const server = createServer()
    const port = await portOf(server)
    await once(server.close(), 'close')
    const { post } = await here()
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ kind: 'failed', failure: 'connect' })
  })

  it('says that the name is unknown', async () => {
    const { post } = await here()
    expect(await post('http://nowhere.example/')).toEqual({ kind: 'failed', failure: 'dns' })
  })

  it('says that the connection was cut', async () => {
    const port = await serve((request) => request.socket.destroy())
    const { post } = await here()
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ kind: 'failed', failure: 'reset' })
  })

  it('says that it was ended from our side', async () => {
    const ending = new AbortController()
    const port = await serve(() => ending.abort())
    const { post } = await here()
    expect(await post(`http://127.0.0.1:${port}/`, 10_000, ending.signal)).toEqual({
      kind: 'failed',
      failure: 'aborted',
    })
    expect(await post(`http://127.0.0.1:${port}/`, 10_000, ending.signal)).toEqual({
      kind: 'failed',
      failure: 'aborted',
    })
  })
})

describe('over TLS', () => {
  const certificate = makeCertificate(['hooks.example'], new Date())

  async function serveTls(): Promise<number> {
    const server = createHttpsServer({ ...certificate }, (_request, response) => response.end('ok'))
    closers.push(
      () => server.closeAllConnections(),
      () => server.close(),
    )
    return portOf(server)
  }
  const there: Setup = { allowedPrivate: LOOPBACK, zone: (_name, type) => (type === 'A' ? ['127.0.0.1'] : []) }

  it('the certificate has to be the name’s, though an address is connected to', async () => {
    const port = await serveTls()
    const { post } = await outbound({ ...there, trust: [certificate.cert] })
    expect(await post(`https://hooks.example:${port}/`)).toMatchObject({ status: 200 })
    expect(await post(`https://other.example:${port}/`)).toEqual({ kind: 'failed', failure: 'tls' })
  })

  it('a certificate that nobody vouches for is refused', async () => {
    const port = await serveTls()
    const { post } = await outbound(there)
    expect(await post(`https://hooks.example:${port}/`)).toEqual({ kind: 'failed', failure: 'tls' })
  })
})
