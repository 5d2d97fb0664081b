import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAddress, stepOf, writeAddress } from '../../../web/dashboard/inbox/address.ts'

describe('the address of', () => {
  test.each([
    ['the list', '/dashboard', { thread: null, item: null, q: '' }, 'list'],
    ['a search', '/dashboard?q=%2B2010', { thread: null, item: null, q: '+2010' }, 'list'],
    ['a phone', '/dashboard/inbox/%2B201009129288', { thread: '+201009129288', item: null, q: '' }, 'phone'],
    ['a topic', '/dashboard/inbox/topic%3Anews', { thread: 'topic:news', item: null, q: '' }, 'phone'],
    ['a message', '/dashboard/inbox/several/push_7?q=x', { thread: 'several', item: 'push_7', q: 'x' }, 'facts'],
  ])('%s is read as it is written', (_, url, address, step) => {
    expect(readAddress(url)).toEqual(address)
    expect(writeAddress(address)).toBe(url)
    expect(stepOf(address)).toBe(step)
  })

  test('any thread is found again', () => {
    // A path has no place for these two, however they are written (URL Standard, §4.1); no recipient is called so.
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((one) => one !== '.' && one !== '..')
    fc.assert(
      fc.property(text, fc.option(text), fc.string({ unit: 'grapheme' }), (thread, item, q) => {
        expect(readAddress(writeAddress({ thread, item, q }))).toEqual({ thread, item, q })
      }),
    )
  })
})

test('an address that can’t be read is the list', () => {
  expect(readAddress('/dashboard/inbox/%E0%A4%A').thread).toBeNull()
  expect(readAddress('/dashboard/somewhere/else').thread).toBeNull()
})
