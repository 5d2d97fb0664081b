import { failure, type Failure } from '../../domain/failure.ts'
import { receiptIdOf, type IdMode } from '../../domain/sms/message-id.ts'
import type { Outcome, OutboundSms, Receipt, SentPart } from '../../domain/provider.ts'
import type { Alerts } from './alerts.ts'
import type { Flow } from './flow.ts'
import { buildParts, type MessageOptions, type Part } from './message.ts'
import { type Effect, failureWithout, reactionTo, worstOf, type PartOutcome } from './outcomes.ts'
import type { Queue, Ticket } from './queue.ts'
import type { References } from './references.ts'
import type { Session } from './session-parts.ts'
import { STATUS } from './statuses.ts'
import type { Answer } from './submission.ts'

export interface SubmitOptions extends MessageOptions {
  readonly name: string
  readonly messageIds: IdMode
}

export interface SubmitParts {
  readonly queue: Queue
  readonly flow: Flow
  readonly references: References
  readonly alerts: Alerts
  readonly monotonic: () => number
  /** Why no session is bound, where it is the account that is refused. */
  readonly refusal: () => string | null
  readonly renew: (session: Session) => void
  /** The answer to something that was given up came all the same. */
  readonly onLate: (receipt: Receipt) => void
}

/** Characters. Source: 3GPP TS 23.040 §9.2.3.24, 140 octets. */
const UCS2_SEGMENT = 70

/** More refusals of how numbers are addressed than this in a minute are not about the numbers. */
const ADDRESSING = { most: 5, withinMs: 60_000 } as const
const HELD_MS = 60_000

/** Submits one message, all its parts at once, and says what became of it. */
export function createSubmit(
  options: SubmitOptions,
  parts: SubmitParts,
): (sms: OutboundSms, signal: AbortSignal) => Promise<Outcome> {
  const holds = createAddressing(parts.monotonic)

  /** `withValidity` false: once more, without one. */
  async function submitPart(
    sms: OutboundSms,
    part: Part,
    signal: AbortSignal,
    tickets: Ticket[],
    withValidity = true,
  ): Promise<PartOutcome> {
    const written: { octets: number; ticket: Ticket | null } = { octets: 0, ticket: null }
    const answer = await new Promise<Answer>((settle) => {
      const encode = (sequence: number): Buffer => {
        const bytes = part.encode(sequence, withValidity)
        written.octets = bytes.length
        return bytes
      }
      const late = (status: number, messageId: string): void =>
        parts.onLate(lateReceipt(options, sms, part, status, messageId))
      written.ticket = parts.queue.submit({ encode, settle, late }, signal)
      tickets.push(written.ticket)
    })
    if (answer.kind !== 'answered') return { part: sentPart(options, part, ''), failure: unanswered(answer) }
    const taken = sentPart(options, part, answer.messageId)
    if (answer.status === STATUS.ESME_ROK) return { part: taken, failure: null }
    const { failure: reason, effect, alert } = reactionTo(answer.status)
    if (alert !== null) parts.alerts.refused(alert, answer.status, written.octets)
    if (effect === 'without-validity' && withValidity) return submitPart(sms, part, signal, tickets, false)
    return { part: taken, failure: follow(effect, reason, written.ticket?.session() ?? null) }
  }

  function unanswered(answer: Exclude<Answer, { readonly kind: 'answered' }>): Failure {
    if (answer.kind === 'unwritten' && answer.reason === 'throttled')
      return { ...failureWithout(answer), waitMs: parts.flow.pausedMs() }
    const refusal = answer.kind === 'unwritten' && answer.reason === 'not_bound' ? parts.refusal() : null
    return refusal === null
      ? failureWithout(answer)
      : failure('blocked', 'bad_credentials', { code: refusal, waitMs: HELD_MS })
  }

  function follow(effect: Effect, reason: Failure, session: Session | null): Failure {
    switch (effect) {
      case 'throttle': {
        const waitMs = parts.flow.throttled()
        parts.queue.refuse('throttled')
        return { ...reason, waitMs }
      }
      case 'slow':
        parts.flow.slowDown()
        return reason
      case 'rebind':
        if (session !== null) parts.renew(session)
        return reason
      case 'addressing':
        return holds() ? failure('blocked', 'rejected', { code: reason.code, waitMs: HELD_MS }) : reason
      case 'none':
      case 'without-validity':
        return reason
    }
  }

  /** What is refused as a whole by one part is not sent on in the others. */
  async function submitAll(
    sms: OutboundSms,
    built: readonly Part[],
    signal: AbortSignal,
  ): Promise<readonly PartOutcome[]> {
    const tickets: Ticket[] = []
    return Promise.all(
      built.map(async (part) => {
        const outcome = await submitPart(sms, part, signal, tickets)
        if (outcome.failure !== null) for (const ticket of tickets) ticket.withdraw()
        return outcome
      }),
    )
  }

  return async (sms, signal) => {
    if (signal.aborted) return { kind: 'refused', failure: failure('transient', 'not_sent', { counted: false }) }
    // One segment of GSM-7 may need several where the SMSC's alphabet is another.
    const mayBeCut = sms.segments > 1 || sms.text.length > UCS2_SEGMENT
    const reference = sms.resume?.reference ?? (mayBeCut ? parts.references(sms.contact) : 0)
    const first = buildParts(options, sms, reference)
    // What a handset has of another cut must not be joined with this one.
    const built = isRecut(first, sms) ? buildParts(options, sms, parts.references(sms.contact)) : first
    if (!isParts(built)) return { kind: 'refused', failure: built }
    const [only] = built
    if (only !== undefined && built.length === 1)
      return toOutcome(options, sms, [await submitPart(sms, only, signal, [])])
    return toOutcome(options, sms, await submitAll(sms, built, signal))
  }
}

function isParts(built: readonly Part[] | Failure): built is readonly Part[] {
  return Array.isArray(built)
}

function isRecut(built: readonly Part[] | Failure, { resume }: OutboundSms): boolean {
  return resume !== undefined && isParts(built) && built[0]?.total !== resume.total
}

/** Pure. `outcomes`: of the parts that were to be submitted now. */
function toOutcome({ receipts }: SubmitOptions, sms: OutboundSms, outcomes: readonly PartOutcome[]): Outcome {
  const taken = outcomes.flatMap(({ part, failure: reason }) => (reason === null ? [part] : []))
  const worst = worstOf(outcomes)
  const several = taken.some(({ total }) => total > 1)
  if (worst !== null) return { kind: 'refused', failure: worst, ...(several ? { parts: taken } : {}) }
  const last = taken.at(-1)
  // The only part that a receipt comes for stands for the whole.
  const stands = receipts === 'last' && sms.resume === undefined ? last : taken[0]
  const whole = !several || (receipts === 'last' && sms.resume === undefined)
  return {
    kind: 'accepted',
    status: 'sent',
    providerMessageId: stands?.providerMessageId ?? null,
    ...(stands?.rawMessageId === undefined ? {} : { rawMessageId: stands.rawMessageId }),
    ...(whole ? {} : { parts: taken }),
  }
}

function sentPart({ messageIds }: SubmitOptions, part: Part, raw: string): SentPart {
  const { number, total, reference, unasked } = part
  const id = raw === '' ? null : receiptIdOf(raw, messageIds)
  return {
    number,
    total,
    reference,
    providerMessageId: id,
    ...(id === null || id === raw ? {} : { rawMessageId: raw }),
    ...(unasked ? { unasked } : {}),
  }
}

function lateReceipt(options: SubmitOptions, sms: OutboundSms, part: Part, status: number, raw: string): Receipt {
  const taken = sentPart(options, part, raw)
  const isTaken = status === STATUS.ESME_ROK
  return {
    provider: options.name,
    providerMessageId: taken.providerMessageId ?? '',
    attempt: { messageId: sms.messageId, number: sms.attempt },
    status: isTaken ? 'sent' : 'failed',
    failure: isTaken ? null : reactionTo(status).failure,
    at: null,
    contact: sms.contact,
    ...(part.total > 1 ? { part: taken } : {}),
  }
}

/** Whether there were too many within a minute, this one counted. */
function createAddressing(monotonic: () => number): () => boolean {
  let times: readonly number[] = []
  return () => {
    const now = monotonic()
    times = [...times.filter((at) => now - at < ADDRESSING.withinMs), now].slice(-ADDRESSING.most - 1)
    return times.length > ADDRESSING.most
  }
}
