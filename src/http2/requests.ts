import type { Call } from './call.ts'
import { FRAME_BYTES, MOST, WINDOW_BYTES } from './frames.ts'
import { createHeaderEncoder, type HeaderEncoder } from './header-encoder.ts'
import type { Outbox } from './outbox.ts'
import type { Settings } from './peer-settings.ts'
import { createStream, type Stream } from './stream.ts'

/** The streams of a connection, and what is written on them within what the peer takes. */
export class Requests {
  /** The peer's SETTINGS_MAX_CONCURRENT_STREAMS; none before it said so. */
  mostStreams = 0
  nextId = 1
  private readonly streams = new Map<number, Stream>()
  private readonly blocked = new Set<Stream>()
  private window = WINDOW_BYTES
  private streamWindow = WINDOW_BYTES
  private frameBytes = FRAME_BYTES
  private handedOverBelow = 0
  private readonly encoder: HeaderEncoder
  private readonly outbox: Outbox

  constructor(scheme: string, authority: string, outbox: Outbox) {
    this.encoder = createHeaderEncoder(scheme, authority)
    this.outbox = outbox
  }

  get open(): number {
    return this.streams.size
  }

  /** Bodies wait for the peer to take more: no request is begun that would only stand behind them. */
  get isBlocked(): boolean {
    return this.blocked.size > 0 && this.window <= 0
  }

  /** All ids are used up: another connection is needed. */
  get isUsedUp(): boolean {
    return this.nextId > MOST
  }

  find(id: number): Stream | undefined {
    return this.streams.get(id)
  }

  /** The oldest first. */
  all(): IterableIterator<Stream> {
    return this.streams.values()
  }

  /** Throws where its headers cannot be written, and has written nothing then. */
  write(call: Call, nowMs: number): Stream {
    const { request } = call
    const block = this.encoder.encode(request)
    const stream = createStream(this.nextId, call, nowMs, this.streamWindow)
    this.nextId += 2
    this.streams.set(stream.id, stream)
    const isEmpty = request.body === ''
    this.outbox.headers(stream.id, block, isEmpty)
    if (isEmpty) return stream
    if (3 * request.body.length <= Math.min(this.window, this.streamWindow, this.frameBytes)) {
      const length = this.outbox.text(stream.id, request.body)
      this.window -= length
      stream.window -= length
      return stream
    }
    stream.unsent = Buffer.from(request.body)
    this.blocked.add(stream)
    this.writeBodies()
    return stream
  }

  drop(stream: Stream): void {
    this.streams.delete(stream.id)
    this.blocked.delete(stream)
  }

  /** All that is written so far has gone to the socket. */
  handOver(): void {
    this.handedOverBelow = this.nextId
  }

  isHandedOver(stream: Stream): boolean {
    return stream.id < this.handedOverBelow
  }

  /** The connection's window where `stream` is null. False: it would be larger than any may be. */
  widen(stream: Stream | null, increment: number): boolean {
    const window = (stream === null ? this.window : stream.window) + increment
    if (window > MOST) return false
    if (stream === null) this.window = window
    else stream.window = window
    this.writeBodies()
    return true
  }

  /** False: windows would be larger than any may be. */
  apply({ tableBytes, streams, windowBytes, frameBytes }: Settings): boolean {
    if (tableBytes !== undefined) this.encoder.setTableBytes(tableBytes)
    if (streams !== undefined) this.mostStreams = streams
    if (frameBytes !== undefined) this.frameBytes = frameBytes
    if (windowBytes !== undefined && !this.resizeWindows(windowBytes)) return false
    this.writeBodies()
    return true
  }

  /** Holds for what is open, too, whose windows may fall below 0. Source: RFC 9113 §6.9.2. */
  private resizeWindows(bytes: number): boolean {
    const change = bytes - this.streamWindow
    this.streamWindow = bytes
    for (const stream of this.streams.values()) {
      stream.window += change
      if (stream.window > MOST) return false
    }
    return true
  }

  private writeBodies(): void {
    for (const stream of this.blocked) {
      while (stream.unsent !== null) {
        const most = Math.min(this.window, stream.window, this.frameBytes)
        if (most <= 0) break
        this.writePiece(stream, stream.unsent, most)
      }
      if (stream.unsent === null) this.blocked.delete(stream)
    }
  }

  private writePiece(stream: Stream, unsent: Buffer, most: number): void {
    const piece = unsent.subarray(0, most)
    const isLast = piece.length === unsent.length
    this.outbox.data(stream.id, piece, isLast)
    this.window -= piece.length
    stream.window -= piece.length
    stream.unsent = isLast ? null : unsent.subarray(most)
  }
}
