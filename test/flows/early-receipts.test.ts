import { expect, test } from 'vitest'
import { createEarlyReceipts } from '../../src/flows/receipts/early-receipts.ts'

test('a receipt that was parked before its submission was settled is named when that is', () => {
  const early = createEarlyReceipts()
  early.looking('one', 'a')
  expect(early.parked('one', 'a')).toBe(false)
  expect(early.settled('two', ['a'])).toEqual([])
  expect(early.settled('one', ['b', 'a'])).toEqual(['a'])
  expect(early.settled('one', ['a'])).toEqual([])
  expect(early.isEmpty()).toBe(true)
})

test('what stays parked from one turn to the next is left to the turns', () => {
  const early = createEarlyReceipts()
  for (const id of ['a', 'b', 'c']) early.looking('one', id)
  early.parked('one', 'a')
  early.parked('one', 'c')
  early.turn()
  // The turn may have looked just before this was settled.
  expect(early.settled('one', ['c'])).toEqual(['c'])
  early.turn()
  expect(early.settled('one', ['a', 'b'])).toEqual([])
  // The other one is still being looked for.
  expect(early.parked('one', 'b')).toBe(true)
  expect(early.isEmpty()).toBe(true)
})

test('one receipt that found its message names the one of the same id that was parked before it', () => {
  const early = createEarlyReceipts()
  early.looking('one', 'a')
  expect(early.parked('one', 'a')).toBe(false)
  early.looking('one', 'a')
  // Its commit is seen before we are told of it.
  expect(early.found('one', 'a')).toBe(true)
  expect(early.settled('one', ['a'])).toEqual([])
  expect(early.isEmpty()).toBe(true)
})

test('of two receipts that are looked for at once each is told', () => {
  const early = createEarlyReceipts()
  early.looking('one', 'a')
  early.looking('one', 'a')
  expect(early.parked('one', 'a')).toBe(false)
  expect(early.settled('one', ['a'])).toEqual(['a'])
  expect(early.parked('one', 'a')).toBe(true)
  expect(early.isEmpty()).toBe(true)
})

test('a submission that is settled while its receipt is being parked is told when that is done', () => {
  const early = createEarlyReceipts()
  early.looking('one', 'a')
  expect(early.settled('one', ['a'])).toEqual([])
  expect(early.parked('one', 'a')).toBe(true)
  expect(early.isEmpty()).toBe(true)
})

test('a receipt that found its message is forgotten, and of those that wait the oldest first', () => {
  const early = createEarlyReceipts()
  early.looking('one', 'found')
  expect(early.found('one', 'found')).toBe(false)
  expect(early.isEmpty()).toBe(true)
  for (let nth = 0; nth <= 10_000; nth++) {
    early.looking('one', `id-${nth}`)
    early.parked('one', `id-${nth}`)
  }
  expect(early.settled('one', ['id-0', 'id-1'])).toEqual(['id-1'])
})
