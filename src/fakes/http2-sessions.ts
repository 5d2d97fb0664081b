import type { IncomingHttpHeaders } from 'node:http'
import { constants, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'

/** A whole request on a stream. */
export interface SeenStream {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type OnStream = (seen: SeenStream, stream: ServerHttp2Stream, session: ServerHttp2Session) => void

/** What can be done to all connections at once. */
export interface SessionControls {
  /** GOAWAY to every connection, which says that all there was has been processed. */
  goaway(code: number): void
  setMaxStreams(count: number): void
}

/** The connections that are open; each request on them is handed to `onStream`, but for those that a GOAWAY has disowned. */
export function keepSessions(http2: Http2Server, onStream: OnStream): ReadonlySet<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>()
  http2.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => undefined)
    session.on('close', () => sessions.delete(session))
    session.on('stream', (stream, headers) => {
      const pieces: Buffer[] = []
      stream.on('error', () => undefined)
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        if (stream.destroyed || isDisowned(stream, session)) return
        const body = (pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)).toString()
        onStream({ method: headers[':method'] ?? '', path: headers[':path'] ?? '', headers, body }, stream, session)
      })
    })
  })
  return sessions
}

export function sessionControls(http2: Http2Server, sessions: ReadonlySet<ServerHttp2Session>): SessionControls {
  return {
    goaway(code) {
      for (const session of sessions) session.goaway(code)
    },
    setMaxStreams(count) {
      http2.updateSettings({ maxConcurrentStreams: count })
      for (const session of sessions) session.settings({ maxConcurrentStreams: count })
    },
  }
}

const lastProcessed = new WeakMap<ServerHttp2Session, number>()

/** A GOAWAY has said of this stream that it is not processed. */
function isDisowned(stream: ServerHttp2Stream, session: ServerHttp2Session): boolean {
  return (stream.id ?? 0) > (lastProcessed.get(session) ?? Infinity)
}

/** Says of this stream and those after it that they were not processed; a last stream of 0 would mean "all there were" to Node. */
export function disown(code: number, stream: ServerHttp2Stream, session: ServerHttp2Session): void {
  const id = stream.id ?? 0
  if (id > 2) {
    lastProcessed.set(session, id - 2)
    session.goaway(code, id - 2)
  } else {
    stream.close(constants.NGHTTP2_REFUSED_STREAM)
    session.goaway(code)
  }
}
