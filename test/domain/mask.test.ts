import { describe, expect, it } from 'vitest'
import { maskCodes, maskContact, maskToken, spacedContact } from '../../src/domain/mask.ts'

describe('in a log', () => {
  it('a number keeps its beginning and its last three digits', () => {
    expect(maskContact('+201009129288')).toBe('+2010*****288')
    expect(maskContact('+15005550006')).toBe('+1500****006')
  })

  it('a number too short to hide anything shows nothing', () => {
    expect(maskContact('+20100912')).toBe('********')
    expect(maskContact('+999')).toBe('****')
    expect(maskContact('')).toBe('')
  })

  it('a token keeps its first eight characters, a short one less', () => {
    expect(maskToken('dGVzdA-token:APA91bFictional_0123456789')).toBe('dGVzdA-t…')
    expect(maskToken('sandbox:slow')).toBe('sand…')
    expect(maskToken('ab')).toBe('…')
  })
})

describe('on the terminal', () => {
  it.each([
    ['Your code is 482913', 'Your code is ······'],
    ['G-4829 is yours.', 'G-···· is yours.'],
    ['482-913, or 4829 1337', '···-···, or ···· ····'],
    ['رمزك ٤٨٢٩١٣', 'رمزك ······'],
    ['a1234b 12345678', 'a····b ········'],
    ['3 parcels, 123 g, order 123456789', '3 parcels, 123 g, order 123456789'],
    ['', ''],
  ])('what may be a code is dotted: %s', (text, masked) => {
    expect(maskCodes(text)).toBe(masked)
  })

  it.each([
    ['+201009129288', '+20 100 912 9288'],
    ['+15005550006', '+1 500 555 0006'],
    ['+80012345678', '+800 1234 5678'],
    ['+4915000000000', '+49 150 0000 0000'],
    ['01009129288', '01009129288'],
    ['', ''],
  ])('a number has spaces: %s', (contact, spaced) => {
    expect(spacedContact(contact)).toBe(spaced)
  })
})
