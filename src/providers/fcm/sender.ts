import { type Failure, failure } from '../../domain/failure.ts'
import type { Gate, PushTarget } from '../../domain/provider.ts'
import type { Http2Client } from '../../http2/client.ts'
import { requestAgain } from '../../http2/resend.ts'
import type { HttpCall } from '../http-call.ts'
import { notSent, readFault } from '../http2-faults.ts'
import type { AccessToken, AccessTokens, TokenResult } from './access-token.ts'
import type { Credentials } from './credentials.ts'
import { type Reading, readAnswer, stillUnauthenticated } from './outcomes.ts'
import { askProjectId } from './token-source.ts'

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
      const first = tokens.current() ?? (await tokens.get(signal))
      if ('kind' in first) return { kind: 'refused', failure: withoutToken(first) }
      const reading = await once(message, first, signal)
      if (reading.kind !== 'unauthenticated') return reading
      const second = await tokens.replace(first, signal)
      if ('kind' in second) return { kind: 'refused', failure: withoutToken(second) }
      const again = await once(message, second, signal)
      return again.kind === 'unauthenticated' ? { kind: 'refused', failure: stillUnauthenticated() } : again
    },
  }
}

function pathOf(projectId: string): string {
  return `/v1/projects/${encodeURIComponent(projectId)}/messages:send`
}

const AGAIN_MS = 10_000
const HELD_MS = 60_000

/** Nothing was written: messages wait for the credentials, they do not fail by them. */
function withoutToken(problem: Exclude<TokenResult, AccessToken>): Failure {
  switch (problem.kind) {
    case 'aborted':
      return notSent(null)
    case 'refused':
      return failure('blocked', 'credentials_refused', { code: problem.code, waitMs: HELD_MS })
    case 'unreachable':
      return failure('transient', 'no_access_token', {
        code: problem.code,
        counted: false,
        waitMs: AGAIN_MS,
        pause: 'lane',
      })
  }
}

function projectUnknown(signal: AbortSignal): Failure {
  return signal.aborted ? notSent(null) : failure('blocked', 'project_unknown', { waitMs: HELD_MS })
}
