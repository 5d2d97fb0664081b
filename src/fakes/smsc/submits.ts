import { setTimeout as delay } from 'node:timers/promises'
import { receiptOf } from './deliveries.ts'
import type { Outbox } from './outbox.ts'
import type { NewPdu, Pdu } from './pdu.ts'
import { type Form, type Play, playOf, type State } from './script.ts'
import type { Bound, Session } from './session.ts'
import { STATUSES } from './statuses.ts'
import { readSubmission, type Submission } from './submission.ts'
import type { Throttle } from './throttle.ts'

/** How message ids are written. */
export type IdForm = 'decimal' | 'hex'

export interface SubmitsOptions {
  readonly firstId: bigint
  readonly responseIds: IdForm
  readonly receiptIds: IdForm
  readonly receiptAfterMs: number
  readonly receiptForm: Form
  /** So many receipts are gathered and go out in the opposite order; 1: none waits. */
  readonly receiptsTogether: number
  readonly now: () => Date
  readonly throttle: Throttle
  readonly outbox: Outbox
  /** Null: the number decides. */
  readonly rule: (facts: Readonly<Record<string, string>>) => Play | null
  /** Called for each message taken, before it is answered. */
  readonly onTaken: (messageId: string, message: Submission) => void
  readonly closing: AbortSignal
}

export interface Submits {
  /** Plays one submit_sm to its end. Never rejects. */
  take(session: Session, bound: Bound, pdu: Pdu): Promise<void>
  /** Sends the receipts that were gathered. */
  release(): void
}

const FAILED: readonly State[] = ['EXPIRED', 'DELETED', 'UNDELIV', 'REJECTD']

export function createSubmits(options: SubmitsOptions): Submits {
  const seen = new Map<string, number>()
  let nextId = options.firstId
  const gathered: (() => void)[] = []

  function choose(message: Submission): Play {
    const { to, from, systemId } = message
    const before = seen.get(to) ?? 0
    seen.set(to, before + 1)
    return options.rule({ to, from, systemId, text: message.text ?? '' }) ?? playOf(to, before)
  }

  function send(deliver: () => Promise<unknown>): Promise<unknown> {
    if (options.receiptsTogether === 1) return deliver()
    gathered.push(() => void deliver())
    if (gathered.length >= options.receiptsTogether) release()
    return Promise.resolve()
  }

  function release(): void {
    for (const deliver of gathered.splice(0).toReversed()) deliver()
  }

  async function tell(message: Submission, id: bigint, play: Play): Promise<void> {
    const submittedAt = options.now()
    const messageId = written(id, options.receiptIds)
    const steps: NonNullable<Play['receipts']> = play.receipts ?? [{ state: 'DELIVRD' }]
    const form = play.receiptForm ?? options.receiptForm
    for (const { state, error = '000' } of steps) {
      if (!isWanted(message.registeredDelivery, state)) continue
      await pause(play.receiptAfterMs ?? options.receiptAfterMs, options.closing)
      const receipt = receiptOf({ message, messageId, state, error, form, submittedAt, doneAt: options.now() })
      const copies = Array.from({ length: play.receiptCopies ?? 1 }, () =>
        send(() => options.outbox.deliver(message.systemId, receipt)),
      )
      // Each state is told once the one before it was.
      await Promise.all(copies)
    }
  }

  async function take(session: Session, bound: Bound, pdu: Pdu): Promise<void> {
    const answer = { command: 'submit_sm_resp', sequence: pdu.sequence } as const
    const message = readSubmission(pdu, bound.systemId)
    if (typeof message === 'string') return session.answer({ ...answer, status: STATUSES[message] })
    const throttled = !options.throttle(performance.now())
    const play: Play = throttled ? { status: 'ESME_RTHROTTLED' } : choose(message)
    const refusal = play.code ?? (play.status === undefined ? null : STATUSES[play.status])
    if (refusal !== null) {
      await pause(play.slowMs ?? 0, options.closing)
      return reply(session, { ...answer, status: refusal }, play)
    }
    const id = nextId
    nextId += 1n
    const messageId = written(id, options.responseIds)
    const isTaken = play.lose !== true && play.answer !== 'nack'
    if (isTaken) options.onTaken(messageId, message)
    if (isTaken && play.receiptsFirst === true) {
      void tell(message, id, play)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await pause(play.slowMs ?? 0, options.closing)
    reply(session, { ...answer, fields: { message_id: messageId } }, play)
    if (isTaken && play.receiptsFirst !== true) void tell(message, id, play)
    if (play.unbind === true) session.unbind()
  }

  return { take, release }
}

function reply(session: Session, answer: NewPdu, play: Play): void {
  switch (play.answer) {
    case undefined:
      return session.answer(answer)
    case 'never':
      return
    case 'cut':
      return session.cut()
    case 'nack':
      return session.answer({ ...answer, command: 'generic_nack', status: answer.status ?? STATUSES.ESME_RSYSERR })
    case 'twice':
      session.answer(answer)
      return session.answer(answer)
    case 'unknown-sequence':
      return session.answer({ ...answer, sequence: (answer.sequence ^ 0x40_00_00_00) >>> 0 })
    case 'after-next':
      return session.answer(answer, true)
  }
}

/** Of bits 1 and 0: 1 asks for every receipt, 2 for those of failures. Source: SMPP v3.4 §5.2.17. */
function isWanted(registeredDelivery: number, state: State): boolean {
  const asked = registeredDelivery & 3
  return asked === 1 || (asked === 2 && FAILED.includes(state))
}

function written(id: bigint, form: IdForm): string {
  return form === 'hex' ? id.toString(16).toUpperCase() : id.toString()
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal, ref: false }).catch(() => undefined)
}
