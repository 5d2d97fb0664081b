import { METHODS } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

let app: Server
let port: number

beforeAll(async () => {
  app = createServer(createStandIns().parts)
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
})

afterAll(() => app.close())

const LONG = 'x'.repeat(9_000)

test.each([
  ['nonsense', 'nonsense\r\n\r\n', 400, 'malformed_http'],
  ['an unknown method', 'FROB / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'malformed_http'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n', 400, 'malformed_http'],
  ['a blank in a header name', 'GET / HTTP/1.1\r\nHost: a\r\nA B: c\r\n\r\n', 400, 'malformed_http'],
  ['no Host header', 'GET /livez HTTP/1.1\r\n\r\n', 400, 'malformed_http'],
  [
    'two lengths',
    'POST /smss HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
    400,
    'malformed_http',
  ],
  ['a length that is none', 'POST /smss HTTP/1.1\r\nHost: a\r\nContent-Length: two\r\n\r\n{}', 400, 'malformed_http'],
  [
    'a broken chunk',
    'POST /smss HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    400,
    'malformed_http',
  ],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'malformed_http'],
  ['a percent sign that encodes nothing', 'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'invalid_url'],
  ['a percent sign that encodes no UTF-8', 'GET /smss/%ff HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'invalid_url'],
  ['a parameter of 200 characters', `GET /smss/${'1'.repeat(200)} HTTP/1.1\r\nHost: a\r\n\r\n`, 404, 'not_found'],
  ['a URL of 5,000 characters', `GET /${'x'.repeat(5_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, 'uri_too_long'],
  ['a URL larger than all headers may be', `GET /${LONG} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, 'uri_too_long'],
  ['headers of 9,000 bytes', `GET / HTTP/1.1\r\nHost: a\r\nX: ${LONG}\r\n\r\n`, 431, 'headers_too_large'],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n', 405, 'method_not_allowed'],
] as const)('%s is answered with the error object', async (_name, bytes, status, code) => {
  const answer = await speak(bytes)
  expect(answer.status).toBe(status)
  expect(answer.body).toMatchObject({ success: false, error: status, code, docs: `/errors/${code}` })
  expect(answer.headers).toMatch(/^request-id: \S+$/im)
})

test('an expectation that is not known is ignored', async () => {
  const answer = await speak('GET /livez HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nConnection: close\r\n\r\n')
  expect(answer.status).toBe(200)
})

test('a wish to speak another protocol is ignored', async () => {
  const wish = 'Connection: Upgrade, close\r\nUpgrade: h2c\r\n'
  const answer = await speak(`GET /livez HTTP/1.1\r\nHost: a\r\n${wish}\r\n`)
  expect(answer.status).toBe(200)
})

test('HTTP/1.0 needs no Host header', async () => {
  expect((await speak('GET /livez HTTP/1.0\r\n\r\n')).status).toBe(200)
})

const PATHS = [
  ['/', ['GET', 'HEAD']],
  ['/smss', ['GET', 'HEAD', 'POST']],
  ['/smss/1', ['GET', 'HEAD']],
  ['/notifications/tokens', ['POST']],
  ['/notifications/1', ['GET', 'HEAD']],
  ['/notifications/1/deliveries', ['GET', 'HEAD']],
  ['/livez', ['GET', 'HEAD']],
  ['/errors/not_found', ['GET', 'HEAD']],
  ['/callbacks/twilio/status', ['GET', 'POST']],
  ['/%73mss', ['GET', 'HEAD', 'POST']],
] as const

test.each(PATHS)('%s answers every method it does not take with 405 and the ones it takes', async (path, taken) => {
  const others = METHODS.filter((method) => !['CONNECT', 'OPTIONS', ...taken].includes(method))
  for (const method of others) {
    const answer = await speak(`${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    expect([method, answer.status]).toEqual([method, 405])
    expect(allowOf(answer.headers)).toEqual([...taken, 'OPTIONS'])
    if (method !== 'HEAD') expect(answer.body).toMatchObject({ error: 405, message: 'Method Not Allowed' })
  }
})

test.each(PATHS)('OPTIONS %s answers with the methods it takes', async (path, taken) => {
  const answer = await speak(`OPTIONS ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  expect(answer.status).toBe(204)
  expect(allowOf(answer.headers)).toEqual([...taken, 'OPTIONS'])
})

test('a connection is used again after a body that could not be read', async () => {
  const bad = 'POST /smss HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{'
  const good = 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
  const text = await speakText(bad + good)
  expect(text.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200'])
})

interface Answer {
  readonly status: number
  readonly headers: string
  readonly body: unknown
}

async function speak(bytes: string): Promise<Answer> {
  const text = await speakText(bytes)
  const [headers = '', ...rest] = text.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  return {
    status: Number(/^HTTP\/1.1 (\d+)/.exec(headers)?.[1]),
    headers,
    body: body.startsWith('{') ? JSON.parse(body) : body,
  }
}

/** Everything the server says until it hangs up. */
function speakText(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')))
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
      // An answer without a hang-up: enough to look at.
      if (!/^connection: close/im.test(text) && /\r\n\r\n[^]*}\n$/.test(text) && !/Connection: close/.test(bytes))
        socket.end()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })
}

function allowOf(headers: string): string[] {
  return (/^allow: (.*)$/im.exec(headers)?.[1] ?? '').trim().split(', ').toSorted(byOptionsLast)
}

function byOptionsLast(one: string, other: string): number {
  if (one === 'OPTIONS') return 1
  if (other === 'OPTIONS') return -1
  return one < other ? -1 : 1
}
