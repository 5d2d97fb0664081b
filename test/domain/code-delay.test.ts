import { expect, test } from 'vitest'
import { codeDelayProblem, codeWaitSeconds } from '../../src/domain/sms/code-delay.ts'

test('two codes go at once, and each further one waits twice as long as the one before', () => {
  expect(codeWaitSeconds([], 30)).toBe(0)
  expect(codeWaitSeconds([0], 30)).toBe(0)
  expect(codeWaitSeconds([0, 0], 30)).toBe(30)
  expect(codeWaitSeconds([29.5, 40], 30)).toBe(1)
  expect(codeWaitSeconds([30, 40], 30)).toBe(0)
  expect(codeWaitSeconds([10, 40, 50], 30)).toBe(50)
  expect(codeWaitSeconds([0, 60, 90, 100], 30)).toBe(120)
  expect(codeWaitSeconds([0, 60, 90, 100], 0)).toBe(0)
})

test('a code that is ten minutes old counts no more, also while the next one waits', () => {
  expect(codeWaitSeconds([600, 601], 30)).toBe(0)
  // In 20 seconds one of them is forgotten, and the wait is the one after two codes, which is over by then.
  expect(codeWaitSeconds([25, 50, 580], 30)).toBe(20)
  // With a long first wait nobody waits longer than until all but one are forgotten.
  expect(codeWaitSeconds([100, 200, 300], 600)).toBe(400)
})

test('the last of some codes tells by how much it came too soon', () => {
  const at = (...seconds: number[]): readonly number[] => seconds.map((second) => second * 1_000)
  expect(codeDelayProblem(at(0, 1), 30)).toBeNull()
  expect(codeDelayProblem(at(0, 1, 11), 30)).toBe('a code 20 seconds too soon after the one before')
  expect(codeDelayProblem(at(0, 1, 31), 30)).toBeNull()
})
