import type { Failure } from '../domain/failure.ts'
import type { Outcome } from '../domain/provider.ts'
import { nextStep, repeatWait, type NextStep } from '../domain/retry.ts'
import { isFinal, type Status } from '../domain/status.ts'
import type { SmsSettlement, SmsWork, Started } from '../store/sms-work.ts'

/** What is known of a provider beside what it answers. */
export interface Route {
  readonly name: string
  /** Whether it can be asked what became of an uncertain submission. */
  readonly reconcilable: boolean
  /** Milliseconds until a message it took is asked after; null: it is not asked. */
  readonly firstPollMs: number | null
}

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
  if (outcome.kind === 'accepted') {
    const poll = outcome.status === 'sent' ? route.firstPollMs : null
    return {
      work,
      attempt: started.attempt,
      provider: route.name,
      startedAt: started.startedAt,
      providerMessageId: outcome.providerMessageId,
      status: outcome.status,
      attemptStatus: outcome.status,
      reason: null,
      code: null,
      counted: true,
      uncertain: false,
      next: poll === null ? 'none' : 'poll',
      waitMs: poll ?? 0,
    }
  }
  return decideRefused(work, started, outcome, route, chance)
}

function decideRefused(
  work: SmsWork,
  started: Started,
  outcome: Extract<Outcome, { kind: 'refused' }>,
  route: Route,
  chance: number,
): SmsSettlement {
  const base = {
    work,
    attempt: started.attempt,
    provider: route.name,
    startedAt: started.startedAt,
    providerMessageId: null,
    uncertain: false,
    next: 'none' as const,
    waitMs: 0,
  }
  const { failure } = outcome
  const refused = { ...base, reason: failure.reason, code: failure.code, counted: failure.counted }
  const step = nextStep(failure, triedNow(started, failure), chance)
  switch (step.kind) {
    case 'retry':
      return { ...refused, status: 'queued', attemptStatus: 'failed', next: 'send', waitMs: step.waitMs }
    case 'end':
      return { ...refused, ...ending(step, started), attemptStatus: attemptEnd(failure) }
    case 'doubt':
      return {
        ...refused,
        status: 'uncertain',
        attemptStatus: 'uncertain',
        uncertain: true,
        ...afterDoubt(
          work,
          route,
          repeatWait(refused.counted ? started.attemptsCounted + 1 : started.attemptsCounted, chance),
        ),
      }
  }
}

function triedNow(started: Started, failure: Failure): { attemptsCounted: number; ageMs: number; remainingMs: number } {
  return {
    attemptsCounted: started.attemptsCounted + (failure.counted ? 1 : 0),
    ageMs: started.ageMs,
    remainingMs: started.remainingMs,
  }
}

/** A message that may have been sent by an earlier attempt is not reported as not delivered because a later one failed. */
function ending(step: Extract<NextStep, { kind: 'end' }>, started: Started): { status: Status; reason: string } {
  return { status: started.uncertainAttempts > 0 ? 'uncertain' : step.status, reason: step.reason }
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
