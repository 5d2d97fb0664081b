import { expect, test } from 'vitest'
import { createCapWatch } from '../../src/flows/rules/cap-watch.ts'

const MINUTE = 60_000

test('a node tells of the message that goes beyond a cap, and of each after it', () => {
  let now = 0
  const watch = createCapWatch({ perTenMinutes: 2, perDay: 4 }, () => now)
  const see = (minutes: number, contact = '+15005550006'): string | null => {
    now = minutes * MINUTE
    return watch.see(contact)
  }
  expect([see(0), see(1), see(1, '+15005550007')]).toEqual([null, null, null])
  expect(see(2)).toBe('more than 2 messages within ten minutes')
  expect(see(30)).toBeNull()
  expect(see(60)).toBe('more than 4 messages within a day')
  expect(see(1_600)).toBeNull()
})

test('recipients are forgotten when there are too many, those of late last', () => {
  const watch = createCapWatch({ perTenMinutes: 1, perDay: 9 }, () => 0)
  watch.see('early')
  for (let other = 0; other < 10_000; other++) watch.see(`other ${other}`)
  watch.see('late')
  for (let other = 0; other < 9_998; other++) watch.see(`another ${other}`)
  expect(watch.see('late')).not.toBeNull()
  for (let other = 0; other < 10_000; other++) watch.see(`more ${other}`)
  expect(watch.see('early')).toBeNull()
})
