import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns, type Recorded } from './stand-ins.ts'

let app: Server
let port: number
let recorded: Recorded

beforeAll(async () => {
  const standIns = createStandIns()
  recorded = standIns.recorded
  app = createServer(standIns.parts)
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
})

afterAll(() => app.close())

beforeEach(() => void recorded.sms.splice(0))

/** What is hidden behind a first request. It would be stored, if it were taken for a request. */
const BODY = '{"contact":"+201009129288","subject":"a","message":"smuggled"}'
const HIDDEN = `POST /smss HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`

/** A request that posts, up to where its framing is told. */
const POST = 'POST /smss HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'
const GET = 'GET /livez HTTP/1.1\r\nHost: a\r\n'
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`
const END = '0\r\n\r\n'

/** Sources: RFC 9112 §2.2, §2.3, §3.2, §5, §6 and §7; J. Kettle, “HTTP Desync Attacks”, for the ways to write Transfer-Encoding. */
const MALFORMED: Readonly<Record<string, string>> = {
  'a length before chunks': `${POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n${END}`,
  'chunks before a length': `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n8\r\nSMUGGLED\r\n${END}`,
  'two codings in two headers': `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${END}`,
  'two codings in one header': `${POST}Transfer-Encoding: chunked, identity\r\n\r\n${END}`,
  'a coding before chunked': `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n${END}`,
  'chunked twice': `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n${END}`,
  'a coding that is none': `${POST}Transfer-Encoding: xchunked\r\n\r\n${END}`,
  'a coding in quotes': `${POST}Transfer-Encoding: "chunked"\r\n\r\n${END}`,
  'a coding after a tab, with a length': `${POST}Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n\r\n${END}`,
  'a coding after a vertical tab': `${POST}Transfer-Encoding: \x0bchunked\r\nContent-Length: 4\r\n\r\n${END}`,
  'a coding in capitals, with a length': `${POST}Transfer-Encoding: CHUNKED\r\nContent-Length: 4\r\n\r\n${END}`,
  'a blank before the colon of the coding': `${POST}Transfer-Encoding : chunked\r\n\r\n${END}`,
  'a coding on the next line': `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n${END}`,
  'chunks in HTTP/1.0': `${POST.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n\r\n${END}`,
  'two lengths that differ': `${POST}Content-Length: 2\r\nContent-Length: 30\r\n\r\n{}`,
  'a length twice': `${POST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
  'a list of lengths': `${POST}Content-Length: 2, 2\r\n\r\n{}`,
  'a length with a plus': `${POST}Content-Length: +2\r\n\r\n{}`,
  'a length below zero': `${POST}Content-Length: -2\r\n\r\n{}`,
  'a hexadecimal length': `${POST}Content-Length: 0x2\r\n\r\n{}`,
  'a length beyond 64 bits': `${POST}Content-Length: 99999999999999999999\r\n\r\n{}`,
  'a length that is empty': `${POST}Content-Length: \r\n\r\n{}`,
  'a length with a gap': `${POST}Content-Length: 2 0\r\n\r\n{}`,
  'a blank before the colon of the length': `${POST}Content-Length : 2\r\n\r\n{}`,
  'a folded header': `${POST}X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}`,
  'line feeds alone': `${POST}Content-Length: 2\r\n\r\n{}`.replaceAll('\r', ''),
  'a line feed alone within the headers': `${POST}X: a\nContent-Length: 2\r\n\r\n{}`,
  'a carriage return alone within a header': `${POST}X: a\rContent-Length: 2\r\n\r\n{}`,
  'two carriage returns at a header’s end': `${POST}Content-Length: 2\r\r\n\r\n{}`,
  'a zero byte in a header': `${POST}X: a\0b\r\nContent-Length: 2\r\n\r\n{}`,
  'a header without a name': `${GET}: x\r\n\r\n`,
  'a header that begins with a blank': 'GET /livez HTTP/1.1\r\n Host: a\r\n\r\n',
  'a chunk’s extension that ends in a line feed': `${CHUNKED}2;a\n{}\r\n${END}`,
  'a chunk of less than nothing': `${CHUNKED}-2\r\n{}\r\n${END}`,
  'a chunk’s size with 0x': `${CHUNKED}0x2\r\n{}\r\n${END}`,
  'a chunk’s size beyond 64 bits': `${CHUNKED}fffffffffffffffff\r\n{}\r\n${END}`,
  'a blank after a chunk’s size': `${CHUNKED}2 \r\n{}\r\n${END}`,
  'chunks that end in line feeds': `${CHUNKED}2\n{}\n0\n\n`,
  'a chunk longer than it says': `${CHUNKED}2\r\n{}x\r\n${END}`,
  'a chunk without an end': `${CHUNKED}2\r\n{}${END}`,
  'a length after the chunks': `${CHUNKED}0\r\nContent-Length: 50\r\n\r\n`,
  'two hosts': `${GET}Host: b\r\n\r\n`,
  'a host with a path': 'GET /livez HTTP/1.1\r\nHost: a/b\r\n\r\n',
  'a host with a user': 'GET /livez HTTP/1.1\r\nHost: a@b\r\n\r\n',
  'HTTP/2.0 in words': 'GET /livez HTTP/2.0\r\nHost: a\r\n\r\n',
  'HTTP/1.2': 'GET /livez HTTP/1.2\r\nHost: a\r\n\r\n',
  'HTTP/1.10': 'GET /livez HTTP/1.10\r\nHost: a\r\n\r\n',
  'HTTP/0.9': 'GET /livez\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a method in small letters': 'post /smss HTTP/1.1\r\nHost: a\r\n\r\n',
  'a method of 9,000 letters': `${'A'.repeat(9_000)} / HTTP/1.1\r\nHost: a\r\n\r\n`,
  'tabs in the first line': 'GET\t/livez\tHTTP/1.1\r\nHost: a\r\n\r\n',
}

test.each(Object.entries(MALFORMED))('%s: one refusal, and nothing behind it is read', async (_name, bytes) => {
  expect(await statuses(bytes + HIDDEN)).toEqual([400])
  expect(recorded.sms).toEqual([])
})

test.each([
  ['101 headers', `${GET}${'x: y\r\n'.repeat(100)}\r\n`, 431],
  ['2,500 headers', `${GET}${'x:y\r\n'.repeat(2_500)}\r\n`, 431],
  ['a chunk’s extension of 20,000 bytes', `${CHUNKED}2;${'a'.repeat(20_000)}\r\n{}\r\n${END}`, 413],
  ['a compressed body', `${POST}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}`, 415],
] as const)('%s: refused', async (_name, bytes, status) => {
  expect((await statuses(bytes))[0]).toBe(status)
  expect(recorded.sms).toEqual([])
})

test('100 headers are taken', async () => {
  expect(await statuses(`${GET}${'x: y\r\n'.repeat(98)}Connection: close\r\n\r\n`)).toEqual([200])
})

test('a request within the body of another is no request', async () => {
  expect(await statuses(`${GET}Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}${LAST}`)).toEqual([200, 200])
  expect(recorded.sms).toEqual([])
})

test('an address in the first line is read as its path', async () => {
  expect(await statuses('GET http://127.0.0.1/livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toEqual([200])
})

test('a thousand requests at once are answered in their order', async () => {
  const asked = Array.from({ length: 1_000 }, (_, n) => (n % 3 === 0 ? '/nowhere' : '/livez'))
  const bytes = asked.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join('')
  const expected = asked.map((path) => (path === '/livez' ? 200 : 404))
  expect(await statuses(bytes + LAST)).toEqual([...expected, 200])
})

const LAST = `${GET}Connection: close\r\n\r\n`

/** Of every answer until the server hangs up, or a moment's silence after it said that it goes on. */
function statuses(bytes: string): Promise<number[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from(bytes, 'latin1')))
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (text += chunk))
    // What it did not read any more may come back as a reset.
    socket.on('error', (error) => ('code' in error && error.code === 'ECONNRESET' ? undefined : reject(error)))
    socket.on('close', () => resolve([...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))))
  })
}
