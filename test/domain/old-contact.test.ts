import { expect, test } from 'vitest'
import { readOldContact } from '../../src/domain/old-contact.ts'

test.each([
  '+201009129288',
  '+20 (100) 912-9288',
  ' +201009129288 ',
  '00201009129288',
  '00 20 100 912 9288',
  '+00201009129288',
  '201009129288',
  '20 100-912-9288',
  'tel:+201009129288',
  '\u202A+201009129288\u202C',
  '+20–100–9129288',
  '＋２０１００９１２９２８８',
  '+٢٠١٠٠٩١٢٩٢٨٨',
])('a stored contact %j is read as the number it can only be', (text) => {
  expect(readOldContact(text, null)).toEqual({ kind: 'contact', contact: '+201009129288' })
})

test('without a country code the default country decides', () => {
  expect(readOldContact('01009129288', 'EG')).toEqual({ kind: 'contact', contact: '+201009129288' })
  expect(readOldContact('01009129288', null)).toEqual({ kind: 'unreadable' })
  expect(readOldContact('201009129288', 'EG')).toEqual({ kind: 'contact', contact: '+201009129288' })
})

test.each(['', ' ', '\u00A0'])('%j is no contact at all', (text) => {
  expect(readOldContact(text, null)).toEqual({ kind: 'none' })
})

test.each(['friend', '+12', '+999123456789', '12345678', '+201009129288 or +15005550006', '-'])(
  '%j is not guessed at',
  (text) => {
    expect(readOldContact(text, null)).toEqual({ kind: 'unreadable' })
  },
)
