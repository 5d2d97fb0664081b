import { expect, test } from 'vitest'
import { decideSms } from '../../src/delivery/decide.ts'
import { failure } from '../../src/domain/failure.ts'
import type { OnUncertain } from '../../src/domain/category.ts'
import { MOST_ATTEMPTS } from '../../src/domain/retry.ts'
import type { SmsSettlement } from '../../src/store/sms-work.ts'
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
