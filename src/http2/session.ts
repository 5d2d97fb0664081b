import type { Socket } from 'node:net'
import type { Call } from './call.ts'
import { Connection } from './connection.ts'
import { CODE } from './frames.ts'
import { openSocket, type SocketOptions } from './socket.ts'
import type { Stream } from './stream.ts'

export interface SessionOptions extends SocketOptions {
  /** To the peer's SETTINGS, and from ours until it has taken them over, in milliseconds. */
  readonly connectMs: number
  /** From the write of a request to the end of its answer, in milliseconds. */
  readonly requestMs: number
  /** A connection with requests in flight that has been silent for so long is pinged, in milliseconds. */
  readonly pingAfterMs: number
  /** A ping that is not answered within this ends the connection, in milliseconds. */
  readonly pingMs: number
  /** A connection without requests is closed after so long, in milliseconds. */
  readonly idleMs: number
}

export interface SessionEvents {
  /** There may be room for another request. */
  onRoom(): void
  /** The peer said ENHANCE_YOUR_CALM. */
  onCalm(): void
  /** It takes no new requests; those in flight may still be answered. */
  onRetired(session: Session): void
  onClosed(session: Session): void
}

const LINGER_MS = 500
/** What may wait in the socket before no request is added, in bytes. */
const UNSENT_BYTES = 262_144

/** One HTTP/2 connection's life: opening → ready → retired → closed. Nothing that happens to it is ever thrown. */
export class Session {
  ready = false
  retired = false
  private isOpen = false
  private isEnded = false
  private willFlush = false
  private willTell = false
  private heard = false
  private answersBefore = 0
  private quietMs = 0
  private unacknowledgedMs = 0
  private pinging: NodeJS.Timeout | null = null
  private leaving: NodeJS.Timeout | null = null
  private sweeping: NodeJS.Timeout | null = null
  private readonly connecting: NodeJS.Timeout
  private readonly heartbeat: NodeJS.Timeout
  private readonly socket: Socket
  private readonly connection: Connection
  private readonly options: SessionOptions
  private readonly events: SessionEvents
  private readonly monotonic: () => number

  constructor(options: SessionOptions, events: SessionEvents, monotonic: () => number) {
    this.options = options
    this.events = events
    this.monotonic = monotonic
    const { protocol, host } = new URL(options.origin)
    this.connection = new Connection(protocol.slice(0, -1), host, {
      onSettings: () => this.onSettings(),
      onGoaway: (code) => this.onGoaway(code),
      onPong: () => this.onPong(),
      onBroken: () => this.retire(),
    })
    this.socket = openSocket(options, () => {
      this.isOpen = true
      this.flush()
    })
    this.connecting = setTimeout(() => this.socket.destroy(), options.connectMs)
    this.heartbeat = setInterval(() => this.beat(), options.pingAfterMs).unref()
    this.listen()
  }

  get open(): number {
    return this.connection.requests.open
  }

  /** Answers it has brought, of any status. */
  get answers(): number {
    return this.connection.answers
  }

  /** Requests it may still take: the peer's SETTINGS_MAX_CONCURRENT_STREAMS and our own limit respected, and what the peer reads. */
  room(most: number): number {
    const { requests, outbox } = this.connection
    if (!this.ready || this.retired || requests.isBlocked || requests.isUsedUp) return 0
    if (this.socket.writableLength + outbox.length > UNSENT_BYTES) return 0
    return Math.min(most, requests.mostStreams) - requests.open
  }

  /** False: this session could not take it, nothing was written, give it to another one. */
  write(call: Call): boolean {
    const { requests } = this.connection
    if (this.retired || requests.isUsedUp) return false
    const stream = this.begin(call)
    if (stream === null) return false
    call.cancel = () => this.cancel(stream, 'aborted')
    this.sweeping ??= setTimeout(() => this.sweep(), this.options.requestMs)
    this.flushSoon()
    if (requests.isUsedUp) setImmediate(() => this.retire())
    return true
  }

  /** Takes no new requests, lets those in flight end, then closes. */
  retire(): void {
    if (this.retired) return
    this.retired = true
    this.leaveWhenEmpty()
    this.events.onRetired(this)
  }

  /** A request that cannot be written is a bug of who made it. */
  private begin(call: Call): Stream | null {
    try {
      return this.connection.requests.write(call, this.monotonic())
    } catch (error) {
      call.fail(error instanceof Error ? error : new Error(String(error)))
      return null
    }
  }

  /** A closed session waits for the peer to close the socket, which it may never do. */
  private leaveWhenEmpty(): void {
    if (!this.retired || this.open > 0 || this.leaving !== null) return
    this.leaving = setTimeout(() => this.socket.destroy(), LINGER_MS)
    if (!this.isOpen) {
      this.socket.destroy()
      return
    }
    if (!this.connection.isOver) this.connection.outbox.goaway(CODE.NO_ERROR)
    this.flush()
    this.isEnded = true
    this.socket.end()
  }

  private listen(): void {
    const { socket } = this
    socket.on('data', (bytes: Buffer) => this.onBytes(bytes))
    socket.on('drain', () => this.events.onRoom())
    // The reason is told by each stream; without this listener it would be an uncaught exception.
    socket.on('error', () => this.retire())
    // The peer reads no more either, whatever it says: what is not written yet never was.
    socket.on('end', () => {
      this.isEnded = true
      this.retire()
    })
    socket.on('close', () => {
      this.isEnded = true
      clearTimeout(this.connecting)
      clearInterval(this.heartbeat)
      this.retire()
      this.connection.lose()
      for (const timer of [this.pinging, this.leaving, this.sweeping]) if (timer !== null) clearTimeout(timer)
      setImmediate(() => this.events.onClosed(this))
    })
  }

  private onBytes(bytes: Buffer): void {
    this.heard = true
    const { requests } = this.connection
    const [openBefore, wasBlocked] = [requests.open, requests.isBlocked]
    this.connection.receive(bytes)
    this.flushSoon()
    if (requests.open !== openBefore) this.leaveWhenEmpty()
    if (requests.open !== openBefore || requests.isBlocked !== wasBlocked) this.tellRoomSoon()
  }

  private onSettings(): void {
    this.ready = true
    clearTimeout(this.connecting)
    this.tellRoomSoon()
  }

  private onGoaway(code: number): void {
    if (code === CODE.ENHANCE_YOUR_CALM) this.events.onCalm()
    this.retire()
  }

  private onPong(): void {
    if (this.pinging !== null) clearTimeout(this.pinging)
    this.pinging = null
  }

  /** All that is written in one turn of the event loop leaves in one piece. */
  private flushSoon(): void {
    if (this.willFlush || this.connection.outbox.length === 0) return
    this.willFlush = true
    setImmediate(() => this.flush())
  }

  private flush(): void {
    this.willFlush = false
    if (!this.isOpen || this.isEnded || this.socket.destroyed || this.connection.outbox.length === 0) return
    const { bytes, done } = this.connection.outbox.take()
    this.connection.requests.handOver()
    this.socket.write(bytes, done)
  }

  private cancel(stream: Stream, reason: 'aborted' | 'timeout'): void {
    this.connection.cancel(stream, reason)
    this.flushSoon()
    this.leaveWhenEmpty()
    this.tellRoomSoon()
  }

  /** Not at once: who is in the middle of ending many would have others begun that are to end as well. */
  private tellRoomSoon(): void {
    if (this.willTell) return
    this.willTell = true
    setImmediate(() => {
      this.willTell = false
      this.events.onRoom()
    })
  }

  /** All have the same time, so the oldest are out of it first. One out of time casts doubt on the whole connection: ask it at once. */
  private sweep(): void {
    this.sweeping = null
    const now = this.monotonic()
    for (const stream of this.connection.requests.all()) {
      const leftMs = stream.writtenMs + this.options.requestMs - now
      if (leftMs > 0) {
        this.sweeping = setTimeout(() => this.sweep(), Math.ceil(leftMs))
        return
      }
      this.cancel(stream, 'timeout')
      this.ping()
    }
  }

  private beat(): void {
    const { connection, options } = this
    connection.forgive()
    if (this.open > 0 && !this.heard) this.ping()
    this.heard = false
    const isQuiet = this.open === 0 && this.answers === this.answersBefore
    this.answersBefore = this.answers
    this.quietMs = isQuiet ? this.quietMs + options.pingAfterMs : 0
    if (this.quietMs >= options.idleMs) this.retire()
    if (!this.ready || connection.isAcknowledged) return
    this.unacknowledgedMs += options.pingAfterMs
    if (this.unacknowledgedMs < options.connectMs) return
    connection.breakOff(CODE.SETTINGS_TIMEOUT)
    this.leaveWhenEmpty()
  }

  private ping(): void {
    if (this.pinging !== null || this.isEnded || this.connection.isOver) return
    this.pinging = setTimeout(() => this.socket.destroy(), this.options.pingMs)
    this.connection.ping()
    this.flushSoon()
  }
}
