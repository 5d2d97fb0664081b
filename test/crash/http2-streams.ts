import type { Watch } from './fault-proxy.ts'

/** Source: RFC 9113 §3.4, §4.1, §6. */
const PREFACE_BYTES = 24
const HEAD_BYTES = 9
const HEADERS = 1
const RST_STREAM = 3
const DATA = 0
const END_STREAM = 1

/** Counts the streams that a client has open at once on a connection, and tells each new number. */
export function countStreams(onOpen: (count: number) => void): Watch {
  const open = new Set<number>()
  const fromClient = createFrames(PREFACE_BYTES)
  const fromServer = createFrames(0)
  return {
    onRequest(bytes) {
      for (const frame of fromClient(bytes)) {
        if (frame.kind === RST_STREAM) open.delete(frame.stream)
        if (frame.kind !== HEADERS) continue
        open.add(frame.stream)
        onOpen(open.size)
      }
    },
    onAnswer(bytes) {
      for (const { kind, flags, stream } of fromServer(bytes)) {
        const ends = (kind === DATA || kind === HEADERS) && (flags & END_STREAM) !== 0
        if (ends || kind === RST_STREAM) open.delete(stream)
      }
      return bytes
    },
  }
}

interface Frame {
  readonly kind: number
  readonly flags: number
  readonly stream: number
}

function createFrames(preface: number): (bytes: Buffer) => Frame[] {
  let unread = Buffer.alloc(0)
  let skip = preface
  return (bytes) => {
    unread = Buffer.concat([unread, bytes])
    const skipped = Math.min(skip, unread.length)
    skip -= skipped
    unread = unread.subarray(skipped)
    const frames: Frame[] = []
    while (skip === 0 && unread.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + unread.readUIntBE(0, 3)
      if (unread.length < end) break
      frames.push({
        kind: unread.readUInt8(3),
        flags: unread.readUInt8(4),
        stream: unread.readUInt32BE(5) & 0x7fffffff,
      })
      unread = unread.subarray(end)
    }
    return frames
  }
}
