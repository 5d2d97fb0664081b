import { CODE, FRAME_BYTES, HEAD_BYTES, MOST, ProtocolError } from './frames.ts'

/** The payload is `bytes` from `start` to `end`, and only as long as the call lasts. */
export type OnFrame = (kind: number, flags: number, stream: number, bytes: Buffer, start: number, end: number) => void

/**
 * Cuts what comes in into frames; a frame that comes in pieces is put together, and nothing else is kept. Throws a `ProtocolError`
 * for a payload above 16,384 bytes, which is all that was offered.
 */
export function createFrameReader(onFrame: OnFrame): (bytes: Buffer) => void {
  const whole = Buffer.allocUnsafeSlow(HEAD_BYTES + FRAME_BYTES)
  let held = 0

  function read(bytes: Buffer, at: number, end: number): void {
    const stream = bytes.readUInt32BE(at + 5) & MOST
    onFrame(bytes[at + 3] ?? 0, bytes[at + 4] ?? 0, stream, bytes, at + HEAD_BYTES, end)
  }
  function hold(bytes: Buffer, from: number, upTo: number): number {
    const take = Math.max(0, Math.min(upTo - held, bytes.length - from))
    bytes.copy(whole, held, from, from + take)
    held += take
    return from + take
  }
  /** Where the next frame begins in `bytes`. */
  function complete(bytes: Buffer): number {
    let at = hold(bytes, 0, HEAD_BYTES)
    if (held < HEAD_BYTES) return at
    const end = endOf(whole, 0)
    at = hold(bytes, at, end)
    if (held < end) return at
    held = 0
    read(whole, 0, end)
    return at
  }
  return (bytes) => {
    let at = held > 0 ? complete(bytes) : 0
    while (bytes.length - at >= HEAD_BYTES) {
      const end = endOf(bytes, at)
      if (end > bytes.length) break
      read(bytes, at, end)
      at = end
    }
    if (at < bytes.length) hold(bytes, at, whole.length)
  }
}

function endOf(bytes: Buffer, at: number): number {
  const length = bytes.readUIntBE(at, 3)
  if (length > FRAME_BYTES) throw new ProtocolError(CODE.FRAME_SIZE_ERROR, 'a frame larger than was offered')
  return at + HEAD_BYTES + length
}
