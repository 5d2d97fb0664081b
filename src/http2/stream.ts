import type { Call } from './call.ts'

/** One request that is written, until its answer or its end. */
export interface Stream {
  readonly id: number
  readonly call: Call
  /** Monotonic, in milliseconds. */
  readonly writtenMs: number
  /** 0: no headers yet. */
  status: number
  headers: Readonly<Record<string, string>>
  /** In bytes; null: not told. */
  contentLength: number | null
  /** Of the answer's body, in bytes. */
  arrived: number
  /** What is kept of it, where it comes in several frames. */
  body: Buffer | null
  /** In bytes, since the peer was last told that it may send more. */
  unacknowledged: number
  /** What the peer takes on this stream, in bytes; below 0 after it took some back. */
  window: number
  /** Of the request's body: what waits for a window. */
  unsent: Buffer | null
}

const ANSWER_CHARACTERS = 65_536
/** No character of UTF-16 has more in UTF-8. */
const ANSWER_BYTES = 3 * ANSWER_CHARACTERS
const FIRST_BYTES = 1_024

export function createStream(id: number, call: Call, writtenMs: number, window: number): Stream {
  return {
    id,
    call,
    writtenMs,
    window,
    status: 0,
    headers: {},
    contentLength: null,
    arrived: 0,
    body: null,
    unacknowledged: 0,
    unsent: null,
  }
}

/** Keeps this piece of the answer's body, as far as it is wanted. */
export function keep(stream: Stream, bytes: Buffer, start: number, end: number): void {
  const [from, to] = [Math.min(stream.arrived, ANSWER_BYTES), Math.min(stream.arrived + end - start, ANSWER_BYTES)]
  stream.arrived += end - start
  if (from === to) return
  const body = roomFor(stream.body, from, to)
  bytes.copy(body, from, start, start + to - from)
  stream.body = body
}

function roomFor(body: Buffer | null, used: number, wanted: number): Buffer {
  if (body !== null && body.length >= wanted) return body
  const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * wanted))
  body?.copy(larger, 0, 0, used)
  return larger
}

/** The whole answer's body; its last piece need not have been kept. */
export function bodyOf(stream: Stream, bytes: Buffer, start: number, end: number): string {
  if (stream.body !== null) {
    keep(stream, bytes, start, end)
    return stream.body.toString('utf8', 0, Math.min(stream.arrived, ANSWER_BYTES)).slice(0, ANSWER_CHARACTERS)
  }
  stream.arrived += end - start
  return bytes.toString('utf8', start, Math.min(end, start + ANSWER_BYTES)).slice(0, ANSWER_CHARACTERS)
}

/** What was announced has come. An answer without content may tell the length of another one's. Source: RFC 9110 §8.6. */
export function isWhole({ status, contentLength, arrived }: Stream): boolean {
  return contentLength === null || contentLength === arrived || (arrived === 0 && (status === 204 || status === 304))
}
