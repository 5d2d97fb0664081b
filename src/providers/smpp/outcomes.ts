import { failure, type Failure, type FailureClass } from '../../domain/failure.ts'
import type { SentPart } from '../../domain/provider.ts'
import { STATUS, statusName } from './statuses.ts'
import type { Answer } from './submission.ts'

/** What follows a refusal beside what becomes of the message. */
export type Effect =
  | 'none'
  /** Pause, and half the rate. */
  | 'throttle'
  /** Half the rate. */
  | 'slow'
  /** The bind is made anew. */
  | 'rebind'
  /** It is submitted once more without a validity. */
  | 'without-validity'
  /** Many of them within a minute hold the route. */
  | 'addressing'

/** What somebody is to be told, once. */
export type Alert = 'sender' | 'addressing' | 'our-bug' | 'session' | 'account' | 'unknown-code'

export interface Reaction {
  readonly failure: Failure
  readonly effect: Effect
  readonly alert: Alert | null
}

const SECOND = 1_000
const MINUTE = 60 * SECOND

type Row = readonly [FailureClass, reason: string, more?: Partial<Failure>, effect?: Effect, alert?: Alert]

/** Something at the SMSC is broken for a moment. */
const SOON = { waitsMs: [30 * SECOND, 2 * MINUTE, 10 * MINUTE] } as const
const ONCE_MORE = { waitsMs: [MINUTE] } as const
const OUR_BUG: Row = ['permanent', 'rejected', {}, 'none', 'our-bug']
const NO_SENDER: Row = ['permanent', 'invalid_sender', {}, 'none', 'sender']
const REJECTED: Row = ['permanent', 'rejected']
const ACCOUNT: Row = ['blocked', 'bad_credentials', { waitMs: MINUTE }, 'rebind', 'account']

/**
 * What a refused submission leads to, by its command_status; docs/smpp.md says the same in words. Where the specification leaves open
 * whether a status is temporary, Kannel's list decides (gw/smsc/smsc_smpp.c); the waits are those of Jasmin's jasmin.cfg, shortened.
 * Source of the statuses: SMPP v3.4, table 5-2; of those from 0x100 on: SMPP v5.0 §4.7.6.
 */
const ROWS: Readonly<Record<number, Row>> = {
  // Flow. The message was not taken, and cost nothing.
  [STATUS.ESME_RTHROTTLED]: ['throttled', 'rate_exceeded', {}, 'throttle'],
  [STATUS.ESME_RMSGQFUL]: [
    'transient',
    'queue_full',
    { waitsMs: [30 * SECOND, 90 * SECOND, 3 * MINUTE, 3 * MINUTE] },
    'slow',
  ],

  // Temporary.
  [STATUS.ESME_RSYSERR]: ['transient', 'provider_error', SOON],
  [STATUS.ESME_RX_T_APPN]: ['transient', 'provider_error', SOON],
  [STATUS.ESME_RSUBMITFAIL]: ['transient', 'submit_failed', ONCE_MORE],
  [STATUS.ESME_RDELIVERYFAILURE]: ['transient', 'submit_failed', ONCE_MORE],
  [STATUS.ESME_RUNKNOWNERR]: ['transient', 'unknown', ONCE_MORE],
  [STATUS.ESME_RSERTYPUNAVAIL]: ['transient', 'blocked', { waitsMs: [5 * MINUTE] }],

  // The recipient.
  [STATUS.ESME_RINVDSTADR]: ['permanent', 'invalid_number'],
  [STATUS.ESME_RINVDSTTON]: ['permanent', 'invalid_number', {}, 'addressing', 'addressing'],
  [STATUS.ESME_RINVDSTNPI]: ['permanent', 'invalid_number', {}, 'addressing', 'addressing'],

  // The sender.
  [STATUS.ESME_RINVSRCADR]: NO_SENDER,
  [STATUS.ESME_RINVSRCTON]: NO_SENDER,
  [STATUS.ESME_RINVSRCNPI]: NO_SENDER,

  // What we wrote.
  [STATUS.ESME_RINVMSGLEN]: OUR_BUG,
  [STATUS.ESME_RINVESMCLASS]: OUR_BUG,
  [STATUS.ESME_RINVDCS]: OUR_BUG,
  [STATUS.ESME_RINVOPTPARSTREAM]: OUR_BUG,
  [STATUS.ESME_ROPTPARNOTALLWD]: OUR_BUG,
  [STATUS.ESME_RINVPARLEN]: OUR_BUG,
  [STATUS.ESME_RMISSINGOPTPARAM]: OUR_BUG,
  [STATUS.ESME_RINVOPTPARAMVAL]: OUR_BUG,
  [STATUS.ESME_RINVSCHED]: ['permanent', 'rejected', {}, 'without-validity'],
  [STATUS.ESME_RINVEXPIRY]: ['permanent', 'rejected', {}, 'without-validity'],

  // The SMSC will not.
  [STATUS.ESME_RX_P_APPN]: REJECTED,
  [STATUS.ESME_RX_R_APPN]: REJECTED,
  [STATUS.ESME_RSERTYPUNAUTH]: ['permanent', 'blocked'],
  [STATUS.ESME_RPROHIBITED]: ['permanent', 'blocked'],
  [STATUS.ESME_RSERTYPDENIED]: ['permanent', 'blocked'],

  // The session. A message that breaks one each time must come to an end.
  [STATUS.ESME_RINVBNDSTS]: ['transient', 'not_bound', { counted: false, waitMs: SECOND }, 'rebind'],
  [STATUS.ESME_RALYBND]: ['transient', 'not_bound', { counted: false, waitMs: SECOND }, 'rebind'],
  [STATUS.ESME_RINVCMDID]: ['transient', 'provider_error', SOON, 'rebind', 'session'],
  [STATUS.ESME_RINVCMDLEN]: ['transient', 'provider_error', SOON, 'rebind', 'session'],
  [STATUS.ESME_RBINDFAIL]: ACCOUNT,
  [STATUS.ESME_RINVPASWD]: ACCOUNT,
  [STATUS.ESME_RINVSYSID]: ACCOUNT,
}

const REACTIONS = new Map(Object.entries(ROWS).map(([code, row]) => [Number(code), toReaction(Number(code), row)]))

/** Pure. A status that has no row is for good: what a vendor means by it nobody knows; its code is kept. */
export function reactionTo(status: number): Reaction {
  const known = REACTIONS.get(status)
  if (known !== undefined) return known
  const isNamed = !statusName(status).startsWith('0x')
  return toReaction(status, isNamed ? REJECTED : ['permanent', 'rejected', {}, 'none', 'unknown-code'])
}

/** Pure. How long to wait with the next bind after one that was refused; `again`: as after a connection that was cut. */
export function bindReaction(status: number): 'refused' | 'taken' | 'again' {
  if (status === STATUS.ESME_RALYBND) return 'taken'
  return FOR_NOW.has(status) ? 'again' : 'refused'
}

const FOR_NOW = new Set<number>([
  STATUS.ESME_RSYSERR,
  STATUS.ESME_RMSGQFUL,
  STATUS.ESME_RTHROTTLED,
  STATUS.ESME_RX_T_APPN,
  STATUS.ESME_RINVBNDSTS,
  STATUS.ESME_RUNKNOWNERR,
  STATUS.ESME_RSERTYPUNAVAIL,
])

/** Pure. What a submission without an answer comes to. */
export function failureWithout(answer: Exclude<Answer, { readonly kind: 'answered' }>): Failure {
  if (answer.kind === 'lost') return failure('uncertain', answer.reason)
  switch (answer.reason) {
    case 'not_bound':
      return failure('transient', 'not_bound', { counted: false, waitMs: SECOND, pause: 'lane' })
    case 'throttled':
      return failure('throttled', 'rate_exceeded')
    case 'aborted':
    case 'withdrawn':
      return failure('transient', 'not_sent', { counted: false })
  }
}

/** What became of one part of a message; null: it was taken. */
export interface PartOutcome {
  readonly part: SentPart
  readonly failure: Failure | null
}

/** Pure. Of the failures of several parts the one that says most about the message; null: all were taken. */
export function worstOf(outcomes: readonly PartOutcome[]): Failure | null {
  const failures = outcomes.flatMap(({ failure: reason }) => (reason === null ? [] : [reason]))
  return failures.toSorted((a, b) => rankOf(a) - rankOf(b))[0] ?? null
}

const RANKS: Record<FailureClass, number> = {
  uncertain: 0,
  permanent: 1,
  'recipient-gone': 1,
  blocked: 2,
  transient: 3,
  throttled: 4,
}

/** What was not sent says nothing. */
function rankOf({ class: failureClass, counted }: Failure): number {
  return failureClass === 'transient' && !counted ? 5 : RANKS[failureClass]
}

function toReaction(status: number, [failureClass, reason, more = {}, effect = 'none', alert]: Row): Reaction {
  return { failure: failure(failureClass, reason, { code: statusName(status), ...more }), effect, alert: alert ?? null }
}
