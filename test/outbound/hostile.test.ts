import { createServer, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readWebhookUrl } from '../../src/domain/webhooks/webhook-url.ts'
import type { Zone } from '../support/name-server.ts'
import { HOSTILE_URLS } from './hostile-urls.ts'
import { cidrs, closeAll, closers, LOOPBACK, outbound, portOf, serve } from './setup.ts'

afterEach(closeAll)

const REFUSED = { kind: 'failed', failure: 'refused_address' }

describe('a hostile address', () => {
  let watch: Awaited<ReturnType<typeof watchAllAddresses>>

  beforeAll(async () => {
    watch = await watchAllAddresses()
  })
  afterAll(() => watch.close())

  /** What a name server of an attacker, or of an address-in-a-name service, says. */
  const zone: Zone = (name, type) => {
    const [, dotted] = /(?:^|\.)(\d+[.-]\d+[.-]\d+[.-]\d+)\.(?:nip|sslip)\.io$/.exec(name) ?? []
    if (dotted !== undefined) return type === 'A' ? [dotted.replaceAll('-', '.')] : []
    if (name === 'v6.evil.example') return type === 'AAAA' ? ['::1'] : []
    if (name === 'mapped.evil.example') return type === 'AAAA' ? ['::ffff:7f00:1'] : []
    if (name === 'both.evil.example') return type === 'A' ? ['93.184.216.34', '127.0.0.1'] : []
    if (name.endsWith('.evil.example')) return type === 'A' ? ['127.0.0.1'] : []
    return null
  }

  it(`is never connected to, in ${HOSTILE_URLS.length} spellings`, async () => {
    const { post } = await outbound({ zone })
    expect(HOSTILE_URLS.length).toBeGreaterThanOrEqual(60)
    for (const text of HOSTILE_URLS.map((url) => url.replace('PORT', String(watch.port)))) {
      const read = readWebhookUrl(text, { allowHttp: true, allowedPrivate: [] })
      // What is refused when it is registered is called nevertheless: each of the two has to hold alone.
      const url = read.kind === 'url' ? read.url : URL.canParse(text) ? new URL(text) : null
      if (url === null || !/^https?:$/.test(url.protocol)) continue
      const answer = await post(url)
      expect
        .soft({ text, answer })
        .toMatchObject({ answer: { kind: 'failed', failure: expect.stringMatching(/refused_address|dns/) as string } })
    }
    expect(watch.visits()).toBe(0)
  })

  it('is refused at each address of this machine', async () => {
    const { post } = await outbound()
    for (const address of localAddresses()) {
      const host = address.includes(':') ? `[${address}]` : address
      expect(await post(`http://${host}:${watch.port}/`)).toEqual(REFUSED)
    }
    expect(watch.visits()).toBe(0)
  })

  it('is not reached by a name whose address changes between two questions', async () => {
    let [asked, guests] = [0, 0]
    const good = createServer((socket) => {
      guests += 1
      socket.destroy()
    })
    closers.push(() => good.close())
    await portOf(good, '127.0.0.9', watch.port)
    const rebinding: Zone = (_name, type) => {
      if (type !== 'A') return []
      asked += 1
      return [asked % 2 === 1 ? '127.0.0.9' : '127.0.0.1']
    }
    const { post } = await outbound({ zone: rebinding, allowedPrivate: cidrs('127.0.0.9') })
    const url = `http://rebind.evil.example:${watch.port}/`
    expect(await post(url)).toEqual({ kind: 'failed', failure: 'reset' })
    expect(await post(url)).toEqual(REFUSED)
    expect({ asked, guests, visits: watch.visits() }).toEqual({ asked: 2, guests: 1, visits: 0 })
  })

  it('spoils the public ones beside it in one answer', async () => {
    const { post } = await outbound({ zone })
    expect(await post(`http://both.evil.example:${watch.port}/`)).toEqual(REFUSED)
    expect(watch.visits()).toBe(0)
  })

  it('would have been seen: the same listener is reached when its address is allowed', async () => {
    const { post } = await outbound({ zone, allowedPrivate: LOOPBACK })
    const before = watch.visits()
    for (const host of ['a.evil.example', '127.0.0.1', 'localhost']) await post(`http://${host}:${watch.port}/`)
    expect(watch.visits() - before).toBeGreaterThanOrEqual(3)
  })
})

describe('this node', () => {
  it('is not called by its own port, even where its address is allowed', async () => {
    let visits = 0
    const port = await serve((_request, response) => {
      visits += 1
      response.end()
    })
    const allowed = { allowedPrivate: LOOPBACK, zone: () => ['127.0.0.1'] }
    const { post } = await outbound({ ...allowed, ownPorts: () => [port] })
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost', 'a.example']) {
      expect(await post(`http://${host}:${port}/`)).toEqual(REFUSED)
    }
    expect(visits).toBe(0)
    const other = await outbound(allowed)
    expect(await other.post(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 })
  })

  it('is not called at a public address of its own', async () => {
    const { post } = await outbound({ ownAddresses: () => ['93.184.216.34'], zone: () => ['93.184.216.34'] })
    expect(await post('http://93.184.216.34/')).toEqual(REFUSED)
    expect(await post('http://a.example/')).toEqual(REFUSED)
  })
})

/** Counts who comes, at every address of this machine, on one port. */
async function watchAllAddresses(): Promise<{ port: number; visits: () => number; close: () => void }> {
  let visits = 0
  const onVisit = (socket: Socket): void => {
    visits += 1
    socket.destroy()
  }
  const servers = [createServer(onVisit)]
  const [first] = servers
  if (first === undefined) throw new Error('no server')
  const port = await portOf(first)
  for (const host of localAddresses().filter((address) => address !== '127.0.0.1')) {
    const server = createServer(onVisit)
    servers.push(server)
    await portOf(server, host, port)
  }
  return { port, visits: () => visits, close: () => servers.forEach((server) => server.close()) }
}

function localAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ scopeid }) => scopeid === undefined || scopeid === 0)
    .map(({ address }) => address)
}
