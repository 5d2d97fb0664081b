import { ERASED } from '../../domain/contact.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import {
  lostPart,
  newestParts,
  PARTIALLY_FAILED,
  sumUp,
  type PartsSum,
  type PartState,
} from '../../domain/sms/parts.ts'
import type { Receipt } from '../../domain/provider.ts'
import { nextStep, type Tried } from '../../domain/retry.ts'
import { isForward, type Status } from '../../domain/status.ts'
import type { AttemptState, PartMove, ReceiptMove } from '../../store/receipts/receipts.ts'

/**
 * What a receipt changes: pure. A receipt for one part of a long message moves that part, and the message by what its parts come to
 * together: `delivered` with the last one, `undelivered` with the first that failed for good.
 */
export function decideReceipt(
  receipt: Receipt,
  state: AttemptState,
  chance: number,
  onward: AskOnward = nowhere,
): ReceiptMove {
  const part = partOf(receipt, state)
  return part === null ? decideWhole(receipt, state, chance, onward) : decidePart(receipt, state, part, chance)
}

/**
 * The provider that a message goes to next, since the one it was sent through says that it did not arrive; null: it stays. `ended`: it would
 * be given up there.
 */
export type AskOnward = (state: AttemptState, failure: Failure, ended: boolean) => string | null

const nowhere: AskOnward = () => null

/** A provider that lost sight of a message says so; this long after its validity nothing else will be heard of it. */
const LOST_MS = 24 * 3_600_000

function isLost({ status, failure: reported }: Receipt, { remainingMs }: AttemptState): boolean {
  return status === 'sent' && reported !== null && remainingMs < -LOST_MS
}

function baseOf(receipt: Receipt, state: AttemptState): ReceiptMove {
  return {
    state,
    provider: receipt.provider,
    providerMessageId: receipt.providerMessageId,
    attemptStatus: isLost(receipt, state) ? 'undelivered' : receipt.status,
    reason: receipt.failure?.reason ?? null,
    code: receipt.failure?.code ?? null,
    messageStatus: null,
    resendMs: null,
    nextProvider: null,
    clear: 'none' as const,
    part: null,
  }
}

function decideWhole(receipt: Receipt, state: AttemptState, chance: number, onward: AskOnward): ReceiptMove {
  const base = baseOf(receipt, state)
  if (isLost(receipt, state)) return forward(base, state, 'undelivered', 'all')
  if (receipt.status === 'delivered') return forward(base, state, 'delivered', 'all')
  if (receipt.status === 'sent') return forward({ ...base, reason: null, code: null }, state, 'sent', 'sends')
  // An older attempt's failure says nothing about the one under way, nor about another provider's that is to come.
  const isOld = state.number < state.newestAttempt || receipt.provider !== state.provider
  if (isOld || !isForward(state.messageStatus, 'undelivered')) return base
  return afterFailure(receipt, base, state, chance, onward)
}

function afterFailure(
  receipt: Receipt,
  base: ReceiptMove,
  state: AttemptState,
  chance: number,
  onward: AskOnward,
): ReceiptMove {
  const reported = afterTheFact(receipt.failure, state)
  const step = nextStep(reported, triedNow(state), chance)
  // Without an id it is a refusal that came late: the provider never had it.
  const again = { ...base, messageStatus: receipt.providerMessageId === '' ? null : ('sent' as const) }
  const waitMs = reported.elsewhere?.waitMs ?? 0
  const mayGoOn = state.mayGoOn && !isEmptied(state) && state.parts.length === 0 && waitMs < state.remainingMs
  const nextProvider = mayGoOn ? onward(state, reported, step.kind === 'end') : null
  if (nextProvider !== null) return { ...again, resendMs: waitMs, nextProvider, clear: 'all' }
  if (step.kind === 'retry') return { ...again, resendMs: step.waitMs, clear: 'all' }
  const status = step.kind === 'end' && step.status !== 'expired' ? step.status : fallen(receipt.status)
  return { ...forward(base, state, status, 'all'), reason: step.kind === 'end' ? step.reason : base.reason }
}

function fallen(status: Receipt['status']): Status {
  return status === 'sent' || status === 'delivered' ? 'undelivered' : status
}

function forward(base: ReceiptMove, state: AttemptState, status: Status, clear: ReceiptMove['clear']): ReceiptMove {
  return isForward(state.messageStatus, status) ? { ...base, messageStatus: status, clear } : base
}

/** The part that a receipt speaks of, by its own word or by its id; null: it speaks of the whole. */
function partOf(receipt: Receipt, state: AttemptState): PartMove | null {
  const { part, providerMessageId } = receipt
  const known = state.parts.find(
    (one) =>
      one.attempt === state.number &&
      (part === undefined ? one.providerMessageId === providerMessageId : one.number === part.number),
  )
  if (part !== undefined) return { ...part, status: known?.status ?? 'sent', reason: known?.reason ?? null }
  return known ?? (isOneOfSeveral(receipt, state) ? unnumbered(receipt, state) : null)
}

/**
 * It speaks of one part, and the message has others; which one it is only the answer to its submission can tell. Where that named no parts,
 * the provider took the message as one.
 */
export function isOneOfSeveral({ perPart, providerMessageId }: Receipt, state: AttemptState): boolean {
  const { segments, attemptStatus, parts, number } = state
  if (perPart !== true || segments < 2) return false
  const own = parts.filter(({ attempt }) => attempt === number)
  const isAnswered = attemptStatus !== null && attemptStatus !== 'uncertain'
  return own.length === 0 ? !isAnswered : own.every((one) => one.providerMessageId !== providerMessageId)
}

/** Where the answer was lost, parts are numbered as their receipts come; one more than there should be is a part of its own. */
function unnumbered({ providerMessageId }: Receipt, { segments, parts, number }: AttemptState): PartMove {
  const own = parts.filter((one) => one.attempt === number)
  const taken = new Set(own.map((one) => one.number))
  let free = 1
  while (taken.has(free)) free += 1
  const total = own[0]?.total ?? segments
  // Nobody knows what they have in common on the handset, but that it is not what another submission's have.
  return {
    number: free,
    total,
    reference: own[0]?.reference ?? number,
    providerMessageId,
    status: 'sent',
    reason: null,
  }
}

function decidePart(receipt: Receipt, state: AttemptState, known: PartMove, chance: number): ReceiptMove {
  const base = baseOf(receipt, state)
  const part = moved(known, base)
  const parts = withPart(state, part)
  const sum = sumUp(parts)
  const isTaken = sum.whole || isProof(receipt, state)
  const told = { ...base, part, attemptStatus: attemptStatusOf(state, part, parts, isTaken) }
  if (sum.status === 'delivered') return forward({ ...told, reason: null, code: null }, state, 'delivered', 'all')
  if (!isTaken || isUnderWay(state) || isPast(state, part, parts)) return told
  if (sum.status === 'sent') return forward({ ...told, reason: null, code: null }, state, 'sent', 'sends')
  return afterPart(receipt, told, state, { part, sum, isNews: part.status !== known.status }, chance)
}

interface PartNews {
  readonly part: PartMove
  readonly sum: PartsSum
  /** The part has just come to its end. */
  readonly isNews: boolean
}

/** Some part has failed, this one or another. */
function afterPart(
  receipt: Receipt,
  told: ReceiptMove,
  state: AttemptState,
  { part, sum, isNews }: PartNews,
  chance: number,
): ReceiptMove {
  const ended = { ...told, messageStatus: 'undelivered' as const, reason: sum.reason, clear: 'all' as const }
  if (state.messageStatus === 'undelivered') return isOtherReason(state, sum) ? ended : told
  if (!isForward(state.messageStatus, 'undelivered')) return told
  const hasFailed = isNews && part.status !== 'delivered' && part.status !== 'sent'
  if (!hasFailed) return state.resends ? told : ended
  const step = nextStep(afterTheFact(receipt.failure, state), triedNow(state), chance)
  if (step.kind !== 'retry') return ended
  // Where each part was refused, if late, the provider never had any of it.
  const isTaken = withPart(state, part).some(({ providerMessageId }) => providerMessageId !== null)
  return { ...told, messageStatus: isTaken ? 'sent' : null, resendMs: step.waitMs, clear: 'all' }
}

/** One part's receipt shows that its provider took them all, where the answer did not say that it refused some. */
function isProof({ perPart }: Receipt, { segments, attemptStatus }: AttemptState): boolean {
  return perPart === true && segments > 1 && attemptStatus !== 'failed'
}

/** It was sent anew since, in other parts or as one: those say what becomes of it, but that the handset has all of it already. */
function isPast(
  { number, newestAttempt, newestStatus }: AttemptState,
  part: PartMove,
  parts: readonly PartState[],
): boolean {
  const newest = newestParts(parts)
  if (!newest.some((one) => one.attempt === number && one.number === part.number)) return true
  const isTaken = newestStatus === 'sent' || newestStatus === 'delivered' || newestStatus === 'uncertain'
  return isTaken && newest.every(({ attempt }) => attempt < newestAttempt)
}

/** What it ended as so far was drawn from fewer parts. */
function isOtherReason({ messageReason, parts }: AttemptState, { reason }: PartsSum): boolean {
  return (
    messageReason !== reason &&
    (messageReason === PARTIALLY_FAILED || parts.some((one) => one.reason === messageReason))
  )
}

function isUnderWay({ messageStatus }: AttemptState): boolean {
  return messageStatus === 'sending' || messageStatus === 'queued' || messageStatus === 'scheduled'
}

function moved(part: PartMove, { attemptStatus: status, reason }: ReceiptMove): PartMove {
  return isForward(part.status, status) ? { ...part, status, reason: status === 'delivered' ? null : reason } : part
}

function withPart({ parts, number }: AttemptState, part: PartMove): readonly PartState[] {
  const others = parts.filter((one) => one.attempt !== number || one.number !== part.number)
  return [...others, { ...part, attempt: number }]
}

/** `failed` where it took some parts and refused the others: nothing makes that better. */
function attemptStatusOf(state: AttemptState, part: PartMove, parts: readonly PartState[], isTaken: boolean): Status {
  if (state.attemptStatus === 'failed') return 'failed'
  const own = parts.filter((one) => one.attempt === state.number)
  if (sumUp(parts).whole && own.every((one) => one.status === 'delivered')) return 'delivered'
  if (part.status !== 'sent' && part.status !== 'delivered') return part.status
  return isTaken ? 'sent' : (state.attemptStatus ?? 'uncertain')
}

/**
 * What was heard of a part while others were sent again: it is weighed once those are settled. Null: none of those that the provider has is
 * known to be lost, or the message has moved on.
 */
export function unweighed(state: AttemptState): Receipt | null {
  const { messageId, messageStatus, provider } = state
  const lost = messageStatus === 'sent' && sumUp(state.parts).whole ? lostPart(state.parts) : null
  if (lost === null) return null
  const { attempt, status: was, reason, ...part } = lost
  const status = was === 'failed' || was === 'expired' ? was : 'undelivered'
  return {
    provider,
    providerMessageId: part.providerMessageId ?? '',
    attempt: { messageId, number: attempt },
    status,
    failure: failure('permanent', reason ?? 'unknown', { status }),
    at: null,
    part,
  }
}

/** A submission that is not settled yet is not among those that were counted. */
function triedNow(state: AttemptState): Tried {
  return state.attemptStatus === null ? { ...state, attemptsCounted: state.attemptsCounted + 1 } : state
}

/** Minutes between resends of what was accepted and then came back, where its code has no waits of its own. */
const RESEND_WAITS_MS = [60_000, 300_000, 900_000]

/** While a provider refuses our account, or a sender, of what it takes at first: as long as the message is worth it, less and less often. */
const HELD_WAITS_MS = [60_000, 300_000, 900_000, 3_600_000]

/** Each resend is charged: what would be waited for without limit before a message is sent is tried a few times after. */
function afterTheFact(reported: Failure | null, state: AttemptState): Failure {
  if (reported === null) return failure('permanent', 'unknown', { status: 'undelivered' })
  if (isEmptied(state)) return { ...reported, class: 'permanent' }
  if (reported.class === 'blocked') return { ...reported, waitsMs: reported.waitsMs ?? HELD_WAITS_MS }
  if (reported.class !== 'transient' && reported.class !== 'throttled') return reported
  return { ...reported, class: 'transient', counted: true, waitsMs: reported.waitsMs ?? RESEND_WAITS_MS }
}

/** Whom it went to was erased, or the time that words are kept is over: nothing is left that could be sent again. */
function isEmptied({ text, sentTo }: AttemptState): boolean {
  return text === '' || sentTo.startsWith(ERASED)
}
