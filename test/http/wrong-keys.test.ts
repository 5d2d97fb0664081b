import { expect, test } from 'vitest'
import { createWrongKeys, MOST_WRONG_KEYS } from '../../src/http/wrong-keys.ts'

test('an address is kept out from its 20th wrong key until its minute is over', () => {
  const wrong = createWrongKeys()
  for (let count = 1; count < MOST_WRONG_KEYS; count += 1) wrong.count('203.0.113.7', 1_000)
  expect(wrong.blockedFor('203.0.113.7', 1_000)).toBe(0)
  wrong.count('203.0.113.7', 31_000)
  expect(wrong.blockedFor('203.0.113.7', 31_000)).toBe(30)
  expect(wrong.blockedFor('203.0.113.8', 31_000)).toBe(0)
  expect(wrong.blockedFor('203.0.113.7', 60_999)).toBe(1)
  expect(wrong.blockedFor('203.0.113.7', 61_000)).toBe(0)
})

test('wrong keys that come slowly keep nobody out', () => {
  const wrong = createWrongKeys()
  for (let count = 0; count < 100; count += 1) wrong.count('203.0.113.7', count * 4_000)
  expect(wrong.blockedFor('203.0.113.7', 400_000)).toBe(0)
})

test('of IPv6 the first 64 bits count, however they are written', () => {
  const wrong = createWrongKeys()
  const same = ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', '2001:db8:1:2:3::6']
  for (let count = 0; count < MOST_WRONG_KEYS; count += 1) wrong.count(same[count % same.length] ?? '', 0)
  for (const address of same) expect(wrong.blockedFor(address, 1)).toBeGreaterThan(0)
  for (const address of ['2001:db8:1:3::1', '2001:db8:1::2', '::1', '::']) expect(wrong.blockedFor(address, 1)).toBe(0)
})

test('more addresses than are remembered push out the oldest ones', () => {
  const wrong = createWrongKeys()
  const fill = (address: string): void => {
    for (let count = 0; count < MOST_WRONG_KEYS; count += 1) wrong.count(address, 0)
  }
  fill('first')
  for (let other = 1; other < 10_000; other += 1) wrong.count(`other ${other}`, 0)
  expect(wrong.blockedFor('first', 1)).toBeGreaterThan(0)
  wrong.count('one more', 0)
  expect(wrong.blockedFor('first', 1)).toBe(0)
})
