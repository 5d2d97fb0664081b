import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as limits from '../../src/http/limits.ts'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

let app: Server
let url: string

beforeAll(async () => {
  app = createServer(createStandIns().parts)
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})

afterAll(() => app.close())

interface Sent {
  readonly method?: string
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function codeOf({ method = 'POST', path, body, headers = {} }: Sent): Promise<string> {
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await fetch(url + path, { method, body: body ?? null, headers: { ...json, ...headers } })
  const object = (await answer.json()) as { code?: string }
  return object.code ?? 'taken'
}

const SMS = { contact: '+201009129288', subject: 'a', message: 'b' }
const TOPIC = { topic: 'news', title: 'a', body: 'b' }

/** A body of so many bytes. */
const padded = (object: object, bytes: number): string => JSON.stringify(object).padEnd(bytes)

/** A list of texts in a body of so many bytes. */
function long(name: string, bytes: number): string {
  const text = 'x'.repeat(4_000)
  const full = Math.floor((bytes - 100) / (text.length + 3))
  const start = `{"${name}":[${`"${text}",`.repeat(full)}"`
  return `${start}${'y'.repeat(bytes - start.length - 3)}"]}`
}

const BODIES: readonly (readonly [path: string, bytes: number, make: (bytes: number) => Sent])[] = [
  ['POST /smss', limits.SEND_BYTES, (bytes) => ({ path: '/smss', body: padded(SMS, bytes) })],
  [
    'POST /notifications/topic',
    limits.SEND_BYTES,
    (bytes) => ({ path: '/notifications/topic', body: padded(TOPIC, bytes) }),
  ],
  ['POST /session', limits.SEND_BYTES, (bytes) => ({ path: '/session', body: padded({ key: 'x' }, bytes) })],
  ['POST /keys', limits.SEND_BYTES, (bytes) => ({ path: '/keys', body: padded({}, bytes) })],
  ['POST /pause', limits.SEND_BYTES, (bytes) => ({ path: '/pause', body: padded({}, bytes) })],
  [
    'PUT /templates/a',
    limits.TEMPLATE_BYTES,
    (bytes) => ({ method: 'PUT', path: '/templates/a', body: padded({}, bytes) }),
  ],
  [
    'POST /callbacks/twilio/status',
    limits.CALLBACK_BYTES,
    (bytes) => ({ path: '/callbacks/twilio/status', body: 'x'.repeat(bytes) }),
  ],
  ['POST /smss/batch', limits.BATCH_BYTES, (bytes) => ({ path: '/smss/batch', body: long('items', bytes) })],
  [
    'POST /notifications/tokens',
    limits.TOKENS_BYTES,
    (bytes) => ({ path: '/notifications/tokens', body: long('tokens', bytes) }),
  ],
]

test.each(BODIES)('%s takes a body of %i bytes, and not one more', async (_name, bytes, make) => {
  expect(Buffer.byteLength(make(bytes).body ?? '')).toBe(bytes)
  expect(await codeOf(make(bytes - 1))).not.toBe('body_too_large')
  expect(await codeOf(make(bytes))).not.toBe('body_too_large')
  expect(await codeOf(make(bytes + 1))).toBe('body_too_large')
})

/** Below it, at it, and above. */
const EDGES: readonly (readonly [what: string, most: number, code: string, make: (n: number) => Sent])[] = [
  ['levels of a body', 16, 'invalid_json', (n) => ({ path: '/notifications/topic', body: nested(n) })],
  [
    'keys of a push’s data',
    64,
    'invalid_request',
    (n) => ({ path: '/notifications/topic', body: JSON.stringify({ ...TOPIC, data: keys(n) }) }),
  ],
  ['characters of a URL', limits.URL_LENGTH, 'uri_too_long', (n) => ({ method: 'GET', path: '/'.padEnd(n, 'x') })],
  [
    'characters of an Idempotency-Key',
    255,
    'invalid_idempotency_key',
    (n) => ({ path: '/smss', body: JSON.stringify(SMS), headers: { 'idempotency-key': 'k'.repeat(n) } }),
  ],
  ['rows of a page', 200, 'invalid_request', (n) => ({ method: 'GET', path: `/smss?limit=${n}` })],
  [
    'characters of a parameter',
    4_000,
    'uri_too_long',
    (n) => ({ method: 'GET', path: `/inbox?tag=${'x'.repeat(n + 85)}` }),
  ],
]

test.each(EDGES)('%s: at most %i, else %s', async (_what, most, code, make) => {
  expect(await codeOf(make(most - 1))).not.toBe(code)
  expect(await codeOf(make(most))).not.toBe(code)
  expect(await codeOf(make(most + 1))).toBe(code)
})

/** Objects inside each other, `levels` with the body itself. Unknown fields are another fault. */
function nested(levels: number): string {
  return `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
}

function keys(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 'v']))
}

test('headers may take 8 KiB together', async () => {
  const head = (bytes: number): string =>
    `GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ${'x'.repeat(bytes)}\r\n\r\n`
  // Node counts names and values, not what is between them.
  const rest = '/livez'.length + 'Hosta'.length + 'Connectionclose'.length + 'X'.length
  const room = limits.HEADER_BYTES - rest
  expect(await statusOf(head(room - 64))).toBe(200)
  expect(await statusOf(head(room + 64))).toBe(431)
})

test('every socket that is listened on has the limits of time and number', () => {
  const { server } = app
  expect(server).toMatchObject({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 72_000,
    maxConnections: 2_000,
    maxRequestsPerSocket: 10_000,
  })
})

/** Bodies that would be costly if they were built or compared before they are refused. All within the limit of bytes. */
const BOMBS: Readonly<Record<string, string>> = {
  'brackets alone': '['.repeat(limits.SEND_BYTES),
  'braces alone': '{"a":'.repeat(limits.SEND_BYTES / 5),
  'many keys': JSON.stringify(keys(2_500)),
  'one key again and again': `{${'"a":1,'.repeat(5_000)}"a":1}`,
  'a number of 30,000 digits': `{"a":${'9'.repeat(30_000)}}`,
  'a fraction of 30,000 digits': `{"a":0.${'0'.repeat(30_000)}1}`,
  'an exponent without end': '{"a":1e99999999999999999999}',
  'backslashes alone': `{"a":"${'\\\\'.repeat(15_000)}"}`,
  'escapes alone': `{"a":"${'\\u0041'.repeat(5_000)}"}`,
  'quotes that never end': '"'.repeat(30_001),
  'blanks alone': '\t'.repeat(limits.SEND_BYTES),
  'blanks before a brace without a name': `${'\t'.repeat(limits.SEND_BYTES - 10)}{ :`,
  'a contact of 30,000 digits': JSON.stringify({ ...SMS, contact: `+${'1'.repeat(30_000)}` }),
  'a contact of 30,000 blanks': JSON.stringify({ ...SMS, contact: ' '.repeat(30_000) }),
  'a tag of 30,000 characters': JSON.stringify({ ...SMS, tag: '-'.repeat(30_000) }),
  'a time of 30,000 characters': JSON.stringify({ ...SMS, send_at: '2'.repeat(30_000) }),
}

test.each(Object.entries(BOMBS))('%s: refused on every route that is posted to', async (_name, body) => {
  for (const path of ['/smss', '/notifications/topic', '/notifications/tokens', '/smss/batch', '/session', '/keys'])
    expect(['invalid_json', 'invalid_request', 'invalid_contact', 'body_too_large', 'unauthorized']).toContain(
      await codeOf({ path, body }),
    )
})

function statusOf(bytes: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes))
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
    socket.on('error', reject).on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])))
  })
}

test('headers that do not arrive within five seconds are answered with 408', async () => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n')
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece as Buffer)
  const text = Buffer.concat(pieces).toString()
  expect(text).toMatch(/^HTTP\/1.1 408 /)
  expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ error: 408, code: 'request_timeout' })
})
