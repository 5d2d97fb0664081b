import { randomUUID } from 'node:crypto'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { disown } from '../http2-sessions.ts'
import type { Verdict } from './judge.ts'
import type { FakeRefusal } from './reasons.ts'
import type { FakePush } from './request.ts'

/** Carries a verdict out on a stream. `take` writes the push down, before it is answered. */
export function play(
  verdict: Verdict,
  stream: ServerHttp2Stream,
  session: ServerHttp2Session,
  take: (push: FakePush, id: string) => void,
): void {
  if ('reason' in verdict) {
    refuse(stream, verdict, randomUUID())
    return
  }
  const { push, script } = verdict
  const id = String(push.headers['apns-id'] ?? randomUUID())
  if (script === null) {
    take(push, id)
    respond(stream, { ':status': 200, 'apns-id': id }, '')
    return
  }
  switch (script.kind) {
    case 'refusal':
      refuse(stream, script.refusal, id)
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
      session.destroy()
  }
}

function refuse(stream: ServerHttp2Stream, { reason, status, timestamp, retryAfter }: FakeRefusal, id: string): void {
  const headers = {
    ':status': status,
    'apns-id': id,
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  }
  respond(stream, headers, JSON.stringify(timestamp === undefined ? { reason } : { reason, timestamp }))
}

function respond(stream: ServerHttp2Stream, headers: Readonly<Record<string, string | number>>, body: string): void {
  if (stream.destroyed) return
  stream.respond(headers)
  stream.end(body)
}
