import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type Settings } from 'node:http2'
import type { Socket } from 'node:net'
import { type Call, fault } from './call.ts'
import type { Http2Fault, Http2Request } from './client.ts'

export interface SessionOptions {
  /** `https://host[:port]`, or `http://` for a look-alike on a loopback address. */
  readonly origin: string
  /** In PEM: the authority trusted instead of Node's own list, for look-alikes. Null: that list. */
  readonly ca: string | null
  /** To the peer's SETTINGS, in milliseconds. */
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

const ANSWER_CHARACTERS = 65_536
const LINGER_MS = 500

/** One HTTP/2 connection's life: opening → ready → retired → closed. Nothing that happens to it is ever thrown. */
export class Session {
  open = 0
  /** Answers it has brought, of any status. */
  answers = 0
  ready = false
  retired = false
  private peerMost = 0
  private calm = false
  private lastStreamId: number | null = null
  private heard = false
  private quietMs = 0
  private pinging: NodeJS.Timeout | null = null
  private leaving: NodeJS.Timeout | null = null
  private socket: Socket | null = null
  private readonly heartbeat: NodeJS.Timeout
  private readonly connecting: NodeJS.Timeout
  private readonly h2: ClientHttp2Session
  private readonly prepared = new WeakMap<Http2Request['headers'], Record<string, string>>()
  private readonly options: SessionOptions
  private readonly events: SessionEvents

  constructor(options: SessionOptions, events: SessionEvents) {
    this.options = options
    this.events = events
    this.h2 = connect(options.origin, {
      settings: { enablePush: false },
      ...(options.ca === null ? {} : { ca: options.ca }),
    })
    this.connecting = setTimeout(() => this.h2.destroy(), options.connectMs)
    this.heartbeat = setInterval(() => this.beat(), options.pingAfterMs).unref()
    this.listen()
  }

  /** Requests it may still take, the peer's SETTINGS_MAX_CONCURRENT_STREAMS and our own limit respected. */
  room(most: number): number {
    return this.ready && !this.retired ? Math.min(most, this.peerMost) - this.open : 0
  }

  /** False: this session could not take it, nothing was written, give it to another one. */
  write(call: Call): boolean {
    const stream = this.openStream(call)
    if (stream === null) return false
    this.open += 1
    this.follow(call, stream)
    stream.end(call.request.body)
    return true
  }

  /** Takes no new requests, lets those in flight end, then closes. An error comes before the GOAWAY that explains it: told later than both. */
  retire(): void {
    if (this.retired) return
    this.retired = true
    this.h2.close()
    this.leaveWhenEmpty()
    setImmediate(() => this.events.onRetired(this))
  }

  /** A closed session waits for the peer to close the socket, which it may never do. */
  private leaveWhenEmpty(): void {
    if (!this.retired || this.open > 0) return
    this.leaving ??= setTimeout(() => {
      this.h2.destroy()
      this.socket?.destroy()
    }, LINGER_MS)
  }

  private listen(): void {
    const { h2 } = this
    h2.on('connect', (_session, socket) => (this.socket = socket))
    h2.on('remoteSettings', (settings: Settings) => {
      this.peerMost = settings.maxConcurrentStreams ?? Infinity
      this.ready = true
      clearTimeout(this.connecting)
      this.events.onRoom()
    })
    h2.on('goaway', (code: number, lastStreamId: number) => {
      this.lastStreamId = lastStreamId
      this.calm ||= code === constants.NGHTTP2_ENHANCE_YOUR_CALM
      if (code === constants.NGHTTP2_ENHANCE_YOUR_CALM) this.events.onCalm()
      this.retire()
    })
    // The reason is told by each stream; without this listener it would be an uncaught exception.
    h2.on('error', () => this.retire())
    h2.on('close', () => {
      clearTimeout(this.connecting)
      clearInterval(this.heartbeat)
      this.retire()
      for (const timer of [this.pinging, this.leaving]) if (timer !== null) clearTimeout(timer)
      setImmediate(() => this.events.onClosed(this))
    })
  }

  /** `request()` throws at once on a session that has just received a GOAWAY or was destroyed, or that has used up its stream ids. */
  private openStream(call: Call): ClientHttp2Stream | null {
    const headers = this.headersOf(call.request)
    try {
      return this.h2.request(headers)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null
      if (!GONE.has(code)) {
        call.fail(error instanceof Error ? error : new Error(String(error)))
        return null
      }
      this.retire()
      return null
    }
  }

  private headersOf(request: Http2Request): Record<string, string> {
    const known = this.prepared.get(request.headers)
    if (known?.[':path'] === request.path) return known
    const headers = { ':method': 'POST', ':path': request.path, ...request.headers }
    this.prepared.set(request.headers, headers)
    return headers
  }

  private follow(call: Call, stream: ClientHttp2Stream): void {
    let status = 0
    let headers: Record<string, string> = {}
    let body = ''
    const timer = setTimeout(() => this.giveUp(call), this.options.requestMs)
    call.cancel = (ended) => {
      call.settle(ended)
      stream.close(constants.NGHTTP2_CANCEL)
    }
    stream.setEncoding('utf8')
    stream.on('response', (received) => {
      this.heard = true
      status = received[':status'] ?? 0
      headers = flat(received)
    })
    stream.on('data', (piece: string) => {
      if (body.length < ANSWER_CHARACTERS) body = (body + piece).slice(0, ANSWER_CHARACTERS)
    })
    stream.on('end', () => {
      if (status === 0 || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return
      this.answers += 1
      call.settle({ kind: 'answer', status, headers, body })
    })
    stream.on('error', () => undefined)
    stream.on('close', () => {
      clearTimeout(timer)
      this.open -= 1
      this.leaveWhenEmpty()
      if (!call.settled) this.explain(call, stream)
      this.events.onRoom()
    })
  }

  /** A GOAWAY is told one tick after the streams that it ended, so the reason is looked for later than that. */
  private explain(call: Call, stream: ClientHttp2Stream): void {
    const [id, code] = [stream.id, stream.rstCode]
    const lost = this.h2.destroyed
    setImmediate(() => call.settle(this.faultOf(id, code, lost)))
  }

  private faultOf(id: number | undefined, code: number | undefined, lost: boolean): Http2Fault {
    if (this.calm) return fault('maybe', 'calm')
    if (code === constants.NGHTTP2_REFUSED_STREAM) return fault('no', 'refused')
    if (id === undefined || (this.lastStreamId !== null && id > this.lastStreamId)) return fault('no', 'refused')
    return fault('maybe', lost || this.h2.destroyed ? 'connection_lost' : 'reset')
  }

  /** A request out of time casts doubt on the whole connection: ask it at once. */
  private giveUp(call: Call): void {
    call.cancel?.(fault('maybe', 'timeout'))
    this.ping()
  }

  private beat(): void {
    const [heard, silent] = [this.heard, this.options.pingAfterMs]
    this.heard = false
    if (this.open > 0 && !heard) this.ping()
    this.quietMs = this.open > 0 || heard ? 0 : this.quietMs + silent
    if (this.quietMs >= this.options.idleMs) this.retire()
  }

  private ping(): void {
    if (this.pinging !== null || this.h2.destroyed) return
    this.pinging = setTimeout(() => this.h2.destroy(), this.options.pingMs)
    this.h2.ping(() => {
      if (this.pinging !== null) clearTimeout(this.pinging)
      this.pinging = null
    })
  }
}

const GONE = new Set<unknown>(['ERR_HTTP2_GOAWAY_SESSION', 'ERR_HTTP2_INVALID_SESSION', 'ERR_HTTP2_OUT_OF_STREAMS'])

function flat(received: Readonly<Record<string, string | string[] | number | undefined>>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name in received) {
    const value = received[name]
    if (typeof value === 'string') headers[name] = value
    else if (Array.isArray(value)) headers[name] = value.join(', ')
  }
  return headers
}
