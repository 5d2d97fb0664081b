/** One POST over HTTP/2. */
export interface Http2Request {
  /** Begins with `/`. */
  readonly path: string
  /** Names in lower case. Hand in the same object for the same headers: an implementation may prepare it once. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Asked right before it is written, which may be long after it was handed in; false: `withdrawn`. */
  readonly mayWrite?: () => boolean
}

export interface Http2Answer {
  readonly kind: 'answer'
  readonly status: number
  /** Names in lower case; a header that came more than once is joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  /** UTF-8; cut off after 65,536 characters. */
  readonly body: string
}

/**
 * Why there is no answer.
 * Always before anything was written: `closed` this client was closed · `queue_full` · `connect_failed` no connection could be had ·
 * `withdrawn` the caller did not want it any more.
 * The server says it was not processed: `refused` REFUSED_STREAM, or a stream above a GOAWAY's last one.
 * Either: `aborted` by the caller.
 * It may have been processed: `calm` GOAWAY 11 ENHANCE_YOUR_CALM · `reset` the stream alone · `connection_lost` · `timeout`.
 */
export type Http2FaultReason =
  | 'closed'
  | 'queue_full'
  | 'connect_failed'
  | 'withdrawn'
  | 'refused'
  | 'aborted'
  | 'calm'
  | 'reset'
  | 'connection_lost'
  | 'timeout'

export interface Http2Fault {
  readonly kind: 'fault'
  /** `no`: the server has certainly not acted on it, sending it again makes no copy. */
  readonly processed: 'no' | 'maybe'
  readonly reason: Http2FaultReason
}

export interface Http2Client {
  /** Never rejects for anything a server or network does. `signal` ends it early, with reason `aborted`. */
  request(request: Http2Request, signal: AbortSignal): Promise<Http2Answer | Http2Fault>
  /** What waits gets `closed`, what is written is waited for, then the connections are closed. May be called again. */
  close(): Promise<void>
}

/** Loopback addresses and `localhost`: the only hosts that may be spoken to without TLS. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
