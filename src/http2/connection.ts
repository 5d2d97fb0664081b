import type { Head } from './answer-head.ts'
import { fault } from './call.ts'
import type { Http2Fault } from './client.ts'
import { createFrameReader } from './frame-reader.ts'
import { CODE, FLAG, FRAME, MOST, ProtocolError } from './frames.ts'
import { createHeaderBlocks } from './header-blocks.ts'
import { HEADERS_BYTES } from './header-decoder.ts'
import { Outbox } from './outbox.ts'
import { broken, numberIn, unpad, wrongSize } from './payloads.ts'
import { readSettings } from './peer-settings.ts'
import { Requests } from './requests.ts'
import { bodyOf, isWhole, keep, type Stream } from './stream.ts'

export interface ConnectionEvents {
  /** The peer's SETTINGS came: the first ones, or others. */
  onSettings(): void
  onGoaway(code: number): void
  /** The last ping was answered. */
  onPong(): void
  /** It is over, because of what the peer did; a GOAWAY with the reason is in the outbox. Told, as a GOAWAY is, before streams end by it. */
  onBroken(): void
}

/** What the peer may have on its way to us, in bytes: on the connection, and on each stream. */
const CONNECTION_BYTES = 1_048_576
const STREAM_BYTES = 65_535
/** Frames without any use that are borne until `forgive`; an answer makes good for some. */
const IDLE_FRAMES = { most: 10_000, perAnswer: 8 }
const PING = Buffer.from('tidings?')
const NOTHING = Buffer.alloc(0)

/**
 * HTTP/2 as a client speaks it, without a socket: what comes in goes to `receive`, what is to go out is in `outbox`. A stream is told
 * its end once, by its call. Source: RFC 9113.
 */
export class Connection {
  readonly outbox = new Outbox()
  readonly requests: Requests
  /** Nothing more is read or written. */
  isOver = false
  /** Answers it has brought, of any status. */
  answers = 0
  /** The peer has taken our SETTINGS over. */
  isAcknowledged = false
  private isGreeted = false
  private lastStream = MOST
  private isCalm = false
  private unacknowledged = 0
  private idleFrames = 0
  private readonly blocks = createHeaderBlocks((id, ends, head) => this.onHead(id, ends, head))
  private readonly read = createFrameReader((...frame) => this.onFrame(...frame))
  private readonly events: ConnectionEvents

  constructor(scheme: string, authority: string, events: ConnectionEvents) {
    this.events = events
    this.requests = new Requests(scheme, authority, this.outbox)
    this.outbox.greet(HEADERS_BYTES, CONNECTION_BYTES - STREAM_BYTES)
  }

  /** Throws for nothing that a peer sends. A bug of ours ends the connection, and every call on it is told. */
  receive(bytes: Buffer): void {
    try {
      if (!this.isOver) this.read(bytes)
    } catch (error) {
      const bug = new Error('HTTP/2: what the peer sent could not be read', { cause: error })
      if (!(error instanceof ProtocolError)) for (const { call } of this.requests.all()) call.fail(bug)
      this.breakOff(error instanceof ProtocolError ? error.code : CODE.INTERNAL_ERROR)
    }
  }

  /** The connection is over, and says why. */
  breakOff(code: number): void {
    if (this.isOver) return
    this.isOver = true
    this.outbox.clear()
    this.outbox.goaway(code)
    this.events.onBroken()
    this.endAll()
  }

  /** Nothing more will come: every stream ends. What was not handed to the socket is said not to be processed, so that it must not leave any more. */
  lose(): void {
    if (!this.isOver) this.outbox.clear()
    this.isOver = true
    this.endAll()
  }

  /** The caller does not wait any longer. */
  cancel(stream: Stream, reason: 'aborted' | 'timeout'): void {
    this.outbox.reset(stream.id)
    this.end(stream, fault('maybe', reason))
  }

  ping(): void {
    this.outbox.ping(0, PING, 0)
  }

  /** Once in a while: what was borne is forgotten. */
  forgive(): void {
    this.idleFrames = 0
  }

  private endAll(): void {
    for (const stream of this.requests.all()) this.end(stream, this.faultOf(stream, 'connection_lost'))
  }

  private end(stream: Stream, result: Http2Fault): void {
    this.requests.drop(stream)
    stream.call.settle(result)
  }

  /**
   * What was never handed to the socket is not processed; nor is what a GOAWAY excludes, unless it says that we are too many, or an answer
   * has begun.
   */
  private faultOf(stream: Stream, reason: 'connection_lost' | 'reset'): Http2Fault {
    if (!this.requests.isHandedOver(stream)) return fault('no', 'refused')
    if (this.isCalm) return fault('maybe', 'calm')
    if (stream.id > this.lastStream && stream.status === 0) return fault('no', 'refused')
    return fault('maybe', reason)
  }

  private onFrame(kind: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (this.isOver) return
    if (this.blocks.isOpen && kind !== FRAME.CONTINUATION) throw broken('a frame within a header block')
    if (!this.isGreeted && (kind !== FRAME.SETTINGS || flags & FLAG.ACK))
      throw broken('it does not begin with SETTINGS')
    switch (kind) {
      case FRAME.DATA:
        return this.onData(id, flags, bytes, start, end)
      case FRAME.HEADERS:
        return this.onHeaders(id, flags, bytes, start, end)
      case FRAME.CONTINUATION:
        return this.blocks.goOn(id, bytes.subarray(start, end), (flags & FLAG.END_HEADERS) !== 0)
      case FRAME.RST_STREAM:
        return this.onReset(id, numberIn(bytes, start, end))
      case FRAME.WINDOW_UPDATE:
        return this.onWindow(id, numberIn(bytes, start, end) & MOST)
      case FRAME.PUSH_PROMISE:
        throw broken('a push, which was declined')
      default:
        this.bear()
        return this.onOther(kind, flags, id, bytes, start, end)
    }
  }

  private onOther(kind: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const isOfConnection = kind === FRAME.SETTINGS || kind === FRAME.PING || kind === FRAME.GOAWAY
    if (isOfConnection && id !== 0) throw broken('a frame of the connection on a stream')
    if (kind === FRAME.SETTINGS) this.onSettings(flags, bytes, start, end)
    if (kind === FRAME.PING) this.onPing(flags, bytes, start, end)
    if (kind === FRAME.GOAWAY) this.onGoaway(bytes, start, end)
    if (kind === FRAME.PRIORITY && id === 0) throw broken('a priority of the connection')
    if (kind === FRAME.PRIORITY && end - start !== 5) throw wrongSize()
  }

  private onData(id: number, flags: number, bytes: Buffer, start: number, end: number): void {
    this.countConnection(end - start)
    const stream = this.find(id)
    if (end === start && (flags & FLAG.END_STREAM) === 0) this.bear()
    if (stream === null) return
    stream.unacknowledged += end - start
    if (stream.unacknowledged > STREAM_BYTES)
      throw new ProtocolError(CODE.FLOW_CONTROL_ERROR, 'more than a window takes')
    const [from, to] = flags & FLAG.PADDED ? unpad(bytes, start, end) : [start, end]
    if (stream.status === 0) this.reject(stream)
    else if (flags & FLAG.END_STREAM) this.answer(stream, bodyOf(stream, bytes, from, to))
    else {
      keep(stream, bytes, from, to)
      if (stream.unacknowledged < STREAM_BYTES / 2) return
      this.outbox.windowUpdate(id, stream.unacknowledged)
      stream.unacknowledged = 0
    }
  }

  private countConnection(bytes: number): void {
    this.unacknowledged += bytes
    if (this.unacknowledged > CONNECTION_BYTES) {
      throw new ProtocolError(CODE.FLOW_CONTROL_ERROR, 'more than a window takes')
    }
    if (this.unacknowledged < CONNECTION_BYTES / 2) return
    this.outbox.windowUpdate(0, this.unacknowledged)
    this.unacknowledged = 0
  }

  private onHeaders(id: number, flags: number, bytes: Buffer, start: number, end: number): void {
    const [from, to] = flags & FLAG.PADDED ? unpad(bytes, start, end) : [start, end]
    const block = from + (flags & FLAG.PRIORITY ? 5 : 0)
    if (block > to) throw broken('a priority that is cut off')
    this.blocks.begin(id, (flags & FLAG.END_STREAM) !== 0, bytes.subarray(block, to), (flags & FLAG.END_HEADERS) !== 0)
  }

  private onHead(id: number, ends: boolean, head: Head | null): void {
    const stream = this.find(id)
    if (stream === null) return
    const isInterim = head !== null && head.status >= 100 && head.status < 200
    if (head === null || (isInterim && ends)) this.reject(stream)
    else if (stream.status > 0) this.onTrailers(stream, ends, head)
    else if (head.status === 0) this.reject(stream)
    else if (isInterim) this.bear()
    else {
      stream.status = head.status
      stream.headers = head.headers
      stream.contentLength = head.contentLength
      if (ends) this.answer(stream, '')
    }
  }

  private onTrailers(stream: Stream, ends: boolean, { status }: Head): void {
    if (ends && status === 0) this.answer(stream, bodyOf(stream, NOTHING, 0, 0))
    else this.reject(stream)
  }

  private answer(stream: Stream, body: string): void {
    if (!isWhole(stream)) {
      this.reject(stream)
      return
    }
    // The rest of the request is not wanted any more.
    if (stream.unsent !== null) this.outbox.reset(stream.id)
    this.requests.drop(stream)
    this.answers += 1
    this.idleFrames -= Math.min(this.idleFrames, IDLE_FRAMES.perAnswer)
    stream.call.settle({ kind: 'answer', status: stream.status, headers: stream.headers, body })
  }

  /** Its answer is malformed; the connection goes on. */
  private reject(stream: Stream, code: number = CODE.PROTOCOL_ERROR): void {
    this.outbox.reset(stream.id, code)
    this.end(stream, fault('maybe', 'reset'))
  }

  /** An answer that has begun shows that the request was processed, whatever the code says. */
  private onReset(id: number, code: number): void {
    const stream = this.find(id)
    if (stream === null) return
    const isRefused = code === CODE.REFUSED_STREAM && stream.status === 0
    this.end(stream, isRefused ? fault('no', 'refused') : this.faultOf(stream, 'reset'))
  }

  private onWindow(id: number, increment: number): void {
    this.bear()
    const stream = id === 0 ? null : this.find(id)
    if (id === 0 && increment === 0) throw broken('a window that grows by nothing')
    if (id !== 0 && stream === null) return
    const code = increment === 0 ? CODE.PROTOCOL_ERROR : CODE.FLOW_CONTROL_ERROR
    if (increment > 0 && this.requests.widen(stream, increment)) return
    if (stream === null) throw new ProtocolError(code, 'a window too large')
    this.reject(stream, code)
  }

  private onSettings(flags: number, bytes: Buffer, start: number, end: number): void {
    if (flags & FLAG.ACK) {
      if (end > start) throw wrongSize()
      this.isAcknowledged = true
      return
    }
    const settings = readSettings(bytes, start, end)
    if (!this.isGreeted) this.requests.mostStreams = Infinity
    this.isGreeted = true
    this.outbox.settingsAck()
    if (!this.requests.apply(settings)) throw new ProtocolError(CODE.FLOW_CONTROL_ERROR, 'a window too large')
    this.events.onSettings()
  }

  private onPing(flags: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== PING.length) throw wrongSize()
    if ((flags & FLAG.ACK) === 0) this.outbox.ping(FLAG.ACK, bytes, start)
    else if (PING.compare(bytes, start, end) === 0) this.events.onPong()
  }

  /** An error in it ends the connection; without one, what is not excluded may still be answered. Source: RFC 9113 §6.8. */
  private onGoaway(bytes: Buffer, start: number, end: number): void {
    if (end - start < 8) throw wrongSize()
    this.lastStream = Math.min(this.lastStream, bytes.readUInt32BE(start) & MOST)
    const code = bytes.readUInt32BE(start + 4)
    this.isCalm ||= code === CODE.ENHANCE_YOUR_CALM
    this.events.onGoaway(code)
    if (code !== CODE.NO_ERROR) this.lose()
    for (const stream of this.requests.all()) {
      if (stream.id > this.lastStream) this.end(stream, this.faultOf(stream, 'connection_lost'))
    }
  }

  /** Null: it has ended. Throws for one that has not begun, and for one that only a server could have begun. */
  private find(id: number): Stream | null {
    const stream = this.requests.find(id)
    if (stream !== undefined) return stream
    if (id % 2 === 0 || id >= this.requests.nextId) throw broken('a stream that there is not')
    this.bear()
    return null
  }

  private bear(): void {
    this.idleFrames += 1
    if (this.idleFrames > IDLE_FRAMES.most) throw new ProtocolError(CODE.ENHANCE_YOUR_CALM, 'frames without use')
  }
}
