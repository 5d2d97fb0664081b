import { CODE, FLAG, FRAME, FRAME_BYTES, HEAD_BYTES, MOST, PREFACE, SETTING } from './frames.ts'

/** Larger ones, for an exceptional burst, are not kept. */
const KEPT_BYTES = 262_144
const FIRST_BYTES = 65_536

/** What is to be written, frame after frame, until somebody takes it. */
export class Outbox {
  length = 0
  private bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  private spare: Buffer | null = null

  /** Hands over what there is; `done` is to be called once it was written, and lets its memory be used again. */
  take(): { readonly bytes: Buffer; readonly done: () => void } {
    const whole = this.bytes
    const taken = whole.subarray(0, this.length)
    this.bytes = this.spare ?? Buffer.allocUnsafeSlow(FIRST_BYTES)
    this.spare = null
    this.length = 0
    return { bytes: taken, done: () => void (whole.length <= KEPT_BYTES && (this.spare = whole)) }
  }

  /** What nobody has taken is not to leave any more. */
  clear(): void {
    this.length = 0
  }

  /** Source: RFC 9113 §3.4: before anything else. `window` is the connection's, in bytes above the usual. */
  greet(headerListBytes: number, window: number): void {
    this.reserve(64 + HEAD_BYTES * 2)
    this.length += this.bytes.write(PREFACE, this.length, 'latin1')
    const settings = [
      [SETTING.ENABLE_PUSH, 0],
      [SETTING.MAX_HEADER_LIST_SIZE, headerListBytes],
    ] as const
    this.head(6 * settings.length, FRAME.SETTINGS, 0, 0)
    for (const [id, value] of settings) {
      this.length = this.bytes.writeUInt16BE(id, this.length)
      this.length = this.bytes.writeUInt32BE(value, this.length)
    }
    this.windowUpdate(0, window)
  }

  settingsAck(): void {
    this.head(0, FRAME.SETTINGS, FLAG.ACK, 0)
  }

  /** `from`: where its 8 bytes are in `bytes`. */
  ping(flags: number, bytes: Uint8Array, from: number): void {
    this.head(8, FRAME.PING, flags, 0)
    this.bytes.set(bytes.subarray(from, from + 8), this.length)
    this.length += 8
  }

  /** Nothing of the peer's was processed: a server opens no streams here. */
  goaway(code: number): void {
    this.head(8, FRAME.GOAWAY, 0, 0)
    this.length = this.bytes.writeUInt32BE(0, this.length)
    this.length = this.bytes.writeUInt32BE(code, this.length)
  }

  reset(stream: number, code: number = CODE.CANCEL): void {
    this.head(4, FRAME.RST_STREAM, 0, stream)
    this.length = this.bytes.writeUInt32BE(code, this.length)
  }

  windowUpdate(stream: number, increment: number): void {
    this.head(4, FRAME.WINDOW_UPDATE, 0, stream)
    this.length = this.bytes.writeUInt32BE(increment & MOST, this.length)
  }

  /** HEADERS, and CONTINUATION where they are larger than any peer's frames may be. */
  headers(stream: number, block: Buffer, ends: boolean): void {
    let flags = ends ? FLAG.END_STREAM : 0
    let kind: number = FRAME.HEADERS
    for (let at = 0; at === 0 || at < block.length; at += FRAME_BYTES) {
      const end = Math.min(block.length, at + FRAME_BYTES)
      if (end === block.length) flags |= FLAG.END_HEADERS
      this.head(end - at, kind, flags, stream)
      this.copy(block, at, end)
      ;[kind, flags] = [FRAME.CONTINUATION, 0]
    }
  }

  data(stream: number, bytes: Buffer, ends: boolean): void {
    this.head(bytes.length, FRAME.DATA, ends ? FLAG.END_STREAM : 0, stream)
    this.copy(bytes, 0, bytes.length)
  }

  /** One frame with all of a text, in UTF-8, which ends the stream. Returns its length, in bytes. */
  text(stream: number, text: string): number {
    this.reserve(HEAD_BYTES + 3 * text.length)
    const at = this.length + HEAD_BYTES
    const length = this.bytes.write(text, at, 'utf8')
    this.head(length, FRAME.DATA, FLAG.END_STREAM, stream)
    this.length += length
    return length
  }

  /** Makes room for the payload, too. */
  private head(length: number, kind: number, flags: number, stream: number): void {
    this.reserve(HEAD_BYTES + length)
    const { bytes } = this
    const at = this.length
    bytes[at] = length >>> 16
    bytes[at + 1] = length >>> 8
    bytes[at + 2] = length
    bytes[at + 3] = kind
    bytes[at + 4] = flags
    bytes[at + 5] = stream >>> 24
    bytes[at + 6] = stream >>> 16
    bytes[at + 7] = stream >>> 8
    bytes[at + 8] = stream
    this.length = at + HEAD_BYTES
  }

  private copy(from: Buffer, start: number, end: number): void {
    // Of a few bytes, a loop is quicker than the call.
    if (end - start > 64) from.copy(this.bytes, this.length, start, end)
    else for (let at = start; at < end; at += 1) this.bytes[this.length + at - start] = from[at] ?? 0
    this.length += end - start
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + more))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes = larger
  }
}
