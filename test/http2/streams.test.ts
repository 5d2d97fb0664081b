import { expect, test } from 'vitest'
import { ACK, answer, createLine, ENDS, frame, goaway, KIND, number, OK, setting, hello, WHOLE } from './frames.ts'

const fault = (processed: 'no' | 'maybe', reason: string) => ({ kind: 'fault', processed, reason })
const settings = (id: number, value: number) => hello(setting(id, value))

test('an answer that is there before the request was written out ends the request', async () => {
  const { connection, begin, written } = createLine(settings(4, 10))
  const { result } = begin('x'.repeat(100))
  expect(written()).toMatchObject([
    { kind: KIND.SETTINGS },
    { kind: KIND.HEADERS },
    { kind: KIND.DATA, flags: 0, payload: { length: 10 } },
  ])
  connection.receive(answer(1))
  expect(await result).toMatchObject({ kind: 'answer', body: 'ok' })
  expect(written()).toMatchObject([{ kind: KIND.RST, stream: 1 }])
})

test('never more is written than the windows take, of the connection and of each stream, also when they shrink', () => {
  const { connection, begin, written } = createLine()
  const sizes = () =>
    written()
      .filter(({ kind }) => kind === KIND.DATA)
      .map(({ stream, payload, flags }) => [stream, payload.length, flags])
  begin('x'.repeat(60_000))
  begin('y'.repeat(60_000))
  expect(sizes()).toEqual([
    [1, 16_384, 0],
    [1, 16_384, 0],
    [1, 16_384, 0],
    [1, 10_848, ENDS],
    [3, 5_535, 0],
  ])
  expect(connection.requests.isBlocked).toBe(true)
  connection.receive(frame(KIND.WINDOW, 0, 0, number(10_000)))
  expect(sizes()).toEqual([[3, 10_000, 0]])
  // Its window was 50,000, and is 45,535 smaller now.
  connection.receive(Buffer.concat([settings(4, 20_000), frame(KIND.WINDOW, 0, 0, number(100_000))]))
  expect(sizes()).toEqual([[3, 4_465, 0]])
  connection.receive(frame(KIND.WINDOW, 0, 3, number(5_000)))
  expect(sizes()).toEqual([[3, 5_000, 0]])
  connection.receive(settings(4, 65_535))
  expect(sizes()).toEqual([
    [3, 16_384, 0],
    [3, 16_384, 0],
    [3, 2_232, ENDS],
  ])
  expect(connection.requests.isBlocked).toBe(false)
})

test('what comes in opens the windows again, and more than they take ends the connection', async () => {
  const { connection, begin, written } = createLine()
  const { result } = begin()
  written()
  connection.receive(frame(KIND.HEADERS, WHOLE, 1, OK))
  const piece = frame(KIND.DATA, 0, 1, 'a'.repeat(16_000))
  for (let count = 0; count < 400; count += 1) connection.receive(piece)
  const updates = written().filter(({ kind }) => kind === KIND.WINDOW)
  const sum = (stream: number) =>
    updates.filter((one) => one.stream === stream).reduce((all, { payload }) => all + payload.readUInt32BE(), 0)
  expect(sum(0)).toBeGreaterThan(400 * 16_000 - 1_048_576)
  expect(sum(1)).toBeGreaterThan(400 * 16_000 - 65_535)
  connection.receive(frame(KIND.DATA, ENDS, 1))
  const got = await result
  expect(got.kind === 'answer' && got.body).toBe('a'.repeat(65_536))
})

test('a PING is answered, our own is known by its answer, SETTINGS are acknowledged', () => {
  const { connection, written, told } = createLine()
  expect(written()).toMatchObject([{ kind: KIND.SETTINGS, flags: ACK, payload: { length: 0 } }])
  connection.receive(frame(KIND.PING, 0, 0, 'abcdefgh'))
  expect(written()).toEqual([{ kind: KIND.PING, flags: ACK, stream: 0, payload: Buffer.from('abcdefgh') }])
  connection.ping()
  const [ping] = written()
  connection.receive(frame(KIND.PING, ACK, 0, 'anything'))
  expect(told).not.toContain('pong')
  connection.receive(frame(KIND.PING, ACK, 0, ping?.payload))
  expect(told).toContain('pong')
})

test('a GOAWAY with an error ends all at once: what it excludes was not processed', async () => {
  const { connection, begin } = createLine()
  const results = Promise.all([begin(), begin(), begin()].map(({ result }) => result))
  connection.receive(Buffer.concat([goaway(3, 2), answer(1)]))
  expect(await results).toEqual([
    fault('maybe', 'connection_lost'),
    fault('maybe', 'connection_lost'),
    fault('no', 'refused'),
  ])
})

test('a GOAWAY that excludes more comes after one that excludes nothing', async () => {
  const { connection, begin } = createLine()
  const [first, second] = [begin(), begin()]
  connection.receive(goaway(2 ** 31 - 1, 0))
  expect(connection.requests.open).toBe(2)
  connection.receive(Buffer.concat([goaway(1, 0), goaway(3, 0)]))
  expect(await second.result).toEqual(fault('no', 'refused'))
  connection.receive(answer(1))
  expect(await first.result).toMatchObject({ kind: 'answer' })
})

test('REFUSED_STREAM after an answer has begun does not say that nothing was processed', async () => {
  const { connection, begin } = createLine()
  const [first, second] = [begin(), begin()]
  connection.receive(
    Buffer.concat([
      frame(KIND.HEADERS, WHOLE, 1, OK),
      frame(KIND.RST, 0, 1, number(7)),
      frame(KIND.RST, 0, 3, number(7)),
    ]),
  )
  expect(await first.result).toEqual(fault('maybe', 'reset'))
  expect(await second.result).toEqual(fault('no', 'refused'))
})

test('what was never handed to the socket is not processed when the connection is lost', async () => {
  const { connection, begin } = createLine()
  const [first, second] = [begin(), begin('{}', false)]
  connection.lose()
  expect(await first.result).toEqual(fault('maybe', 'connection_lost'))
  expect(await second.result).toEqual(fault('no', 'refused'))
})

test('a header block that means something else since the table changed is read anew', async () => {
  const { connection, begin } = createLine()
  const added = (value: string) =>
    Buffer.concat([Buffer.from('88400178', 'hex'), Buffer.from([value.length]), Buffer.from(value)])
  const [newest, before] = [Buffer.from([0x88, 0xbe]), Buffer.from([0x88, 0xbf])]
  const blocks = [added('a'), newest, newest, added('b'), newest, added('c'), added('c'), before]
  const seen: unknown[] = []
  for (const one of blocks) {
    const { stream, result } = begin()
    connection.receive(frame(KIND.HEADERS, WHOLE | ENDS, stream.id, one))
    const got = await result
    seen.push(got.kind === 'answer' && got.headers['x'])
  }
  expect(seen).toEqual(['a', 'a', 'a', 'b', 'b', 'c', 'c', 'c'])
})

test.each([
  ['the peer breaks a rule', frame(KIND.PUSH, WHOLE, 1, Buffer.concat([number(2), OK]))],
  ['the peer gives up, and excludes nothing', goaway(2 ** 31 - 1, 2)],
])('what was not handed to the socket when %s does not follow after it was told so', async (_, bytes) => {
  const { connection, begin, written } = createLine()
  begin()
  written()
  const waiting = begin('{}', false)
  connection.receive(bytes)
  expect(await waiting.result).toEqual(fault('no', 'refused'))
  expect(written().filter(({ stream }) => stream === waiting.stream.id)).toEqual([])
})

test('a GOAWAY that excludes what it has begun to answer does not say that it was not processed', async () => {
  const { connection, begin } = createLine()
  const [first, second] = [begin(), begin()]
  connection.receive(Buffer.concat([frame(KIND.HEADERS, WHOLE, 1, OK), goaway(0, 0)]))
  expect(await first.result).toEqual(fault('maybe', 'connection_lost'))
  expect(await second.result).toEqual(fault('no', 'refused'))
})
