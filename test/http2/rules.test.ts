import { expect, test } from 'vitest'
import {
  ACK,
  answer,
  block,
  createLine,
  ENDS,
  frame,
  hello,
  KIND,
  number,
  OK,
  PADDED,
  PRIORITY,
  setting,
  WHOLE,
} from './frames.ts'

const [PROTOCOL, FLOW, SIZE, COMPRESSION, CALM] = [1, 3, 6, 9, 11]
const fault = (processed: 'no' | 'maybe', reason: string) => ({ kind: 'fault', processed, reason })
const headers = (stream: number, fields: Readonly<Record<string, string>>, flags = WHOLE) =>
  frame(KIND.HEADERS, flags, stream, block(fields))
const settings = (id: number, value: number) => hello(setting(id, value))
const many = (count: number, one: Buffer) => Buffer.concat(new Array<Buffer>(count).fill(one))
const readError = (payload: Buffer | undefined) => payload?.readUInt32BE(4)

test.each([
  ['DATA on no stream', PROTOCOL, frame(KIND.DATA, 0, 0, 'a')],
  ['DATA on a stream that has not begun', PROTOCOL, frame(KIND.DATA, 0, 3, 'a')],
  ['HEADERS on a stream of the server', PROTOCOL, frame(KIND.HEADERS, WHOLE, 2, OK)],
  ['more padding than payload', PROTOCOL, frame(KIND.DATA, PADDED, 1, Buffer.from([2, 0]))],
  ['padding that is not there', PROTOCOL, frame(KIND.HEADERS, PADDED | WHOLE, 1)],
  ['a priority that is cut off', PROTOCOL, frame(KIND.HEADERS, PRIORITY | WHOLE, 1, 'abcd')],
  ['a push', PROTOCOL, frame(KIND.PUSH, WHOLE, 1, Buffer.concat([number(2), OK]))],
  ['a frame within a header block', PROTOCOL, [frame(KIND.HEADERS, 0, 1, OK), frame(KIND.PING, 0, 0, '12345678')]],
  ['another stream within a header block', PROTOCOL, [frame(KIND.HEADERS, 0, 1, OK), frame(KIND.CONT, WHOLE, 3, OK)]],
  ['CONTINUATION of nothing', PROTOCOL, frame(KIND.CONT, WHOLE, 1, OK)],
  ['CONTINUATION without end', CALM, [frame(KIND.HEADERS, 0, 1), many(100, frame(KIND.CONT, 0, 1))]],
  [
    'a header block without end',
    CALM,
    [frame(KIND.HEADERS, 0, 1), many(5, frame(KIND.CONT, 0, 1, Buffer.alloc(16_384)))],
  ],
  ['a header block that cannot be read', COMPRESSION, frame(KIND.HEADERS, WHOLE, 1, Buffer.from([0x80]))],
  [
    'such a block for a stream that has ended',
    COMPRESSION,
    [answer(1), frame(KIND.HEADERS, WHOLE, 1, Buffer.from([0x80]))],
  ],
  ['RST_STREAM of no stream', PROTOCOL, frame(KIND.RST, 0, 0, number(8))],
  ['RST_STREAM of a stream that has not begun', PROTOCOL, frame(KIND.RST, 0, 9, number(8))],
  ['RST_STREAM of three bytes', SIZE, frame(KIND.RST, 0, 1, 'abc')],
  ['SETTINGS on a stream', PROTOCOL, frame(KIND.SETTINGS, 0, 1)],
  ['SETTINGS of half an entry', SIZE, frame(KIND.SETTINGS, 0, 0, 'abc')],
  ['SETTINGS that acknowledge and say something', SIZE, frame(KIND.SETTINGS, ACK, 0, setting(3, 1))],
  ['a server that enables push', PROTOCOL, settings(2, 1)],
  ['a window too large in SETTINGS', FLOW, settings(4, 2 ** 31)],
  [
    'SETTINGS that make an open window too large',
    FLOW,
    [frame(KIND.WINDOW, 0, 1, number(2 ** 30)), settings(4, 2 ** 31 - 1)],
  ],
  ['frames too small', PROTOCOL, settings(5, 16_383)],
  ['frames too large', PROTOCOL, settings(5, 2 ** 24)],
  ['PING on a stream', PROTOCOL, frame(KIND.PING, 0, 1, '12345678')],
  ['PING of seven bytes', SIZE, frame(KIND.PING, 0, 0, '1234567')],
  ['GOAWAY on a stream', PROTOCOL, frame(KIND.GOAWAY, 0, 1, '12345678')],
  ['GOAWAY of seven bytes', SIZE, frame(KIND.GOAWAY, 0, 0, '1234567')],
  ['a window that grows by nothing', PROTOCOL, frame(KIND.WINDOW, 0, 0, number(0))],
  ['WINDOW_UPDATE of a stream that has not begun', PROTOCOL, frame(KIND.WINDOW, 0, 5, number(1))],
  ['a connection’s window too large', FLOW, frame(KIND.WINDOW, 0, 0, number(2 ** 31 - 1))],
  ['PRIORITY of the connection', PROTOCOL, frame(KIND.PRIORITY, 0, 0, '12345')],
  ['PRIORITY of four bytes', SIZE, frame(KIND.PRIORITY, 0, 1, '1234')],
  ['a frame larger than was offered', SIZE, frame(KIND.DATA, 0, 1, Buffer.alloc(16_385))],
  ['frames without use: PING', CALM, many(10_001, frame(KIND.PING, 0, 0, '12345678'))],
  ['frames without use: SETTINGS', CALM, many(10_001, hello())],
  ['frames without use: RST_STREAM', CALM, [answer(1), many(10_001, frame(KIND.RST, 0, 1, number(8)))]],
  ['frames without use: empty DATA', CALM, [headers(1, { ':status': '200' }), many(10_001, frame(KIND.DATA, 0, 1))]],
  ['frames without use: windows', CALM, many(10_001, frame(KIND.WINDOW, 0, 0, number(1)))],
  ['frames without use: of unknown kinds', CALM, many(10_001, frame(99, 0, 0, 'a'))],
  ['frames without use: interim answers', CALM, many(10_001, headers(1, { ':status': '103' }))],
])('%s ends the connection, which says why; what is open is uncertain', async (_, code, bytes) => {
  const { connection, begin, written, told } = createLine()
  const { result } = begin()
  written()
  connection.receive(Buffer.concat([bytes].flat()))
  const last = written().at(-1)
  expect([last?.kind, readError(last?.payload)]).toEqual([KIND.GOAWAY, code])
  expect(told).toContain('broken')
  connection.receive(answer(1))
  expect([connection.requests.open, connection.isOver]).toEqual([0, true])
  const ended = await result
  if (ended.kind === 'fault') expect(ended).toEqual(fault('maybe', 'connection_lost'))
})

test.each([
  ['a server that does not begin with SETTINGS', frame(KIND.PING, 0, 0, '12345678')],
  ['a server that begins with our own acknowledgement', frame(KIND.SETTINGS, ACK, 0)],
  ['a server that speaks HTTP/1.1', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
])('%s is left', (_, bytes) => {
  const { connection, written } = createLine(bytes)
  expect(written().map(({ kind }) => kind)).toEqual([KIND.GOAWAY])
  expect(connection.isOver).toBe(true)
})

test.each([
  ['DATA before headers', frame(KIND.DATA, ENDS, 1, 'a')],
  ['no status', headers(1, { 'x-by': 'hand' })],
  ['a status that is none', headers(1, { ':status': '20' })],
  ['101', headers(1, { ':status': '101' })],
  ['an interim answer that ends', headers(1, { ':status': '103' }, WHOLE | ENDS)],
  ['a pseudo-header at another place', headers(1, { 'x-by': 'hand', ':status': '200' })],
  ['two of them', frame(KIND.HEADERS, WHOLE, 1, Buffer.from([0x88, 0x88]))],
  ['upper case', headers(1, { ':status': '200', 'X-By': 'hand' })],
  ['a value with an end of line', headers(1, { ':status': '200', 'x-by': 'a\r\nb' })],
  ['a header of HTTP/1.1', headers(1, { ':status': '200', 'transfer-encoding': 'chunked' })],
  ['trailers that do not end it', [headers(1, { ':status': '200' }), headers(1, { 'x-by': 'hand' })]],
  ['trailers with a status', [headers(1, { ':status': '200' }), headers(1, { ':status': '200' }, WHOLE | ENDS)]],
  [
    'less than its content-length',
    [headers(1, { ':status': '200', 'content-length': '3' }), frame(KIND.DATA, ENDS, 1, 'ab')],
  ],
  ['two content-lengths', headers(1, { ':status': '200', 'content-length': '1, 2' })],
  ['a window that grows by nothing', frame(KIND.WINDOW, 0, 1, number(0))],
  ['a window too large', frame(KIND.WINDOW, 0, 1, number(2 ** 31 - 1))],
])('an answer with %s is reset and uncertain, the connection goes on', async (_, bytes) => {
  const { connection, begin, written } = createLine()
  const [first, second] = [begin(), begin()]
  written()
  connection.receive(Buffer.concat([bytes].flat()))
  expect(await first.result).toEqual(fault('maybe', 'reset'))
  expect(written()).toMatchObject([{ kind: KIND.RST, stream: 1 }])
  connection.receive(answer(3))
  expect(await second.result).toMatchObject({ kind: 'answer', status: 200, body: 'ok' })
})

test.each([
  ['in one piece', answer(1)],
  ['after interim answers', [headers(1, { ':status': '100' }), headers(1, { ':status': '103', link: 'a' }), answer(1)]],
  [
    'with padding',
    [
      frame(KIND.HEADERS, PADDED | WHOLE, 1, Buffer.concat([Buffer.from([3]), OK, Buffer.alloc(3)])),
      frame(KIND.DATA, PADDED | ENDS, 1, Buffer.from([2, 111, 107, 0, 0])),
    ],
  ],
  [
    'with a priority',
    [frame(KIND.HEADERS, PRIORITY | WHOLE, 1, Buffer.concat([Buffer.alloc(5), OK])), frame(KIND.DATA, ENDS, 1, 'ok')],
  ],
  [
    'with trailers',
    [frame(KIND.HEADERS, WHOLE, 1, OK), frame(KIND.DATA, 0, 1, 'ok'), headers(1, { 'x-end': 'a' }, WHOLE | ENDS)],
  ],
  [
    'in a header block of many frames',
    [
      frame(KIND.HEADERS, 0, 1, OK.subarray(0, 5)),
      frame(KIND.CONT, 0, 1),
      frame(KIND.CONT, WHOLE, 1, OK.subarray(5)),
      frame(KIND.DATA, ENDS, 1, 'ok'),
    ],
  ],
  [
    'among frames of unknown kinds',
    [frame(77, 255, 0, 'what'), frame(77, 255, 1, 'what'), frame(KIND.PRIORITY, 0, 1, '12345'), answer(1)],
  ],
  ['before a RST_STREAM without error', [answer(1), frame(KIND.RST, 0, 1, number(0))]],
])('an answer %s is read, however it is cut', async (_, bytes) => {
  const whole = Buffer.concat([bytes].flat())
  const expected = { kind: 'answer', status: 200, headers: { 'x-by': 'hand' }, body: 'ok' }
  for (const size of [1, 2, 7, 10, whole.length]) {
    const { connection, begin } = createLine()
    const { result } = begin()
    for (let at = 0; at < whole.length; at += size) connection.receive(whole.subarray(at, at + size))
    expect(await result).toEqual(expected)
    expect([connection.isOver, connection.requests.open]).toEqual([false, 0])
  }
})
