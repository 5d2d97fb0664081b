import { describe, expect, it } from 'vitest'
import type { Msisdn } from '../../../src/domain/contact.ts'
import { contactOf, destinationOf, sourceOf } from '../../../src/providers/smpp/addresses.ts'

describe('a recipient', () => {
  it('is an international number without its plus', () => {
    expect(destinationOf('+201009129288' as Msisdn)).toEqual({ ton: 1, npi: 1, address: '201009129288' })
  })
})

describe('a sender', () => {
  it.each([
    ['+15005550006', 1, 1, '15005550006'],
    ['12345', 3, 0, '12345'],
    ['12345678', 3, 0, '12345678'],
    ['15005550006', 0, 1, '15005550006'],
    ['Tidings', 5, 0, 'Tidings'],
    ['My Shop 24', 5, 0, 'My Shop 24'],
  ])('%s', (sender, ton, npi, address) => {
    expect(sourceOf(sender)).toEqual({ ton, npi, address })
  })

  it.each([['TwelveLetter'], ['Größe'], [''], ['+123456789012345678901'], ['A\u0000']])('is never %j', (sender) => {
    expect(sourceOf(sender)).toBeNull()
  })

  it('is of the type that the SMSC wants, unless it is a name', () => {
    expect(sourceOf('+15005550006', { ton: 0 })).toEqual({ ton: 0, npi: 1, address: '15005550006' })
    expect(sourceOf('12345', { ton: 6, npi: 9 })).toEqual({ ton: 6, npi: 9, address: '12345' })
    expect(sourceOf('Tidings', { ton: 1, npi: 1 })).toEqual({ ton: 5, npi: 0, address: 'Tidings' })
  })
})

describe('who a text came from', () => {
  it.each([
    [1, '201009129288', '+201009129288'],
    [1, '+201009129288', '+201009129288'],
    [1, '00201009129288', '+201009129288'],
    [0, '+201009129288', '+201009129288'],
    [0, '201009129288', '+201009129288'],
    [0, '00201009129288', '+201009129288'],
    [0, '01009129288', '01009129288'],
    [2, '1009129288', '1009129288'],
    [0, '12345', '12345'],
    [1, '12345', '12345'],
    [3, '12345', '12345'],
    [5, 'Tidings', 'Tidings'],
    [0, '', ''],
  ])('type %i and %j is %j', (ton, address, contact) => {
    expect(contactOf({ ton, npi: 1, address })).toBe(contact)
  })

  it('stays as it came where no country has such a number', () => {
    expect(contactOf({ ton: 0, npi: 1, address: '9999999999' })).toBe('9999999999')
  })

  it('is who it was sent to', () => {
    expect(contactOf(destinationOf('+201009129288' as Msisdn))).toBe('+201009129288')
  })
})
