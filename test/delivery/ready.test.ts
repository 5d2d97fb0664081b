import { expect, test } from 'vitest'
import { createReadyMessages, type ReadyMessages } from '../../src/delivery/ready.ts'
import type { Category } from '../../src/domain/category.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import type { SmsWork } from '../../src/store/sms/sms-work.ts'

let ids = 0

function work(category: Category): SmsWork {
  return {
    id: ++ids,
    contact: '+15005550006' as Msisdn,
    sender: null,
    text: 'x',
    segments: 1,
    category,
    onUncertain: 'fail',
    provider: 'scripted',
    owner: 1,
    attempt: 0,
    due: false,
    tried: [],
  }
}

function waiting(counts: Partial<Record<Category, number>>): ReadyMessages {
  const ready = createReadyMessages()
  for (const category of ['marketing', 'transactional', 'otp'] as const) {
    for (let count = counts[category] ?? 0; count > 0; count--) ready.add(work(category))
  }
  return ready
}

const taken = (ready: ReadyMessages, most: number): readonly Category[] =>
  ready.take(most).map(({ category }) => category)

test('a code that comes when all places are taken waits for one message at most before it', () => {
  for (let before = 0; before < 14; before++) {
    const ready = waiting({ marketing: 100, transactional: 100 })
    ready.take(before)
    ready.add(work('otp'))
    expect(taken(ready, 2)).toContain('otp')
  }
})

test('while all wait codes have the most places, and no category is starved', () => {
  const ready = waiting({ marketing: 100, transactional: 100, otp: 100 })
  const count = (category: Category, among: readonly Category[]): number =>
    among.filter((one) => one === category).length
  for (let round = 0; round < 10; round++) {
    const seven = taken(ready, 7)
    expect([count('otp', seven), count('transactional', seven), count('marketing', seven)]).toEqual([4, 2, 1])
  }
})

test('places that a category does not need go to the most urgent that waits', () => {
  expect(taken(waiting({ marketing: 2, transactional: 3 }), 5).filter((one) => one === 'transactional')).toHaveLength(3)
  expect(taken(waiting({ marketing: 3 }), 5)).toEqual(['marketing', 'marketing', 'marketing'])
})
