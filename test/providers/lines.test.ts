import { expect, test } from 'vitest'
import type { Category } from '../../src/domain/category.ts'
import { createPace } from '../../src/providers/pace.ts'

/** Senders that take all they can get; time goes on to whenever the next of them wants to ask again. */
function setUp(perSecond: number, nodes = 1) {
  let now = 1_000_000
  const pace = createPace({ perSecond, rampSeconds: 0 }, { monotonic: () => now, chance: () => 0, nodes: () => nodes })
  const senders: { readonly take: () => number; left: number; taken: number[]; askAt: number }[] = []
  return {
    send(category: Category, count: number) {
      const sender = { take: pace.line(category).take, left: count, taken: [] as number[], askAt: now }
      senders.push(sender)
      return sender
    },
    pass(ms: number) {
      const until = now + ms
      for (;;) {
        const next = senders.filter(({ left }) => left > 0).toSorted((a, b) => a.askAt - b.askAt)[0]
        if (next === undefined || next.askAt > until) break
        now = Math.max(now, next.askAt)
        const waitMs = next.take()
        if (waitMs > 0) next.askAt = now + Math.min(waitMs, 1_000)
        else {
          next.left -= 1
          next.taken.push(now)
        }
      }
      now = until
    },
    now: () => now,
  }
}

const CAMPAIGN = 12

test.each([8, 100, 8_000])(
  'beside a campaign at %i a second a one-time code waits for two messages at most',
  (perSecond) => {
    const { send, pass, now } = setUp(perSecond)
    for (let chunk = 0; chunk < CAMPAIGN; chunk += 1) send('marketing', 1e6)
    pass(20_000)
    for (let code = 0; code < 10; code += 1) {
      const asked = now()
      const { taken } = send('otp', 1)
      pass(3_000)
      expect(taken[0]).toBeLessThanOrEqual(asked + 2_000 / perSecond + 2)
    }
  },
)

test('one device beside a push of the same category waits until each chunk of that had one more', () => {
  const { send, pass, now } = setUp(8)
  for (let chunk = 0; chunk < CAMPAIGN; chunk += 1) send('transactional', 1e6)
  pass(20_000)
  const asked = now()
  const { taken } = send('transactional', 1)
  pass(10_000)
  expect(taken[0]).toBeLessThanOrEqual(asked + ((CAMPAIGN + 2) / 8) * 1_000)
})

test('no category is starved, and the rate is used up', () => {
  const { send, pass } = setUp(70)
  const [codes, texts, campaign] = (['otp', 'transactional', 'marketing'] as const).map((one) => send(one, 1e6))
  pass(100_000)
  const counts = [codes, texts, campaign].map((sender) => sender?.taken.length ?? 0)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0.95 * 7_000)
  expect(Math.min(...counts)).toBeGreaterThan(700)
})

test('whoever stops asking is not waited for', () => {
  const { send, pass } = setUp(8)
  const gone = send('otp', 1e6)
  const stays = send('marketing', 1e6)
  pass(10_000)
  gone.left = 0
  const before = stays.taken.length
  pass(10_000)
  expect(stays.taken.length - before).toBeGreaterThan(50)
})

test('nodes share a rate as before', () => {
  const { send, pass } = setUp(90, 3)
  const one = send('marketing', 1e6)
  const other = send('marketing', 1e6)
  pass(60_000)
  const sum = one.taken.length + other.taken.length
  expect(sum).toBeGreaterThan(0.9 * 30 * 60)
  expect(sum).toBeLessThanOrEqual(30 * 61)
})
