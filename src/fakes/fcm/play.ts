import type { ServerResponse } from 'node:http'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { disown } from '../http2-sessions.ts'
import type { FakeError } from './errors.ts'
import type { Verdict } from './judge.ts'
import type { Script } from './script.ts'
import type { Taker } from './taker.ts'

/** Carries a verdict out on an HTTP/2 stream. */
export function playHttp2(
  { send, script }: Verdict,
  stream: ServerHttp2Stream,
  session: ServerHttp2Session,
  taker: Taker,
): void {
  if (script === null) {
    if (send !== null) taker.take(send, (name) => respond(stream, 200, JSON.stringify({ name })))
    return
  }
  switch (script.kind) {
    case 'error':
      respond(stream, script.error.status, toText(script.error), script.error.retryAfter)
      return
    case 'hang':
      return
    case 'reset':
      stream.close(script.code)
      return
    case 'goaway':
      disown(script.code, stream, session)
      return
    case 'cut':
      stream.respond({ ':status': 200 })
      stream.write('{"na', () => session.destroy())
  }
}

/** The same on HTTP/1.1, which knows no streams: whatever isn't an answer cuts the connection. */
export function playHttp1({ send, script }: Verdict, response: ServerResponse, taker: Taker): void {
  if (script === null) {
    if (send !== null) taker.take(send, (name) => reply(response, 200, JSON.stringify({ name })))
    return
  }
  if (script.kind === 'error') reply(response, script.error.status, toText(script.error), script.error.retryAfter)
  else if (script.kind !== 'hang') response.destroy()
}

/** An answer about topics, or what there is in place of one. */
export function playTopics(told: FakeError | Exclude<Script, { kind: 'error' }>, response: ServerResponse): void {
  if (!('kind' in told)) reply(response, told.status, toText(told), told.retryAfter)
  else if (told.kind !== 'hang') response.destroy()
}

export function reply(response: ServerResponse, status: number, text: string, retryAfter?: string): void {
  response.writeHead(status, headersFor(retryAfter)).end(text)
}

function respond(stream: ServerHttp2Stream, status: number, text: string, retryAfter?: string): void {
  if (stream.destroyed) return
  stream.respond({ ':status': status, ...headersFor(retryAfter) })
  stream.end(text)
}

function headersFor(retryAfter: string | undefined): Record<string, string> {
  const headers = { 'content-type': 'application/json; charset=UTF-8' }
  return retryAfter === undefined ? headers : { ...headers, 'retry-after': retryAfter }
}

function toText({ body }: FakeError): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}
