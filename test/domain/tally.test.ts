import { expect, test } from 'vitest'
import { addUp } from '../../src/domain/tally.ts'

test('counts that add up stay as they are', () => {
  expect(addUp({ sent: 3, failed: 1 })).toEqual({ sent: 3, failed: 1 })
  expect(addUp({})).toEqual({})
  expect(addUp({ sent: 0, opened: 2 })).toEqual({ opened: 2 })
})

test('a device that reported before its outcome was written is counted once, whatever that becomes', () => {
  expect(addUp({ sent: -1, received: 1 })).toEqual({ received: 1 })
  expect(addUp({ sent: -2, opened: 1, received: 1, uncertain: 1, failed: 2 })).toEqual({
    opened: 1,
    received: 1,
    failed: 1,
  })
})
