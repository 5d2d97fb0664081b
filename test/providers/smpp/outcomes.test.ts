import { expect, test } from 'vitest'
import { failure, type Failure } from '../../../src/domain/failure.ts'
import { nextStep } from '../../../src/domain/retry.ts'
import { bindReaction, failureWithout, reactionTo, worstOf } from '../../../src/providers/smpp/outcomes.ts'
import { STATUS } from '../../../src/providers/smpp/statuses.ts'

const SECOND = 1_000
const MINUTE = 60_000

/** What becomes of a message that is refused the same each time: its waits in ms until it ends, and how it does; at most ten. */
function lifeOf({ failure: refused }: { failure: Failure }): { waits: number[]; end: string | null } {
  const waits: number[] = []
  for (let counted = refused.counted ? 1 : 0; waits.length < 10; counted += refused.counted ? 1 : 0) {
    const step = nextStep(refused, { attemptsCounted: counted, ageMs: 0, remainingMs: 100 * 60 * MINUTE }, 0)
    if (step.kind === 'end') return { waits, end: `${step.status}/${step.reason}` }
    waits.push(step.kind === 'retry' ? step.waitMs : Number.NaN)
  }
  return { waits, end: null }
}

const SOON = [30 * SECOND, 2 * MINUTE, 10 * MINUTE]

test.each([
  ['ESME_RMSGQFUL', [30 * SECOND, 90 * SECOND, 3 * MINUTE, 3 * MINUTE], 'failed/queue_full', 'slow', null],
  ['ESME_RSYSERR', SOON, 'failed/provider_error', 'none', null],
  ['ESME_RX_T_APPN', SOON, 'failed/provider_error', 'none', null],
  ['ESME_RSUBMITFAIL', [MINUTE], 'failed/submit_failed', 'none', null],
  ['ESME_RDELIVERYFAILURE', [MINUTE], 'failed/submit_failed', 'none', null],
  ['ESME_RUNKNOWNERR', [MINUTE], 'failed/unknown', 'none', null],
  ['ESME_RINVDSTADR', [], 'failed/invalid_number', 'none', null],
  ['ESME_RINVSRCADR', [], 'failed/invalid_sender', 'none', 'sender'],
  ['ESME_RINVSRCTON', [], 'failed/invalid_sender', 'none', 'sender'],
  ['ESME_RINVSRCNPI', [], 'failed/invalid_sender', 'none', 'sender'],
  ['ESME_RINVDSTTON', [], 'failed/invalid_number', 'addressing', 'addressing'],
  ['ESME_RINVDSTNPI', [], 'failed/invalid_number', 'addressing', 'addressing'],
  ['ESME_RINVMSGLEN', [], 'failed/rejected', 'none', 'our-bug'],
  ['ESME_RINVESMCLASS', [], 'failed/rejected', 'none', 'our-bug'],
  ['ESME_RINVDCS', [], 'failed/rejected', 'none', 'our-bug'],
  ['ESME_RINVOPTPARSTREAM', [], 'failed/rejected', 'none', 'our-bug'],
  ['ESME_ROPTPARNOTALLWD', [], 'failed/rejected', 'none', 'our-bug'],
  ['ESME_RINVPARLEN', [], 'failed/rejected', 'none', 'our-bug'],
  ['ESME_RMISSINGOPTPARAM', [], 'failed/rejected', 'none', 'our-bug'],
  ['ESME_RINVOPTPARAMVAL', [], 'failed/rejected', 'none', 'our-bug'],
  ['ESME_RINVSCHED', [], 'failed/rejected', 'without-validity', null],
  ['ESME_RINVEXPIRY', [], 'failed/rejected', 'without-validity', null],
  ['ESME_RX_P_APPN', [], 'failed/rejected', 'none', null],
  ['ESME_RX_R_APPN', [], 'failed/rejected', 'none', null],
  ['ESME_RSERTYPUNAUTH', [], 'failed/blocked', 'none', null],
  ['ESME_RPROHIBITED', [], 'failed/blocked', 'none', null],
  ['ESME_RSERTYPUNAVAIL', [5 * MINUTE], 'failed/blocked', 'none', null],
  ['ESME_RSERTYPDENIED', [], 'failed/blocked', 'none', null],
  ['ESME_RINVCMDID', SOON, 'failed/provider_error', 'rebind', 'session'],
  ['ESME_RINVCMDLEN', SOON, 'failed/provider_error', 'rebind', 'session'],
  ['ESME_RINVSERTYP', [], 'failed/rejected', 'none', null],
] as const)('%s is tried again after %j, then ends as %s', (name, waits, end, effect, alert) => {
  const reaction = reactionTo(STATUS[name])
  expect(lifeOf(reaction)).toEqual({ waits, end })
  expect(reaction).toMatchObject({ effect, alert, failure: { code: name, pause: 'none' } })
})

test('a throttling costs no attempt, pauses the lane and lasts until the message expires', () => {
  const reaction = reactionTo(STATUS.ESME_RTHROTTLED)
  expect(reaction).toMatchObject({
    effect: 'throttle',
    failure: { class: 'throttled', reason: 'rate_exceeded', counted: false, pause: 'lane' },
  })
  expect(lifeOf(reaction).end).toBeNull()
})

test('a session that is not bound costs no attempt', () => {
  const reaction = reactionTo(STATUS.ESME_RINVBNDSTS)
  expect(reaction).toMatchObject({ effect: 'rebind', failure: { reason: 'not_bound', counted: false } })
  expect(lifeOf(reaction)).toEqual({ waits: Array<number>(10).fill(SECOND), end: null })
})

test('a refused account holds the route', () => {
  for (const status of [STATUS.ESME_RBINDFAIL, STATUS.ESME_RINVPASWD, STATUS.ESME_RINVSYSID]) {
    expect(reactionTo(status)).toMatchObject({
      failure: { class: 'blocked', reason: 'bad_credentials', waitMs: MINUTE, pause: 'lane' },
    })
    expect(bindReaction(status)).toBe('refused')
  }
})

test('a bind that is refused for the moment is tried again as after a cut, and the account is not blamed', () => {
  for (const status of [STATUS.ESME_RSYSERR, STATUS.ESME_RTHROTTLED, STATUS.ESME_RSERTYPUNAVAIL])
    expect(bindReaction(status)).toBe('again')
  expect(bindReaction(STATUS.ESME_RSERTYPDENIED)).toBe('refused')
})

test('what a vendor means nobody knows: it is for good, and its code is kept', () => {
  for (const [status, code] of [
    [0x400, '0x0400'],
    [0x4ff, '0x04FF'],
    [0x2f, '0x002F'],
    [0xffff_ffff, '0xFFFFFFFF'],
  ] as const) {
    expect(reactionTo(status)).toMatchObject({
      alert: 'unknown-code',
      failure: { class: 'permanent', status: 'failed', reason: 'rejected', code },
    })
  }
})

test('every status ends, waits, or is the account’s affair', () => {
  for (const [name, status] of Object.entries(STATUS)) {
    if (status === 0) continue
    expect(reactionTo(status).failure.code).toBe(name)
    expect(reactionTo(status).failure.class).not.toBe('uncertain')
  }
})

test('a bind that is refused is tried again late, unless it is for now or all are in use', () => {
  expect(bindReaction(STATUS.ESME_RALYBND)).toBe('taken')
  expect(bindReaction(STATUS.ESME_RSYSERR)).toBe('again')
  expect(bindReaction(STATUS.ESME_RTHROTTLED)).toBe('again')
  expect(bindReaction(STATUS.ESME_RINVSYSTYP)).toBe('refused')
  expect(bindReaction(0x410)).toBe('refused')
})

test('what was written and not answered is in doubt; what was not written is not', () => {
  expect(failureWithout({ kind: 'lost', reason: 'timeout' })).toMatchObject({ class: 'uncertain', reason: 'timeout' })
  expect(failureWithout({ kind: 'unwritten', reason: 'aborted' })).toMatchObject({
    class: 'transient',
    reason: 'not_sent',
    counted: false,
  })
  expect(failureWithout({ kind: 'unwritten', reason: 'not_bound' })).toMatchObject({ counted: false, pause: 'lane' })
})

test('of several parts the one that says most about the message decides', () => {
  const part = { number: 1, total: 2, reference: 1, providerMessageId: null }
  const of = (...failures: readonly (Failure | null)[]): string | null =>
    worstOf(failures.map((reason) => ({ part, failure: reason })))?.reason ?? null
  const lost = failure('uncertain', 'timeout')
  const never = failure('permanent', 'invalid_number')
  const later = failure('transient', 'queue_full')
  const slower = failure('throttled', 'rate_exceeded')
  const unsent = failureWithout({ kind: 'unwritten', reason: 'withdrawn' })
  expect(of(null, null)).toBeNull()
  expect(of(null, unsent, later)).toBe('queue_full')
  expect(of(unsent, slower)).toBe('rate_exceeded')
  expect(of(slower, later, unsent)).toBe('queue_full')
  expect(of(later, never, unsent)).toBe('invalid_number')
  expect(of(never, later, lost)).toBe('timeout')
})
