import { Agent, request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { listen } from '../../src/http/listen.ts'
import type { HttpParts, Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

const HAS_IPV6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some((one) => one.address === '::1'))
const LOOPBACKS = HAS_IPV6 ? ['127.0.0.1', '::1'] : ['127.0.0.1']

async function serve(more: Partial<HttpParts> = {}): Promise<{ app: Server; port: number }> {
  const { parts } = createStandIns(more)
  const app = createServer(parts)
  await listen(app, null, 0, parts)
  const address = app.server.address()
  return { app, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

test('without a host both loopback addresses serve, and answer malformed HTTP alike', async () => {
  const { app, port } = await serve()
  for (const host of LOOPBACKS) {
    expect(await speak(host, port, 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toContain(' 200 OK')
    expect(await speak(host, port, 'nonsense\r\n\r\n')).toContain('"code":"malformed_http"')
    const wish = 'Connection: Upgrade, close\r\nUpgrade: h2c\r\n'
    expect(await speak(host, port, `GET /livez HTTP/1.1\r\nHost: a\r\n${wish}\r\n`)).toContain(' 200 OK')
  }
  await app.close()
  for (const host of LOOPBACKS)
    await expect(speak(host, port, 'GET / HTTP/1.1\r\n\r\n')).rejects.toThrow('ECONNREFUSED')
})

test('a port that is taken on one of them is an error', async () => {
  const { app, port } = await serve()
  const { parts } = createStandIns()
  const other = createServer(parts)
  await expect(listen(other, null, port, parts)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await Promise.all([app.close(), other.close()])
})

test.each(LOOPBACKS)(
  'a stop lets a call on %s end, and does not wait until its connection is idle too long',
  async (host) => {
    let answerReady = (): void => undefined
    const held = new Promise<void>((resolve) => (answerReady = resolve))
    let asked = (): void => undefined
    const reached = new Promise<void>((resolve) => (asked = resolve))
    const ready = async (): Promise<[]> => {
      asked()
      await held
      return []
    }
    const { app, port } = await serve({ health: { ready, warnings: () => [], look: async () => [] } })
    const agent = new Agent({ keepAlive: true })
    const answer = get(host, port, '/readyz', {}, agent)
    await reached
    const closed = app.close()
    answerReady()
    expect((await answer).statusCode).toBe(200)
    await closed
    agent.destroy()
  },
)

test.each(LOOPBACKS)('a connection to %s on which nothing was ever asked for does not hold up a stop', async (host) => {
  const { app, port } = await serve()
  const socket = connect(port, host)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('connect', resolve))
  await get(host, port, '/livez', { connection: 'close' })
  await app.close()
  await closed
})

test('a caller who waits for a provider does not hold up a stop, and is told what is known', async () => {
  let asked = (): void => undefined
  const reached = new Promise<void>((resolve) => (asked = resolve))
  const { parts } = createStandIns()
  const { app, port } = await serve({
    sms: {
      ...parts.sms,
      waitFor: (_id, waitMs) => {
        if (waitMs === 0) return Promise.resolve({ status: 'sending', reason: null })
        asked()
        return new Promise(() => undefined)
      },
    },
  })
  const body = JSON.stringify({ contact: '+201009129288', subject: 'a', message: 'b' })
  const answer = get(
    '127.0.0.1',
    port,
    '/smss',
    { prefer: 'wait=60', 'content-type': 'application/json' },
    undefined,
    body,
  )
  await reached
  const closed = app.close()
  expect(JSON.parse(await textOf(await answer))).toMatchObject({ success: true, status: 'sending' })
  await closed
})

function get(
  host: string,
  port: number,
  path: string,
  headers: Record<string, string>,
  agent?: Agent,
  body?: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const call = request({ host, port, path, method, headers, ...(agent === undefined ? {} : { agent }) }, (answer) => {
      if (body === undefined) answer.resume()
      resolve(answer)
    })
    call.on('error', reject)
    call.end(body)
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return text
}

function speak(host: string, port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, host, () => socket.write(bytes))
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })
}
