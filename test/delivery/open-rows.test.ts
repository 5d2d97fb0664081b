import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOpenRows } from '../../src/delivery/open-rows.ts'

test('the low mark stays at or below every row that is open, in a batch under way, or in one of unknown outcome', () => {
  const step = fc.record({
    size: fc.integer({ min: 1, max: 5 }),
    others: fc.nat(3),
    outcome: fc.constantFrom('committed', 'failed', 'unknown'),
    close: fc.nat(4),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let sequence = 100
      const open = createOpenRows(sequence, () => 0)
      // What a reader of the database could find under this owner's mark.
      const owned = new Set<number>()
      const check = (): void => {
        for (const id of owned) expect(open.low()).toBeLessThanOrEqual(id)
      }
      for (const { size, others, outcome, close } of steps) {
        sequence += others
        const batch = open.beginBatch()
        const ids = Array.from({ length: size }, () => sequence++)
        if (outcome !== 'failed') for (const id of ids) owned.add(id)
        check()
        if (outcome === 'committed') batch.committed(ids, ids)
        else batch[outcome]()
        check()
        for (const id of [...owned].filter((one) => open.has(one)).slice(0, close)) {
          open.drop(id)
          owned.delete(id)
        }
        check()
      }
    }),
  )
})

test('with nothing open the low mark is the next id', () => {
  const open = createOpenRows(7, () => 0)
  expect(open.low()).toBe(7)
  open.beginBatch().committed([9, 10], [9, 10])
  expect(open.low()).toBe(9)
  open.drop(9)
  open.drop(10)
  expect(open.low()).toBe(11)
})

test('a batch that took longer than one begun after it brings the low mark down to its own rows', () => {
  const open = createOpenRows(7, () => 0)
  const [long, short] = [open.beginBatch(), open.beginBatch()]
  short.committed([12, 13], [12, 13])
  expect(open.low()).toBe(7)
  long.committed([8, 9, 14], [9, 14])
  expect(open.low()).toBe(9)
  open.drop(9)
  expect(open.low()).toBe(12)
})

test('a batch of unknown outcome holds the low mark until a sweep that began five minutes later has ended', () => {
  let now = 0
  const open = createOpenRows(7, () => now)
  open.beginBatch().unknown()
  open.beginBatch().committed([20], [])
  open.beginSweep()()
  expect(open.low()).toBe(7)
  now = 300_001
  expect(open.low()).toBe(7)
  open.beginSweep()()
  expect(open.low()).toBe(21)
})

test('a row whose outcome could not be written holds the low mark, and is remembered as submitted', () => {
  let now = 0
  const open = createOpenRows(7, () => now)
  open.beginBatch().committed([7, 8], [7, 8])
  open.lose(7, true)
  open.lose(8, false)
  expect(open.low()).toBe(7)
  expect([open.wasLost(7), open.wasLost(8), open.has(7)]).toEqual([true, false, false])
  now = 300_001
  open.beginSweep()()
  expect(open.low()).toBe(9)
})

test('rows taken from the waiting list do not hold the low mark down', () => {
  const open = createOpenRows(50, () => 0)
  open.adopt([3])
  expect(open.has(3)).toBe(true)
  expect(open.low()).toBe(50)
})
