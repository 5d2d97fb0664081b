import { expect, test } from 'vitest'
import { createPace, type PaceOptions } from '../../src/providers/pace.ts'

function setUp(options: PaceOptions, chance = 0, nodes = 1) {
  let now = 1_000_000
  const pace = createPace(options, { monotonic: () => now, chance: () => chance, nodes: () => nodes })
  /** Takes all it can get within `ms`. */
  function spend(ms: number): number {
    const until = now + ms
    let taken = 0
    while (now < until) {
      const waitMs = pace.take()
      if (waitMs === 0) taken += 1
      else now = Math.min(until, now + waitMs)
    }
    return taken
  }
  return { pace, spend, pass: (ms: number) => void (now += ms) }
}

test('at the beginning one second of the rate may go at once, no more', () => {
  const { pace, spend } = setUp({ perSecond: 100, rampSeconds: 60 })
  expect(spend(1)).toBe(100)
  expect(pace.take()).toBeGreaterThan(0)
})

test('no minute takes more than its share and one second of burst', () => {
  const { spend, pass } = setUp({ perSecond: 16, rampSeconds: 0 })
  pass(3_600_000)
  for (let minute = 0; minute < 5; minute += 1) expect(spend(60_000)).toBeLessThanOrEqual(16 * 61)
})

test('nodes that share a quota together take no more than one alone', () => {
  const alone = setUp({ perSecond: 900, rampSeconds: 0 })
  const shared = setUp({ perSecond: 900, rampSeconds: 0 }, 0, 3)
  const whole = alone.spend(60_000)
  expect(shared.spend(60_000) * 3).toBeLessThanOrEqual(whole + 3)
  expect(shared.spend(60_000)).toBeGreaterThan(290 * 60)
})

test('a rate below one message a second lets one go at a time', () => {
  const { spend } = setUp({ perSecond: 0.5, rampSeconds: 60 })
  expect(spend(10_000)).toBe(5)
})

test('a rate up to 1,000 a second has no ramp', () => {
  const { pace } = setUp({ perSecond: 1_000, rampSeconds: 60 })
  pace.take()
  expect(pace.perSecond()).toBe(1_000)
})

test('a higher rate begins at a tenth, but not below 1,000 a second, and rises in a straight line', () => {
  const { pace, pass, spend } = setUp({ perSecond: 8_000, rampSeconds: 60 })
  pass(3_600_000)
  pace.take()
  expect(pace.perSecond()).toBe(1_000)
  pass(30_000)
  expect(pace.perSecond()).toBe(4_500)
  pace.take()
  pass(30_000)
  expect(pace.perSecond()).toBe(8_000)
  spend(1)
  expect(spend(1_000)).toBeGreaterThan(7_990)
  expect(setUp({ perSecond: 40_000, rampSeconds: 60 }).pace.perSecond()).toBe(4_000)
})

test('what a ramp lets through is the area below it', () => {
  const { spend } = setUp({ perSecond: 8_000, rampSeconds: 10 })
  const taken = spend(10_000)
  expect(taken).toBeGreaterThan(45_000)
  expect(taken).toBeLessThan(46_100)
})

test('after a silence as long as the ramp it ramps again', () => {
  const { pace, pass, spend } = setUp({ perSecond: 8_000, rampSeconds: 10 })
  spend(11_000)
  pass(9_000)
  pace.take()
  expect(pace.perSecond()).toBe(8_000)
  pass(10_000)
  pace.take()
  expect(pace.perSecond()).toBe(1_000)
})

test('a throttled pace stops for as long as told, then goes on at half the rate and is back after a minute', () => {
  const { pace, pass, spend } = setUp({ perSecond: 100, rampSeconds: 0 })
  spend(5_000)
  expect(pace.throttle(7_000)).toBe(7_000)
  expect(pace.pausedMs()).toBe(7_000)
  expect(spend(7_000)).toBe(0)
  expect(pace.pausedMs()).toBe(0)
  expect(pace.perSecond()).toBe(50)
  expect(spend(1_000)).toBeLessThanOrEqual(51)
  pass(59_000)
  expect(pace.perSecond()).toBe(100)
})

test('many answers about one burst halve the rate once, and the longest wait counts', () => {
  const { pace, pass } = setUp({ perSecond: 100, rampSeconds: 0 })
  pace.throttle(5_000)
  pace.throttle(9_000)
  expect(pace.throttle(3_000)).toBe(9_000)
  pass(9_000)
  expect(pace.perSecond()).toBe(50)
})

test('not told how long, it waits a minute, then two, then four, and a minute again after it has recovered', () => {
  const { pace, pass } = setUp({ perSecond: 100, rampSeconds: 0 })
  for (const waitMs of [60_000, 120_000, 240_000]) {
    expect(pace.throttle(null)).toBe(waitMs)
    pass(waitMs + 1_000)
  }
  pass(60_000)
  expect(pace.throttle(null)).toBe(60_000)
  expect(setUp({ perSecond: 100, rampSeconds: 0 }, 1).pace.throttle(null)).toBe(72_000)
})

test('told to wait for nothing or for ever, it waits between a second and an hour', () => {
  expect(setUp({ perSecond: 100, rampSeconds: 0 }).pace.throttle(0)).toBe(1_000)
  expect(setUp({ perSecond: 100, rampSeconds: 0 }).pace.throttle(1e12)).toBe(3_600_000)
})
