import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createLines, LINE_BYTES, SenderGone, type Line } from '../../src/http/lines.ts'

async function all(body: PassThrough, most = 3): Promise<(string | null)[]> {
  const lines = createLines(body, 10_000)
  const read: Line[] = []
  for (let taken = await lines.take(most); taken.length > 0; taken = await lines.take(most)) read.push(...taken)
  return read.map((line) => line?.toString() ?? null)
}

test('lines are the same wherever the body is cut into pieces', async () => {
  const text = Buffer.from('{"a": 1}\r\n\n"ü€😀"\nx\r\n\r\nlast without an end')
  for (let size = 1; size <= text.length; size += 1) {
    const body = new PassThrough()
    for (let from = 0; from < text.length; from += size) body.write(text.subarray(from, from + size))
    body.end()
    expect(await all(body)).toEqual(['{"a": 1}', '"ü€😀"', 'x', 'last without an end'])
  }
})

test('a line that is too long is passed over, whether it comes at once or in pieces, and the next one is not', async () => {
  for (const size of [1_000, LINE_BYTES + 10, 10 * LINE_BYTES]) {
    const text = Buffer.from(`before\n${'x'.repeat(LINE_BYTES + 1)}\n${'y'.repeat(LINE_BYTES)}\nafter`)
    const body = new PassThrough()
    for (let from = 0; from < text.length; from += size) body.write(text.subarray(from, from + size))
    body.end()
    expect(await all(body)).toEqual(['before', null, 'y'.repeat(LINE_BYTES), 'after'])
  }
})

test('a sender who is faster than his lines are taken has to wait', async () => {
  const body = new PassThrough()
  const lines = createLines(body, 10_000)
  const line = `${'x'.repeat(1_000)}\n`
  let sent = 0
  while (body.write(line) || !body.isPaused()) {
    sent += 1
    await new Promise((resolve) => setImmediate(resolve))
    expect(sent).toBeLessThan(10_000)
  }
  expect(sent * line.length).toBeLessThan(2 * 1_048_576)
  let read = 0
  body.end()
  for (let taken = await lines.take(100); taken.length > 0; taken = await lines.take(100)) read += taken.length
  expect(read).toBe(sent + 1)
})

test('a sender who keeps silent is given up, one who leaves as well; what he sent before is there', async () => {
  const silent = new PassThrough()
  silent.write('one\ntw')
  const lines = createLines(silent, 20)
  expect((await lines.take(5)).map(String)).toEqual(['one'])
  await expect(lines.take(5)).rejects.toMatchObject({ code: 'request_timeout' })
  const gone = new PassThrough()
  const left = createLines(gone, 10_000)
  gone.write('one\ntw')
  setImmediate(() => gone.destroy())
  expect((await left.take(5)).map(String)).toEqual(['one'])
  await expect(left.take(5)).rejects.toBeInstanceOf(SenderGone)
})
