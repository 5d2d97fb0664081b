import { expect, test } from 'vitest'
import { createRetirement } from '../../src/delivery/retirement.ts'

function rig() {
  const clock = { now: 0 }
  const shares: number[] = []
  const retirement = createRetirement(
    () => clock.now,
    (share) => void shares.push(share),
  )
  return { clock, shares, retirement }
}

test('three in ten of 500 are an old list; one more is a wave, and nothing is retired', () => {
  const { retirement, shares } = rig()
  retirement.count(499, 499)
  expect(retirement.allows(1)).toBe(true)
  const { retirement: old } = rig()
  old.count(500, 150)
  expect(old.allows(1)).toBe(true)
  old.count(1, 1)
  expect(old.allows(1)).toBe(false)
  retirement.count(1, 1)
  expect(retirement.allows(1)).toBe(false)
  expect(shares).toEqual([1])
})

test('a wave that goes on holds on, though none of its tokens is retired; ten minutes after it all is as before', () => {
  const { retirement, shares, clock } = rig()
  retirement.count(500, 200)
  for (let minute = 0; minute < 30; minute++) {
    clock.now += 60_000
    expect(retirement.allows(1)).toBe(false)
    retirement.count(500, 200)
  }
  expect(shares).toHaveLength(1)
  clock.now += 600_001
  expect(retirement.allows(1)).toBe(true)
})
