import type { Failure } from '../domain/failure.ts'
import type { Outcome } from '../domain/provider.ts'
import { nextStep, repeatWait, type NextStep } from '../domain/retry.ts'
import { isFinal, type Status } from '../domain/status.ts'
import type { SmsSettlement } from '../store/sms/sms-settle.ts'
import type { SmsWork, Started } from '../store/sms/sms-work.ts'

/** What is known of a provider beside what it answers. */
export interface Route {
  readonly name: string
  /** Whether it can be asked what became of an uncertain submission. */
  readonly reconcilable: boolean
  /** Milliseconds until a message it took is asked after; null: it is not asked. */
  readonly firstPollMs: number | null
  /**
   * The provider that a message goes to next, at once, instead of waiting for this one, or of being given up (`ended`); null: it stays.
   * Absent: there is no other. Never asked about what may have been sent, as a whole or in part.
   */
  readonly onward?: (work: SmsWork, failure: Failure, ended: boolean) => string | null
}

type Refused = Extract<Outcome, { kind: 'refused' }>

/** Before a provider is asked about an uncertain submission: its own records need a moment. */
const RECONCILE_MS = 15_000

/** Before an uncertain submission is repeated where nobody can be asked: a receipt may come and settle it. */
const RECEIPT_MS = 60_000

/** What one submission's outcome makes of its message. `chance` is 0..1. */
export function decideSms(
  work: SmsWork,
  started: Started,
  outcome: Outcome,
  route: Route,
  chance: number,
): SmsSettlement {
  if (outcome.kind === 'refused') return decideRefused(work, started, outcome, route, chance)
  const poll = outcome.status === 'sent' ? route.firstPollMs : null
  return {
    ...baseOf(work, started, outcome, route),
    providerMessageId: outcome.providerMessageId,
    ...(outcome.rawMessageId === undefined ? {} : { rawMessageId: outcome.rawMessageId }),
    status: outcome.status,
    attemptStatus: outcome.status,
    reason: null,
    code: null,
    counted: true,
    next: poll === null ? 'none' : 'poll',
    waitMs: poll ?? 0,
  }
}

/** Longer than what failed together is spread over: what is held back all waits for the same moment. */
const HELD_SPREAD_MS = 60_000

/**
 * What a message comes to that was started, and then held back before anything was written: it waits as long as `held` says and a little
 * more, and no attempt is counted.
 */
export function decideHeld(
  work: SmsWork,
  started: Started,
  held: Failure,
  route: Route,
  chance: number,
): SmsSettlement {
  const { reason, code } = held
  const base = {
    ...baseOf(work, started, NOTHING, route),
    reason,
    code,
    counted: false,
    attemptStatus: 'failed' as const,
  }
  const waitMs = (held.waitMs ?? 0) + Math.round(chance * Math.min(HELD_SPREAD_MS, (held.waitMs ?? 0) / 5))
  if (waitMs < started.remainingMs) return { ...base, status: 'queued', next: 'send', waitMs }
  return { ...base, ...ending(work, NOTHING, { kind: 'end', status: 'expired', reason }, started) }
}

const NOTHING: Pick<Refused, 'parts'> = {}

function baseOf(
  work: SmsWork,
  { attempt, startedAt }: Started,
  { parts = [] }: Pick<Outcome, 'parts'>,
  { name }: Route,
): Omit<SmsSettlement, 'status' | 'attemptStatus' | 'reason' | 'code' | 'counted'> {
  return {
    work,
    attempt,
    startedAt,
    provider: name,
    providerMessageId: parts[0]?.providerMessageId ?? null,
    ...(parts.length === 0 ? {} : { parts }),
    uncertain: false,
    next: 'none',
    waitMs: 0,
    nextProvider: null,
  }
}

function decideRefused(work: SmsWork, started: Started, outcome: Refused, route: Route, chance: number): SmsSettlement {
  const { failure } = outcome
  const { reason, code, counted } = failure
  const refused = { ...baseOf(work, started, outcome, route), reason, code, counted }
  const step = nextStep(failure, triedNow(started, failure), chance)
  if (step.kind === 'doubt') {
    const before = counted ? started.attemptsCounted + 1 : started.attemptsCounted
    const after = afterDoubt(work, route, repeatWait(before, chance))
    return { ...refused, status: 'uncertain', attemptStatus: 'uncertain', uncertain: true, ...after }
  }
  const nextProvider = mayGoOn(work, started, outcome)
    ? (route.onward?.(work, failure, step.kind === 'end') ?? null)
    : null
  if (nextProvider !== null)
    return { ...refused, status: 'queued', attemptStatus: attemptEnd(failure), next: 'send', nextProvider }
  if (step.kind === 'retry')
    return { ...refused, status: 'queued', attemptStatus: 'failed', next: 'send', waitMs: step.waitMs }
  return { ...refused, ...ending(work, outcome, step, started), attemptStatus: attemptEnd(failure) }
}

/** No other provider is given what somebody may have already, unless its sender would rather have it twice. */
function mayGoOn(work: SmsWork, { uncertainAttempts }: Started, outcome: Refused): boolean {
  return !hasParts(work, outcome) && (uncertainAttempts === 0 || work.onUncertain === 'retry')
}

function hasParts({ resume }: SmsWork, { parts = [] }: Pick<Refused, 'parts'>): boolean {
  return parts.length > 0 || resume !== undefined
}

function triedNow(started: Started, failure: Failure): { attemptsCounted: number; ageMs: number; remainingMs: number } {
  return {
    attemptsCounted: started.attemptsCounted + (failure.counted ? 1 : 0),
    ageMs: started.ageMs,
    remainingMs: started.remainingMs,
  }
}

/**
 * A message that may have been sent by an earlier attempt is not reported as not delivered because a later one failed; one of which the
 * provider has some parts was not refused.
 */
function ending(
  work: SmsWork,
  outcome: Pick<Refused, 'parts'>,
  step: Extract<NextStep, { kind: 'end' }>,
  started: Started,
): { status: Status; reason: string } {
  if (started.uncertainAttempts > 0) return { status: 'uncertain', reason: step.reason }
  if (hasParts(work, outcome)) return { status: 'undelivered', reason: 'partially_failed' }
  return { status: step.status, reason: step.reason }
}

function attemptEnd(failure: Failure): Status {
  return isFinal(failure.status) ? failure.status : 'failed'
}

/** `repeatMs` null: it was repeated often enough, and stays in doubt. */
function afterDoubt(work: SmsWork, route: Route, repeatMs: number | null): Pick<SmsSettlement, 'next' | 'waitMs'> {
  switch (work.onUncertain) {
    case 'fail':
      return STAYS
    case 'retry':
      return repeatMs === null ? STAYS : { next: 'send', waitMs: repeatMs }
    case 'reconcile':
      if (route.reconcilable) return { next: 'reconcile', waitMs: RECONCILE_MS }
      return repeatMs === null ? STAYS : { next: 'send', waitMs: Math.max(RECEIPT_MS, repeatMs) }
  }
}

const STAYS = { next: 'none', waitMs: 0 } as const
