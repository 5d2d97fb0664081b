import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import google from 'google-libphonenumber'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import { costlyKind } from '../../src/domain/sms/premium.ts'

const kindOf = (contact: string): string | null => costlyKind(contact as Msisdn)

test('satellite phones, international networks and their like are costly', () => {
  expect(kindOf('+870773111632')).toBe('satellite')
  expect(kindOf('+881612345678')).toBe('satellite')
  expect(kindOf('+8821612345678')).toBe('international network')
  expect(kindOf('+883510012345678')).toBe('international network')
  expect(kindOf('+979123456789')).toBe('premium rate')
  expect(kindOf('+80812345678')).toBe('shared cost')
})

test('people’s numbers are not, nor are freephone ones', () => {
  for (const contact of ['+201009129288', '+15005550006', '+8801712345678', '+886912345678', '+80012345678']) {
    expect(kindOf(contact)).toBeNull()
  }
})

/** libphonenumber’s own examples. */
function examples(type: 'PREMIUM_RATE' | 'SHARED_COST' | 'MOBILE'): readonly string[] {
  const util = google.PhoneNumberUtil.getInstance()
  return util.getSupportedRegions().flatMap((region) => {
    const number = util.getExampleNumberForType(region, google.PhoneNumberType[type] ?? -1)
    return number === null ? [] : [util.format(number, google.PhoneNumberFormat.E164)]
  })
}

test('premium rate and shared cost numbers are known in every country that has such', () => {
  const expected = (contact: string): string | null => {
    const type = parsePhoneNumberFromString(contact)?.getType()
    if (type === 'PREMIUM_RATE') return 'premium rate'
    return type === 'SHARED_COST' ? 'shared cost' : null
  }
  const dear = [...examples('PREMIUM_RATE'), ...examples('SHARED_COST')]
  expect(dear.length).toBeGreaterThan(150)
  for (const contact of dear) expect(kindOf(contact), contact).toBe(expected(contact))
  // One package lags behind the other by some weeks at most.
  expect(dear.filter((contact) => kindOf(contact) === null).length).toBeLessThan(dear.length / 10)
  expect(examples('MOBILE').filter((contact) => kindOf(contact) !== null)).toEqual([])
})

test('any number is what the library makes of it', () => {
  const callingCodes = [...new Set(getCountries().map((country) => getCountryCallingCode(country)))]
  const national = fc.stringMatching(/^[1-9][0-9]{6,9}$/)
  fc.assert(
    fc.property(fc.constantFrom(...callingCodes), national, (code, digits) => {
      const contact = `+${code}${digits}`
      fc.pre(contact.length <= 16)
      const type = parsePhoneNumberFromString(contact)?.getType() ?? null
      const meant = type === 'PREMIUM_RATE' ? 'premium rate' : type === 'SHARED_COST' ? 'shared cost' : null
      expect(kindOf(contact)).toBe(meant)
    }),
    { numRuns: 150 },
  )
})
