import type { Failure } from '../../domain/failure.ts'
import { failureOfFault } from '../http-answers.ts'
import type { HttpAnswer, HttpCall, HttpRequest } from '../http-call.ts'
import { notSent } from '../http2-faults.ts'
import type { Pace } from '../pace.ts'
import type { AccessToken, AccessTokens } from './access-token.ts'
import type { TopicReading } from './topic-answers.ts'
import { withAccessToken } from './with-token.ts'

export interface TopicCallParts {
  readonly call: HttpCall
  readonly tokens: Pick<AccessTokens, 'current' | 'get' | 'replace'>
  readonly pace: Pace
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** A call without the headers of its access token. */
export type BareRequest = Omit<HttpRequest, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }

/** What one call came to, whatever it took. */
export type TopicAnswer = Exclude<TopicReading, { readonly kind: 'unauthenticated' }>

/** One call at the pace of its project, with an access token, and once with another one. */
export async function callTopics(
  request: BareRequest,
  read: (answer: HttpAnswer) => TopicReading,
  parts: TopicCallParts,
  signal: AbortSignal,
): Promise<TopicAnswer> {
  const call = (token: AccessToken) => once(request, token, read, parts, signal)
  return withAccessToken<TopicAnswer>(parts.tokens, call, (why) => ({ kind: 'all', failure: why }), signal)
}

async function once(
  request: BareRequest,
  token: AccessToken,
  read: (answer: HttpAnswer) => TopicReading,
  parts: TopicCallParts,
  signal: AbortSignal,
): Promise<TopicReading> {
  const held = await turn(parts, signal)
  if (held !== null) return { kind: 'all', failure: held }
  const answer = await parts.call.send({ ...request, headers: { ...token.headers, ...request.headers } }, signal)
  if (answer.kind === 'fault') return { kind: 'all', failure: failureOfFault(answer) }
  return slowDown(read(answer), parts.pace)
}

/** Null: it may be called now. */
async function turn({ pace, sleep }: TopicCallParts, signal: AbortSignal): Promise<Failure | null> {
  for (;;) {
    if (signal.aborted) return notSent(null)
    const pausedMs = pace.pausedMs()
    if (pausedMs > 0) return notSent(pausedMs)
    const waitMs = pace.take()
    if (waitMs === 0) return null
    await sleep(waitMs, signal)
  }
}

/** A project's rate is everybody's business: the pace learns of it, and says how long it is. */
function slowDown(reading: TopicReading, pace: Pace): TopicReading {
  if (reading.kind === 'all') return { kind: 'all', failure: paused(reading.failure, pace) }
  if (reading.kind !== 'each') return reading
  const outcomes = reading.outcomes.map((outcome) =>
    outcome.kind === 'refused' ? { ...outcome, failure: paused(outcome.failure, pace) } : outcome,
  )
  return { kind: 'each', outcomes }
}

/** The pace doubles its pauses for as long as it is too much, from a minute on; a longer one that was told holds. */
function paused(refusal: Failure, pace: Pace): Failure {
  if (refusal.class !== 'throttled') return refusal
  return { ...refusal, waitMs: Math.max(refusal.waitMs ?? 0, pace.throttle(null)) }
}
