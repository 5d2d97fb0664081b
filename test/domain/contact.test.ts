import fc from 'fast-check'
import google from 'google-libphonenumber'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { describe, expect, it } from 'vitest'
import { isCountry, parseContact } from '../../src/domain/contact.ts'
import { countryOfValid } from '../../src/domain/sms/numbering-plans.ts'
import { BAD_NUMBERS } from './bad-numbers.ts'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 50_000)
const util = google.PhoneNumberUtil.getInstance()
const { E164, INTERNATIONAL, NATIONAL } = google.PhoneNumberFormat

/** Country codes where the two libraries differ: 1,600 of 600,000 numbers made like those below. */
const KNOWN = {
  /** One code serves several countries; ours holds a number to its own country's lengths, Google's to the main one's. */
  sharedCodes: [1, 44, 290, 599],
  /** Ranges that changed between the metadata of the two packages. */
  changedRanges: [45, 229, 233, 263, 267, 506, 592, 675, 965],
  /** Of a large country, only these; one in 900,000 of the numbers made below. */
  changedPrefixes: ['+86852'],
}

describe('a contact', () => {
  it('is taken in E.164 as it is', () => {
    expect(parseContact('+201009129288', null)).toEqual({
      kind: 'contact',
      contact: '+201009129288',
      country: 'EG',
      warning: null,
    })
  })

  it.each([
    '+20 100 912 9288',
    '+20-100-912-9288',
    '+20 (100) 912.9288',
    '+(20) 100 9129288',
    '+20 0100 912 9288',
    '+ 201009129288',
  ])('is normalised when it begins with +: %s', (text) => {
    expect(parseContact(text, null)).toMatchObject({ kind: 'contact', contact: '+201009129288' })
  })

  it('may be of no country', () => {
    expect(parseContact('+80012345678', null)).toMatchObject({ contact: '+80012345678', country: null, warning: null })
  })

  it('is taken with a warning when it is possible but not valid', () => {
    expect(parseContact('+201909129288', null)).toEqual({
      kind: 'contact',
      contact: '+201909129288',
      country: 'EG',
      warning:
        'This number has a possible length, but no range of EG (+20) known today holds it; it is sent nevertheless.',
    })
  })

  it('may be written as inside the country only with a default country', () => {
    expect(parseContact('0100 912 9288', 'EG')).toMatchObject({ kind: 'contact', contact: '+201009129288' })
    expect(parseContact('(212) 555-0100', 'US')).toMatchObject({ kind: 'contact', contact: '+12125550100' })
    expect(parseContact('00 1 500 555 0006', 'EG')).toMatchObject({ kind: 'contact', contact: '+15005550006' })
    expect(parseContact('+15005550006', 'EG')).toMatchObject({
      kind: 'contact',
      contact: '+15005550006',
      country: 'US',
    })
    expect(parseContact('0100 912 9288', null).kind).toBe('problem')
  })

  it('is never read for a country that does not exist', () => {
    expect(() => parseContact('0100 912 9288', 'EN')).toThrow(RangeError)
    expect(['EG', 'US', 'eg', 'EN', '', 'EGY', '__proto__', 'toString'].filter(isCountry)).toEqual(['EG', 'US'])
  })
})

describe('a bad number', () => {
  it('comes in more than a hundred kinds', () => {
    expect(new Set(BAD_NUMBERS).size).toBe(BAD_NUMBERS.length)
    expect(BAD_NUMBERS.length).toBeGreaterThan(100)
  })

  it.each(BAD_NUMBERS.map((text) => [JSON.stringify(text.slice(0, 40)), text]))('is refused: %s', (_, text) => {
    const reading = parseContact(text, null)
    const message = reading.kind === 'problem' ? reading.message : null
    // A sentence, and the number isn't in it.
    expect(message).toMatch(/^(?!.*[0-9]{5}).+\.$/)
  })

  it.each([
    ['01009129288', null, 'No country code.', 'Try +201009129288 or DEFAULT_COUNTRY=EG; in KR it is +821009129288'],
    ['2125550100', null, 'No country code.', 'Try +12125550100 or DEFAULT_COUNTRY=US'],
    ['0612345678', null, 'No country code.', 'Write + and the country code first, like +201009129288'],
    ['201009129288', null, 'No country code.', 'Try +201009129288'],
    ['0020 100 912 9288', null, 'No country code.', 'Try +201009129288'],
    ['911', 'US', 'After +1 a number has 10 digits; this one has 3.', null],
    ['+20100912', null, 'After +20 a number has 8, 9 or 10 digits; this one has 6.', null],
    ['+0020 100 912 9288', null, 'No country has the code this number begins with.', 'Try +201009129288'],
    ['+999123456789', null, 'No country has the code this number begins with.', null],
    ['٠١٠٠٩١٢٩٢٨٨', 'EG', 'A contact is written in the digits 0 to 9.', 'Try +201009129288'],
    ['+٢٠١٠٠٩١٢٩٢٨٨', null, 'A contact is written in the digits 0 to 9.', 'Try +201009129288'],
    ['', null, 'The contact is empty.', 'Write + and the country code first, like +201009129288'],
  ])('is answered with what is wrong and what would be right: %s', (text, country, message, suggestion) => {
    expect(parseContact(text, country)).toEqual({ kind: 'problem', message, suggestion })
  })

  it.each([
    'tel:+201009129288',
    '\u202a+201009129288\u202c',
    '+201009129288\n',
    '＋２０１００９１２９２８８',
    '+20–100–912–9288',
    '+20\u00a01009129288',
  ])('is answered with its spelling in order: %j', (text) => {
    expect(parseContact(text, null)).toMatchObject({ kind: 'problem', suggestion: 'Try +201009129288' })
  })

  it.each(['+1 800 FLOWERS', '+201009129288 ext. 5', '+201009129288,+201009129289', '+20+1009129288'])(
    'gets no suggestion when it is not only the spelling: %s',
    (text) => {
      expect(parseContact(text, null)).toMatchObject({ kind: 'problem', suggestion: null })
    },
  )

  it('takes no longer to refuse for being long', () => {
    expect(parseContact('+' + '1'.repeat(10_000_000), null).kind).toBe('problem')
  })

  it('never makes it through, whatever it is', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[+0-9 ()./-]{0,30}$/))
    expect(fc.check(fc.property(texts, isSound), { numRuns: 20_000 }).failed).toBe(false)
  })
})

describe('other hands', () => {
  it(
    'agree with the short way for plain numbers, which asks the same metadata without the library',
    { timeout: RUNS },
    () => {
      let short = 0
      fc.assert(
        fc.property(numbers(), (text) => {
          const country = countryOfValid(text)
          if (country === null) return
          short++
          const theirs = parsePhoneNumberFromString(text)
          expect([theirs?.number, theirs?.country, theirs?.isValid(), theirs?.isPossible()]).toEqual([
            text,
            country,
            true,
            true,
          ])
        }),
        { numRuns: RUNS, seed: 13_223 },
      )
      expect(short).toBeGreaterThan(RUNS / 4)
      // Too rare to be met by chance: in Belarus 8 is what one dials first, and some numbers begin with it.
      expect(countryOfValid('+3758100000000')).toBeNull()
    },
  )

  it("agree on what is possible, valid, its form and its country (Google's own library)", { timeout: RUNS }, () => {
    let different = 0
    fc.assert(
      fc.property(numbers(), (text) => {
        const ours = parseContact(text, null)
        const theirs = googleReading(text)
        if (JSON.stringify(normal(ours)) === JSON.stringify(theirs.reading)) return
        const known =
          [...KNOWN.sharedCodes, ...KNOWN.changedRanges].includes(theirs.code ?? 0) ||
          KNOWN.changedPrefixes.some((prefix) => text.startsWith(prefix))
        expect({ text, ours, theirs, known }).toMatchObject({ known: true })
        different++
      }),
      { numRuns: RUNS, seed: 60_703 },
    )
    expect(different).toBeLessThan(RUNS / 200)
  })

  it("agree on every country's own spelling of its example numbers", () => {
    const different = examples().filter(({ region, number }) => {
      if (KNOWN.changedRanges.includes(number.getCountryCode())) return false
      const e164 = util.format(number, E164)
      return [NATIONAL, INTERNATIONAL].some((format) => {
        const text = util.format(number, format)
        // A few are dialled with signs that a contact may not have.
        if (/[^+0-9 ()./-]/.test(text)) return false
        const reading = parseContact(text, region)
        return reading.kind !== 'contact' || reading.contact !== e164 || reading.warning !== null
      })
    })
    expect(different.map(({ region }) => region)).toEqual([])
  })
})

type PhoneNumber = ReturnType<typeof util.parse>

interface Example {
  readonly region: string
  readonly number: PhoneNumber
}

function examples(): readonly Example[] {
  return util.getSupportedRegions().flatMap((region) =>
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((type) => {
      const number = util.getExampleNumberForType(region, type)
      return number === null ? [] : [{ region, number }]
    }),
  )
}

/** Example numbers of every country and type with some of their last digits changed, one more or one less; and any digits at all. */
function numbers(): fc.Arbitrary<string> {
  const spellings = [...new Set(examples().map(({ number }) => util.format(number, E164)))]
  const near = fc
    .tuple(
      fc.constantFrom(...spellings),
      fc.integer({ min: 0, max: 7 }),
      fc.integer({ min: -1, max: 1 }),
      fc.nat(99_999_999),
    )
    .map(([spelling, changed, longer, digits]) => {
      const kept = spelling.slice(0, Math.max(3, spelling.length - changed))
      return (
        kept +
        String(digits)
          .padStart(8, '0')
          .slice(0, Math.max(0, spelling.length - kept.length + longer))
      )
    })
  return fc.oneof({ weight: 4, arbitrary: near }, { weight: 1, arbitrary: fc.stringMatching(/^\+[1-9][0-9]{1,14}$/) })
}

function googleReading(text: string): { readonly code: number | null; readonly reading: unknown } {
  const number = parsed(text)
  if (number === null) return { code: null, reading: null }
  const e164 = util.format(number, E164)
  const possible = util.isPossibleNumberWithReason(number) === 0 && /^\+[1-9][0-9]{1,14}$/.test(e164)
  const valid = util.isValidNumber(number)
  const region = util.getRegionCodeForNumber(number)
  const country = valid && region !== '001' ? region : null
  return { code: number.getCountryCode(), reading: possible ? [e164, valid, country] : null }
}

function parsed(text: string): PhoneNumber | null {
  try {
    return util.parse(text)
  } catch {
    return null
  }
}

function isSound(text: string): boolean {
  const reading = parseContact(text, null)
  return reading.kind === 'problem' || /^\+[1-9][0-9]{1,14}$/.test(reading.contact)
}

/** The country of a number that isn't valid is a guess; only a valid one's is compared. */
function normal(reading: ReturnType<typeof parseContact>): unknown {
  if (reading.kind === 'problem') return null
  const valid = reading.warning === null
  return [reading.contact, valid, valid ? reading.country : null]
}
