import { createAborts } from './aborts.ts'
import { type Call, createCall, fault } from './call.ts'
import { type Http2Answer, type Http2Client, type Http2Fault, type Http2Request, isLoopback } from './client.ts'
import { Session, type SessionOptions } from './session.ts'

export interface PoolOptions extends Partial<Omit<SessionOptions, 'origin'>> {
  readonly origin: string
  /** Connections at most; 4 unless said. They are opened one by one, when those there are have no room. */
  readonly sessions?: number
  /** Requests in flight on one connection at most, whatever the peer allows; 100 unless said. */
  readonly streams?: number
  /** Requests that may wait for room; more are refused with `queue_full`. 4,096 unless said. */
  readonly queue?: number
}

export interface PoolParts {
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** 0..1. */
  readonly chance: () => number
}

/** Google's own calls behind FCM take up to 10 s: a shorter limit would make doubt where there is none. */
const LIMITS = {
  ca: null,
  connectMs: 10_000,
  requestMs: 15_000,
  pingAfterMs: 5_000,
  pingMs: 5_000,
  idleMs: 60_000,
}

/** After ENHANCE_YOUR_CALM: no new connection for 10 to 15 s, half the streams, doubled again for each quiet minute. */
const CALM = { waitMs: 10_000, spreadMs: 5_000, recoverMs: 60_000 }

/** Connections that brought no answer make the next one wait 0.1 s, 0.2 s … 30 s; from the third on what waits is given back. */
const FRUITLESS = { firstMs: 100, mostMs: 30_000, patience: 3 }

/**
 * A pool of HTTP/2 connections to one origin. Throws for an origin without TLS that is not on a loopback address.
 * Certificates are always verified.
 */
export function createHttp2Pool(options: PoolOptions, parts: PoolParts): Http2Client {
  const url = new URL(options.origin)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new Error('HTTP/2 without TLS is for loopback addresses only')
  }
  return new Pool({ ...LIMITS, ...options, origin: url.origin }, parts)
}

class Pool implements Http2Client {
  private readonly sessions = new Set<Session>()
  private readonly draining = new Set<Session>()
  private readonly aborts = createAborts(abort)
  private waiting: Call[] = []
  private holdUntil = 0
  private held: NodeJS.Timeout | null = null
  private fruitless = 0
  private calmAt = 0
  private calmStreams: number
  private closing: Promise<void> | null = null
  private onEmpty: () => void = () => undefined
  private readonly streams: number
  private readonly options: PoolOptions & SessionOptions
  private readonly parts: PoolParts

  constructor(options: PoolOptions & SessionOptions, parts: PoolParts) {
    this.options = options
    this.parts = parts
    this.streams = options.streams ?? 100
    this.calmStreams = this.streams
  }

  request(request: Http2Request, signal: AbortSignal): Promise<Http2Answer | Http2Fault> {
    if (this.closing !== null) return Promise.resolve(fault('no', 'closed'))
    if (signal.aborted) return Promise.resolve(fault('no', 'aborted'))
    if (this.waiting.length >= (this.options.queue ?? 4_096)) return Promise.resolve(fault('no', 'queue_full'))
    const { call, result } = createCall(request, () => this.aborts.unwatch(signal, call))
    this.aborts.watch(signal, call)
    this.waiting.push(call)
    this.pump()
    return result
  }

  close(): Promise<void> {
    this.closing ??= this.end()
    return this.closing
  }

  private async end(): Promise<void> {
    this.giveBack('closed')
    if (this.held !== null) clearTimeout(this.held)
    const empty = new Promise<void>((resolve) => (this.onEmpty = resolve))
    for (const session of this.sessions) session.retire()
    if (this.sessions.size + this.draining.size > 0) await empty
  }

  private pump(): void {
    let next = 0
    for (let call = this.waiting[next]; call !== undefined; call = this.waiting[next]) {
      if (!call.settled && !this.place(call)) break
      next += 1
    }
    if (next > 0) this.waiting = this.waiting.slice(next)
    if (this.waiting.length > 0) this.grow()
  }

  private place(call: Call): boolean {
    for (let session = this.roomiest(); session !== null; session = this.roomiest()) {
      if (call.request.mayWrite?.() === false) call.settle(fault('no', 'withdrawn'))
      if (call.settled || session.write(call) || call.settled) return true
    }
    return false
  }

  private roomiest(): Session | null {
    const most = this.mostStreams()
    let best: Session | null = null
    for (const session of this.sessions) {
      if (session.room(most) > Math.max(best?.room(most) ?? 0, 0)) best = session
    }
    return best
  }

  private mostStreams(): number {
    const quietMinutes = Math.floor((this.parts.monotonic() - this.calmAt) / CALM.recoverMs)
    return Math.min(this.streams, this.calmStreams * 2 ** Math.min(quietMinutes, 20))
  }

  /** Opens one connection at a time, so that a burst does not open them all for what one could carry. */
  private grow(): void {
    const opening = [...this.sessions].some((session) => !session.ready)
    if (this.closing !== null || opening || this.sessions.size >= (this.options.sessions ?? 4)) return
    const waitMs = this.holdUntil - this.parts.monotonic()
    if (waitMs > 0) {
      this.growIn(waitMs)
      return
    }
    const events = {
      onRoom: () => this.pump(),
      onCalm: () => this.calm(),
      onRetired: (retired: Session) => this.retired(retired),
      onClosed: (closed: Session) => this.closed(closed),
    }
    const session = new Session(this.options, events, this.parts.monotonic)
    this.sessions.add(session)
  }

  private growIn(waitMs: number): void {
    this.held ??= setTimeout(() => {
      this.held = null
      this.pump()
    }, waitMs)
  }

  private retired(session: Session): void {
    this.sessions.delete(session)
    this.draining.add(session)
    if (session.answers > 0) this.fruitless = 0
    else this.backOff(session.ready)
    if (this.closing === null) this.pump()
  }

  private backOff(wasReady: boolean): void {
    this.fruitless += 1
    const most = Math.min(FRUITLESS.mostMs, FRUITLESS.firstMs * 2 ** (this.fruitless - 1))
    this.hold(most * (0.5 + this.parts.chance() / 2))
    const hopeless = !wasReady || this.fruitless >= FRUITLESS.patience
    if (hopeless && this.sessions.size === 0) this.giveBack('connect_failed')
  }

  private calm(): void {
    this.calmStreams = Math.max(1, Math.floor(this.mostStreams() / 2))
    this.calmAt = this.parts.monotonic()
    this.hold(CALM.waitMs + CALM.spreadMs * this.parts.chance())
  }

  private hold(waitMs: number): void {
    this.holdUntil = Math.max(this.holdUntil, this.parts.monotonic() + waitMs)
  }

  private giveBack(reason: 'closed' | 'connect_failed'): void {
    const waiting = this.waiting
    this.waiting = []
    for (const call of waiting) call.settle(fault('no', reason))
  }

  private closed(session: Session): void {
    this.draining.delete(session)
    if (this.draining.size === 0 && this.sessions.size === 0) this.onEmpty()
  }
}

function abort(call: Call): void {
  if (call.cancel !== null) call.cancel(fault('maybe', 'aborted'))
  else call.settle(fault('no', 'aborted'))
}
