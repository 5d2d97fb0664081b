import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import { MOST_ATTEMPTS, nextStep } from '../../src/domain/retry.ts'

const FRESH = { attemptsCounted: 1, ageMs: 0, remainingMs: 86_400_000 }

test('a permanent refusal ends a message, whatever is left of its validity', () => {
  expect(nextStep(failure('permanent', 'invalid_number'), FRESH, 0)).toEqual({
    kind: 'end',
    status: 'failed',
    reason: 'invalid_number',
  })
  expect(nextStep(failure('recipient-gone', 'unregistered'), FRESH, 0)).toMatchObject({ kind: 'end', status: 'failed' })
})

test('a code with its own waits is tried once for each of them', () => {
  const busy = failure('transient', 'queue_full', { waitsMs: [30_000, 90_000] })
  expect(nextStep(busy, { ...FRESH, attemptsCounted: 1 }, 0)).toEqual({ kind: 'retry', waitMs: 30_000 })
  expect(nextStep(busy, { ...FRESH, attemptsCounted: 2 }, 0)).toEqual({ kind: 'retry', waitMs: 90_000 })
  expect(nextStep(busy, { ...FRESH, attemptsCounted: 3 }, 0)).toEqual({
    kind: 'end',
    status: 'failed',
    reason: 'queue_full',
  })
})

test('a wait is never shorter than the provider asked for, and at most a fifth longer', () => {
  fc.assert(
    fc.property(fc.nat(3_600_000), fc.double({ min: 0, max: 1, noNaN: true }), (waitMs, chance) => {
      const step = nextStep(failure('throttled', 'rate_limited', { waitMs }), FRESH, chance)
      if (step.kind !== 'retry') throw new Error(`not tried again: ${step.kind}`)
      expect(step.waitMs).toBeGreaterThanOrEqual(Math.max(waitMs, 1_000))
      expect(step.waitMs).toBeLessThanOrEqual(Math.max(waitMs, 1_000) * 1.2 + 1)
    }),
  )
})

test('a message whose next try would come after its validity ends at once, as expired', () => {
  const step = nextStep(failure('throttled', 'rate_limited', { waitMs: 60_000 }), { ...FRESH, remainingMs: 59_000 }, 0)
  expect(step).toEqual({ kind: 'end', status: 'expired', reason: 'rate_limited' })
})

test('a failure with a greatest age is not tried past it', () => {
  const outage = failure('transient', 'unavailable', { maxAgeMs: 3_600_000, waitMs: 10_000 })
  expect(nextStep(outage, { ...FRESH, ageMs: 3_580_000 }, 0)).toMatchObject({ kind: 'retry' })
  expect(nextStep(outage, { ...FRESH, ageMs: 3_595_000 }, 0)).toMatchObject({ kind: 'end', reason: 'exhausted' })
})

test('after 25 counted attempts a message is exhausted', () => {
  const busy = failure('transient', 'unavailable')
  expect(nextStep(busy, { ...FRESH, attemptsCounted: MOST_ATTEMPTS - 1 }, 0)).toMatchObject({
    kind: 'retry',
    waitMs: 3_600_000,
  })
  expect(nextStep(busy, { ...FRESH, attemptsCounted: MOST_ATTEMPTS }, 0)).toMatchObject({
    kind: 'end',
    reason: 'exhausted',
  })
})

test('what was not processed is tried again at once and costs nothing', () => {
  const refused = failure('transient', 'not_sent', { counted: false })
  expect(nextStep(refused, { ...FRESH, attemptsCounted: 0 }, 0)).toEqual({ kind: 'retry', waitMs: 0 })
})

test('what may have been sent is left to the message’s own choice', () => {
  expect(nextStep(failure('uncertain', 'timeout'), FRESH, 0)).toEqual({ kind: 'doubt' })
})
