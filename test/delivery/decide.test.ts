import { expect, test } from 'vitest'
import { decideHeld, decideSms, type Route } from '../../src/delivery/decide.ts'
import { failure, type Failure } from '../../src/domain/failure.ts'
import type { OnUncertain } from '../../src/domain/category.ts'
import type { Outcome, SentPart } from '../../src/domain/provider.ts'
import { MOST_ATTEMPTS } from '../../src/domain/retry.ts'
import type { SmsSettlement } from '../../src/store/sms/sms-settle.ts'
import type { SmsWork, Started } from '../../src/store/sms/sms-work.ts'
import { CONTACT } from '../support/node.ts'

const LOST = { kind: 'refused', failure: failure('uncertain', 'timeout') } as const

/** The answer to the submission after `before` counted ones is lost, at a provider that can't be asked. */
function afterLostAnswer(onUncertain: OnUncertain, before: number): SmsSettlement {
  const work = {
    id: 1,
    contact: CONTACT,
    sender: null,
    text: 'A text',
    segments: 1,
    category: 'transactional' as const,
    onUncertain,
    provider: 'scripted',
    owner: 1,
    attempt: before,
    due: true,
    tried: [],
  }
  const started = {
    id: 1,
    status: 'sending' as const,
    attempt: before + 1,
    attemptsCounted: before,
    uncertainAttempts: before,
    startedAt: '',
    ageMs: 0,
    remainingMs: 86_400_000,
  }
  return decideSms(work, started, LOST, { name: 'scripted', reconcilable: false, firstPollMs: null }, 0)
}

test('an SMS whose answers are always lost is repeated ever more rarely, and not for ever', () => {
  const waits = [0, 1, 2, 3, 4].map((before) => afterLostAnswer('retry', before))
  expect(waits.map((one) => [one.status, one.next, one.waitMs])).toEqual(
    [10_000, 30_000, 120_000, 600_000, 1_800_000].map((ms) => ['uncertain', 'send', ms]),
  )
  expect(afterLostAnswer('retry', MOST_ATTEMPTS - 1)).toMatchObject({ status: 'uncertain', next: 'none' })
})

test('where a receipt may settle it, the repeat waits a minute at least', () => {
  const waits = [0, 1, 2].map((before) => afterLostAnswer('reconcile', before).waitMs)
  expect(waits).toEqual([60_000, 60_000, 120_000])
  expect(afterLostAnswer('reconcile', MOST_ATTEMPTS - 1).next).toBe('none')
})

test('an SMS that must not be doubled stays in doubt', () => {
  expect(afterLostAnswer('fail', 0)).toMatchObject({ status: 'uncertain', next: 'none', uncertain: true })
})

const STARTED: Started = {
  id: 1,
  status: 'sending',
  attempt: 1,
  attemptsCounted: 0,
  uncertainAttempts: 0,
  startedAt: '',
  ageMs: 0,
  remainingMs: 86_400_000,
}

const WORK: SmsWork = {
  id: 1,
  contact: CONTACT,
  sender: null,
  text: 'A text',
  segments: 3,
  category: 'transactional',
  onUncertain: 'reconcile',
  provider: 'one',
  owner: 1,
  attempt: 0,
  due: true,
  tried: [],
}

const ALONE: Route = { name: 'one', reconcilable: false, firstPollMs: null }
const PART: SentPart = { number: 1, total: 3, reference: 7, providerMessageId: 'theirs-1' }

function refused(given: Failure, parts?: readonly SentPart[]): Outcome {
  return { kind: 'refused', failure: given, ...(parts === undefined ? {} : { parts }) }
}

test('a message goes on to another provider when the first has nothing more to offer, and its attempts begin anew', () => {
  const asked: boolean[] = []
  const route: Route = { ...ALONE, onward: (_work, _failure, ended) => (asked.push(ended), ended ? 'two' : null) }
  const busy = failure('transient', 'busy', { waitsMs: [1_000] })
  expect(decideSms(WORK, STARTED, refused(busy), route, 0)).toMatchObject({
    next: 'send',
    waitMs: 1_000,
    nextProvider: null,
  })
  const second = { ...STARTED, attemptsCounted: 1 }
  expect(decideSms(WORK, second, refused(busy), route, 0)).toMatchObject({
    status: 'queued',
    attemptStatus: 'failed',
    reason: 'busy',
    next: 'send',
    waitMs: 0,
    nextProvider: 'two',
  })
  expect(asked).toEqual([false, true])
})

test('a message whose provider refuses our account goes on at once where there is another', () => {
  const blocked = refused(failure('blocked', 'bad_credentials'))
  expect(decideSms(WORK, STARTED, blocked, { ...ALONE, onward: () => 'two' }, 0)).toMatchObject({
    nextProvider: 'two',
    waitMs: 0,
  })
  expect(decideSms(WORK, STARTED, blocked, ALONE, 0)).toMatchObject({
    status: 'queued',
    waitMs: 60_000,
    nextProvider: null,
  })
})

test('what may have been sent, as a whole or in part, goes on to no other provider', () => {
  const route: Route = { ...ALONE, onward: () => expect.unreachable() }
  const no = failure('permanent', 'refused')
  const decide = (outcome: Outcome, work: Partial<SmsWork> = {}, started: Partial<Started> = {}): SmsSettlement =>
    decideSms({ ...WORK, ...work }, { ...STARTED, ...started }, outcome, route, 0)
  expect(decide(LOST)).toMatchObject({ status: 'uncertain', nextProvider: null })
  expect(decide(refused(no, [PART]))).toMatchObject({ nextProvider: null })
  expect(decide(refused(no), { resume: { reference: 7, total: 2, accepted: [1] } })).toMatchObject({
    nextProvider: null,
  })
  expect(decide(refused(no), {}, { uncertainAttempts: 1 })).toMatchObject({ status: 'uncertain', nextProvider: null })
})

test('a doubt does not keep a message from another provider when its sender would rather have it twice', () => {
  const route: Route = { ...ALONE, onward: () => 'two' }
  const no = refused(failure('permanent', 'refused'))
  const doubted = { ...STARTED, uncertainAttempts: 1 }
  expect(decideSms({ ...WORK, onUncertain: 'retry' }, doubted, no, route, 0)).toMatchObject({ nextProvider: 'two' })
})

test('parts that were taken are kept whatever became of the others', () => {
  const later = failure('transient', 'queue_full', { waitsMs: [30_000] })
  expect(decideSms(WORK, STARTED, refused(later, [PART]), ALONE, 0)).toMatchObject({
    status: 'queued',
    parts: [PART],
    providerMessageId: 'theirs-1',
    waitMs: 30_000,
  })
  expect(decideSms(WORK, STARTED, refused(failure('uncertain', 'timeout'), [PART]), ALONE, 0)).toMatchObject({
    status: 'uncertain',
    parts: [PART],
  })
})

test('a message that is given up with some parts taken is undelivered, and not refused', () => {
  const no = failure('permanent', 'refused')
  const partly = { status: 'undelivered', reason: 'partially_failed', attemptStatus: 'failed', next: 'none' }
  expect(decideSms(WORK, STARTED, refused(no, [PART]), ALONE, 0)).toMatchObject(partly)
  const resumed = { ...WORK, resume: { reference: 7, total: 2, accepted: [1] } }
  expect(decideSms(resumed, STARTED, refused(no), ALONE, 0)).toMatchObject(partly)
  expect(decideSms(WORK, STARTED, refused(no), ALONE, 0)).toMatchObject({ status: 'failed', reason: 'refused' })
})

test('a message that is held back waits as long as it must, at no cost, and expires where that is too long', () => {
  const night = failure('transient', 'quiet_hours', { counted: false, waitMs: 36_000_000 })
  expect(decideHeld(WORK, STARTED, night, ALONE, 0)).toMatchObject({
    status: 'queued',
    counted: false,
    next: 'send',
    waitMs: 36_000_000,
  })
  expect(decideHeld(WORK, STARTED, night, ALONE, 1).waitMs).toBe(36_060_000)
  const short = { ...STARTED, remainingMs: 3_600_000 }
  expect(decideHeld(WORK, short, night, ALONE, 0)).toMatchObject({
    status: 'expired',
    reason: 'quiet_hours',
    next: 'none',
  })
})
