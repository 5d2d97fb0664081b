import { type Failure, failure } from '../../domain/failure.ts'
import type { Gate, PushTarget } from '../../domain/provider.ts'
import type { Http2Client } from '../../http2/client.ts'
import { requestAgain } from '../../http2/resend.ts'
import type { HttpCall } from '../http-call.ts'
import { notSent, readFault } from '../http2-faults.ts'
import type { AccessToken, AccessTokens } from './access-token.ts'
import type { Credentials } from './credentials.ts'
import { type Reading, readAnswer } from './outcomes.ts'
import { askProjectId } from './token-source.ts'
import { withAccessToken } from './with-token.ts'

/** What one call came to, whatever it took. */
export type Sent = Exclude<Reading, { readonly kind: 'unauthenticated' }>

export interface Sender {
  /**
   * One `messages:send` with this body. What was not processed is sent again, and once with another access token. `gate` is asked each time
   * it is about to be written.
   */
  send(body: string, target: PushTarget, signal: AbortSignal, gate?: Gate): Promise<Sent>
}

export interface SenderParts {
  readonly http2: Http2Client
  readonly call: HttpCall
  readonly tokens: AccessTokens
  readonly now: () => Date
  /** 0..1. */
  readonly chance: () => number
}

/** REFUSED_STREAM and GOAWAY cost nothing but time; a server that refuses more often does not want us now. */
const RESENDS = 3

/** `projectId` comes before the one the credentials name. */
export function createSender(credentials: Credentials, projectId: string | null, parts: SenderParts): Sender {
  const { tokens } = parts
  const known = projectId ?? credentials.projectId
  let path = known === null ? null : pathOf(known)

  async function findPath(signal: AbortSignal): Promise<string | null> {
    if (credentials.kind !== 'metadata') return null
    const found = await askProjectId(credentials, parts.call, signal)
    if (found !== null) path = pathOf(found)
    return path
  }
  async function once(
    { body, target, gate }: { body: string; target: PushTarget; gate: Gate },
    token: AccessToken,
    signal: AbortSignal,
  ): Promise<Reading> {
    const to = path ?? (await findPath(signal))
    if (to === null) return { kind: 'refused', failure: projectUnknown(signal) }
    const request = { path: to, headers: token.headers, body, mayWrite: () => gate() === null }
    const result = await requestAgain(parts.http2, request, signal, RESENDS)
    if (result.kind === 'answer') return readAnswer(result, target, parts)
    const closed = result.reason === 'withdrawn' ? gate() : null
    return { kind: 'refused', failure: closed ?? readFault(result) }
  }
  return {
    async send(body, target, signal, gate = () => null) {
      const message = { body, target, gate }
      return withAccessToken<Sent>(tokens, (token) => once(message, token, signal), refused, signal)
    },
  }
}

function pathOf(projectId: string): string {
  return `/v1/projects/${encodeURIComponent(projectId)}/messages:send`
}

const HELD_MS = 60_000

function refused(why: Failure): Sent {
  return { kind: 'refused', failure: why }
}

function projectUnknown(signal: AbortSignal): Failure {
  return signal.aborted ? notSent(null) : failure('blocked', 'project_unknown', { waitMs: HELD_MS })
}
