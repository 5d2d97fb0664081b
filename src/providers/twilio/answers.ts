import { type Failure, failure } from '../../domain/failure.ts'
import type { Outcome } from '../../domain/provider.ts'
import { retryAfterMs } from '../../domain/retry-after.ts'
import { failureOfFault, field, readJson } from '../http-answers.ts'
import type { HttpAnswer, HttpFault } from '../http-call.ts'
import { failureOfCode, failureOfStatus } from './codes.ts'
import { isMessageSid, readErrorCode } from './message.ts'

/**
 * Pure: what came of a submission. A 5xx, and an answer lost on its way, may follow a message that Twilio took; a request that never left
 * can simply be made again.
 */
export function toOutcome(result: HttpAnswer | HttpFault, now: Date): Outcome {
  if (result.kind === 'fault') return { kind: 'refused', failure: failureOfFault(result) }
  if (result.status < 200 || result.status >= 300) return { kind: 'refused', failure: failureOfAnswer(result, now) }
  const sid = field(readJson(result.body), 'sid')
  if (typeof sid === 'string' && isMessageSid(sid)) return { kind: 'accepted', providerMessageId: sid, status: 'sent' }
  return { kind: 'refused', failure: failure('uncertain', 'unreadable_answer', { code: `HTTP ${result.status}` }) }
}

/** Pure: what an answer outside 2xx means. */
export function failureOfAnswer(answer: HttpAnswer, now: Date): Failure {
  const code = readErrorCode(field(readJson(answer.body), 'code'))
  const byStatus = failureOfStatus(answer.status, code)
  const found = byStatus.class === 'uncertain' || code === null ? byStatus : (failureOfCode(code) ?? byStatus)
  if (found.class !== 'throttled' && found.class !== 'transient') return found
  return { ...found, waitMs: retryAfterMs(answer.headers['retry-after'], now) }
}
