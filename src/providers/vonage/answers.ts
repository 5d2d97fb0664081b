import type { Failure } from '../../domain/failure.ts'
import type { Outcome, SentPart } from '../../domain/provider.ts'
import { retryAfterMs } from '../../domain/retry-after.ts'
import { failureOfFault, field, readJson } from '../http-answers.ts'
import type { HttpAnswer, HttpFault } from '../http-call.ts'
import { failureOfHttp, failureOfPartly, failureOfStatus } from './codes.ts'

/** Pure: what came of a submission. The answer has one message for each part, each with a status of its own, in an HTTP answer of 200. */
export function toOutcome(result: HttpAnswer | HttpFault, now: Date, attempt: number): Outcome {
  if (result.kind === 'fault') return refused(failureOfFault(result))
  const messages = result.status >= 500 ? null : readMessages(result.body)
  if (messages === null) return refused(patient(failureOfHttp(result.status), result, now))
  const [refusal] = messages.filter(({ status }) => status !== TAKEN)
  if (refusal !== undefined) {
    const taken = messages.flatMap(({ status, id }, index) =>
      status === TAKEN
        ? [{ number: index + 1, total: messages.length, reference: attempt, providerMessageId: id }]
        : [],
    )
    const why = patient((taken.length > 0 ? failureOfPartly : failureOfStatus)(refusal.status), result, now)
    return taken.length > 0 ? { kind: 'refused', failure: why, parts: taken } : refused(why)
  }
  const ids = messages.flatMap(({ id }) => (id === null ? [] : [id]))
  const [first] = ids
  if (first === undefined || ids.length < messages.length) return refused(failureOfHttp(UNREADABLE))
  const accepted = { kind: 'accepted', providerMessageId: first, status: 'sent' } as const
  return ids.length === 1
    ? accepted
    : { ...accepted, parts: ids.map((id, index) => toPart(id, index, ids.length, attempt)) }
}

interface SentMessage {
  readonly status: string
  readonly id: string | null
}

const TAKEN = '0'

/** Success that names no message. */
const UNREADABLE = 200

function refused(failure: Failure): Outcome {
  return { kind: 'refused', failure }
}

/** Null: the answer lists no messages. */
function readMessages(body: Buffer): readonly SentMessage[] | null {
  const list = field(readJson(body), 'messages')
  if (!Array.isArray(list) || list.length === 0) return null
  const messages = list.map((message: unknown) => ({
    status: wordOf(field(message, 'status')),
    id: idOf(field(message, 'message-id')),
  }))
  return messages.every(({ status }) => status !== '') ? messages : null
}

/** Documented as text, and a number in some answers. */
function wordOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : null
}

/** Vonage makes up a reference for each submission and does not tell it: the number of that stands for it. */
function toPart(providerMessageId: string, index: number, total: number, attempt: number): SentPart {
  return { number: index + 1, total, reference: attempt, providerMessageId }
}

function patient(failure: Failure, answer: HttpAnswer, now: Date): Failure {
  if (failure.class !== 'throttled' && failure.class !== 'transient') return failure
  return { ...failure, waitMs: retryAfterMs(answer.headers['retry-after'], now) }
}
