import { type Failure, failure } from '../../domain/failure.ts'
import type { Outcome } from '../../domain/provider.ts'
import { retryAfterMs } from '../../domain/retry-after.ts'
import { failureOfFault, readJsonWithIds } from '../http-answers.ts'
import type { HttpAnswer, HttpFault } from '../http-call.ts'
import { type Place, readPlace } from './places.ts'
import type { AnswerRules, FailureRule } from './settings.ts'

/** Pure: what came of a submission, by the rules of the file and, where none holds, by what HTTP means by the status. */
export function toOutcome(result: HttpAnswer | HttpFault, rules: AnswerRules, now: Date): Outcome {
  if (result.kind === 'fault') return { kind: 'refused', failure: failureOfFault(result) }
  const text = result.body.toString()
  const json = readJsonWithIds(result.body)
  const read = (place: Place | null): string | null => (place === null ? null : readPlace(place, text, json))
  const code = read(rules.code)
  const rule = rules.failures.find((one) => holds(one, result.status, code))
  if (rule !== undefined) return refused(failureOfRule(rule, nameOf(result.status, code)), result, now)
  if (!isAccepted(rules, result.status, code)) return refused(failureOfStatus(result.status, code), result, now)
  if (rules.id === null) return { kind: 'accepted', providerMessageId: null, status: 'sent' }
  const id = readId(read(rules.id))
  if (id !== null) return { kind: 'accepted', providerMessageId: id, status: 'sent' }
  const unreadable = failure('uncertain', 'unreadable_answer', { code: nameOf(result.status, code) })
  return { kind: 'refused', failure: unreadable }
}

/** Pure: an id as receipts will name it; null for what can be none. */
export function readId(text: string | null): string | null {
  const id = text?.trim() ?? ''
  return /^[\x21-\x7e]{1,200}$/.test(id) ? id : null
}

/** Pure: a provider's code as it is kept; null for what is too long or too odd to be one. */
export function readCode(text: string | null): string | null {
  const code = text?.trim() ?? ''
  return /^[\w.:-][\w .:-]{0,39}$/.test(code) ? code : null
}

function holds(rule: FailureRule, status: number, code: string | null): boolean {
  if (rule.statuses !== null && !rule.statuses.includes(status)) return false
  return rule.codes === null || (code !== null && rule.codes.includes(code.trim()))
}

function isAccepted({ acceptedStatuses, acceptedCodes }: AnswerRules, status: number, code: string | null): boolean {
  const byStatus = acceptedStatuses === null ? status >= 200 && status < 300 : acceptedStatuses.includes(status)
  return byStatus && (acceptedCodes === null || (code !== null && acceptedCodes.includes(code.trim())))
}

function refused(why: Failure, answer: HttpAnswer, now: Date): Outcome {
  const waits = why.class === 'throttled' || why.class === 'transient'
  return {
    kind: 'refused',
    failure: waits ? { ...why, waitMs: retryAfterMs(answer.headers['retry-after'], now) } : why,
  }
}

function failureOfRule(rule: FailureRule, code: string): Failure {
  return failure(rule.class, rule.reason, { code, ...(rule.waitsMs === null ? {} : { waitsMs: rule.waitsMs }) })
}

const FIRST_WAIT_MS = 1_000

function failureOfStatus(status: number, read: string | null): Failure {
  const code = nameOf(status, read)
  // It may have been processed before the answer was lost on its way.
  if (status >= 500 || status === 408) return failure('uncertain', 'provider_error', { code })
  if (status === 429) return failure('throttled', 'rate_exceeded', { code, waitsMs: [FIRST_WAIT_MS] })
  if (status === 401 || status === 403) return failure('blocked', 'bad_credentials', { code })
  // Whoever answers there is not the API.
  if (status === 404 || (status >= 300 && status < 400)) return failure('blocked', 'unexpected_answer', { code })
  return failure('permanent', 'refused', { code })
}

function nameOf(status: number, code: string | null): string {
  return readCode(code) ?? `HTTP ${status}`
}
