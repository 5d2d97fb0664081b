import { expect, test } from 'vitest'
import { createThrottle } from '../../../src/fakes/smsc/throttle.ts'
import { createFlow, type Flow } from '../../../src/providers/smpp/flow.ts'

function setUp(perSecond: number | null, share = 1) {
  let now = 1_000_000
  const flow = createFlow({ perSecond }, { monotonic: () => now, share: () => share })
  /** Takes all it can get within `ms`; each is told to `onTaken`. */
  function spend(ms: number, onTaken: (at: number) => void = () => undefined): number {
    const end = now + ms
    let taken = 0
    while (now < end) {
      const waitMs = flow.take()
      if (waitMs > 0) now = Math.min(end, now + waitMs)
      else {
        taken += 1
        onTaken(now)
      }
    }
    return taken
  }
  return { flow, spend, pass: (ms: number) => void (now += ms) }
}

/** As many as there are places in a window, each answered after 10 ms. */
function load(flow: Flow, pass: (ms: number) => void, perTurn: number, turns: number): void {
  for (let turn = 0; turn < turns; turn += 1) {
    for (let one = 0; one < perTurn; one += 1) flow.take()
    pass(10)
  }
}

test.each([1, 3, 20, 33, 50, 100, 333, 1_000, 5_000])(
  '%i a second are never exceeded in any second, and nearly reached',
  (perSecond) => {
    const { spend } = setUp(perSecond)
    const admits = createThrottle(perSecond)
    const refused: number[] = []
    const taken = spend(20_000, (at) => {
      if (!admits(at)) refused.push(at)
    })
    expect(refused).toEqual([])
    expect(taken).toBeGreaterThanOrEqual(perSecond * 20 * 0.9)
  },
)

test('a node takes as much of the rate as it has of the binds', () => {
  const whole = setUp(100).spend(10_000)
  expect(setUp(100, 0.5).spend(10_000)).toBeLessThanOrEqual(whole / 2 + 2)
})

test('without a rate nothing waits', () => {
  const { flow } = setUp(null)
  expect(Array.from({ length: 10_000 }, () => flow.take()).every((waitMs) => waitMs === 0)).toBe(true)
  expect(flow.perSecond()).toBeNull()
})

test('a throttling pauses for 1 s, again for 2, 4, 8, 16 and then 30 s', () => {
  const { flow, pass } = setUp(null)
  const pauses: number[] = []
  for (let time = 0; time < 7; time += 1) {
    expect(flow.take()).toBe(0)
    pauses.push(flow.throttled())
    expect(flow.take()).toBe(pauses.at(-1))
    pass(pauses.at(-1) ?? 0)
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
})

test('what is answered in a pause is of the same burst', () => {
  const { flow, pass } = setUp(null)
  expect(flow.throttled()).toBe(1_000)
  pass(400)
  expect(flow.throttled()).toBe(600)
  expect(flow.pausedMs()).toBe(600)
})

test('after half a minute without a throttling the first pause is the short one again', () => {
  const { flow, pass } = setUp(null)
  expect(flow.throttled()).toBe(1_000)
  pass(1_000)
  expect(flow.throttled()).toBe(2_000)
  pass(2_000 + 30_000)
  expect(flow.throttled()).toBe(1_000)
})

test('it goes on at half of what it was, and comes back by a twentieth a second', () => {
  const { flow, pass } = setUp(null)
  load(flow, pass, 10, 300)
  flow.throttled()
  expect(flow.perSecond()).toBeCloseTo(500, -1)
  pass(1_000)
  expect(flow.perSecond()).toBeCloseTo(500, -1)
  pass(4_000)
  expect(flow.perSecond()).toBeCloseTo(700, -1)
  pass(6_100)
  expect(flow.perSecond()).toBeCloseTo(1_000, -1)
})

test('where nobody says what an account may submit, what was too much is held for a minute, and then there is more by a twentieth a second', () => {
  const { flow, pass } = setUp(null)
  load(flow, pass, 10, 300)
  flow.throttled()
  pass(1_000 + 10_000 + 59_000)
  expect(flow.perSecond()).toBeCloseTo(1_000, -1)
  pass(3_000)
  expect(flow.perSecond()).toBeCloseTo(1_100, -1)
  pass(20_000)
  expect(flow.perSecond()).toBeNull()
})

test('a throttling after some were taken is no reason for a longer pause', () => {
  const { flow, pass } = setUp(null)
  expect(flow.throttled()).toBe(1_000)
  pass(1_000 + 5_000)
  expect(flow.throttled()).toBe(1_000)
})

test.each([20, 50, 500])('%i a second that nobody told of are found, by few tries that are too much', (perSecond) => {
  const { flow, spend } = setUp(null)
  const admits = createThrottle(perSecond)
  let admitted = 0
  const tried = spend(600_000, (at) => {
    if (admits(at)) admitted += 1
    else flow.throttled()
  })
  expect(admitted).toBeGreaterThan(perSecond * 600 * 0.8)
  expect(tried).toBeLessThan(admitted * 1.02)
})

test('a full queue halves the rate without a pause, once for a burst', () => {
  const { flow, pass } = setUp(100)
  load(flow, pass, 1, 300)
  for (let one = 0; one < 50; one += 1) flow.slowDown()
  expect(flow.pausedMs()).toBe(0)
  expect(flow.perSecond()).toBeGreaterThan(40)
  expect(flow.perSecond()).toBeLessThan(60)
  pass(11_000)
  expect(flow.perSecond()).toBe(100)
})

test('nobody is slowed to a standstill', () => {
  const { flow, spend, pass } = setUp(5)
  for (let time = 0; time < 20; time += 1) pass(flow.throttled())
  expect(flow.perSecond()).toBeGreaterThanOrEqual(1)
  expect(spend(10_000)).toBeGreaterThanOrEqual(9)
})
