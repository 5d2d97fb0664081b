import { isSupportedCountry, parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max'
import { countryOfValid, mobileSpellings, possibleLengths } from './sms/numbering-plans.ts'

declare const brand: unique symbol

/** A phone number in E.164: `+` and 2 to 15 digits, the first not 0. Source: ITU-T E.164 §6. */
export type Msisdn = string & { readonly [brand]: 'Msisdn' }

/** Stands, or begins what stands, where the number of somebody was who is erased. */
export const ERASED = 'erased'

export type ContactReading =
  | {
      readonly kind: 'contact'
      readonly contact: Msisdn
      /** ISO 3166-1 alpha-2; null for numbers of no single country, such as +800. */
      readonly country: string | null
      /** A sentence for a number that is possible but not valid by today's numbering plan; it is sent all the same. */
      readonly warning: string | null
    }
  | {
      readonly kind: 'problem'
      /** A sentence without the number. */
      readonly message: string
      /** What to write instead: `Try +201009129288 or DEFAULT_COUNTRY=EG`. */
      readonly suggestion: string | null
    }

type Problem = Extract<ContactReading, { kind: 'problem' }>

/** ITU-T E.164 §6.1: at most 15 digits. ASCII digits only, and nothing after them: a `$` without the m flag does that. */
const E164 = /^\+[1-9][0-9]{1,14}$/

/** A number as people write it down, in ASCII: `+20 (100) 912-9288`. */
const WRITTEN = /^\+? ?[0-9(][0-9 ()./-]*[0-9)]$/

/** Longer than any number with its spaces; keeps a long text from being read at all. */
const MAX_WRITTEN = 40

/** Zeros of digits that keyboards produce beside ASCII: Arabic-Indic, Persian, Devanagari, Bengali. Fullwidth ones fall to NFKC. */
const OTHER_ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6]

/** What may stand between digits when a better spelling is proposed; \p{Cf} are the invisible marks that come along from a copied contact. */
const BETWEEN_DIGITS = /[\s\p{Cf}\p{Pd}()./]/gu

const WITH_COUNTRY_CODE = 'Write + and the country code first, like +201009129288'

/**
 * Reads a number in international spelling, or, with a `defaultCountry` (ISO 3166-1 alpha-2), in that country's own. What is
 * returned is normalised: no spaces, no national prefix. Refused is what libphonenumber finds not possible (wrong length,
 * unknown country code); not valid is only a warning, since its metadata lags behind new number ranges.
 * Throws RangeError for a `defaultCountry` that `isCountry` doesn't know.
 */
export function parseContact(text: string, defaultCountry: string | null): ContactReading {
  if (isMsisdn(text)) {
    const country = countryOfValid(text)
    if (country !== null) return { kind: 'contact', contact: text, country, warning: null }
  }
  if (text.length > MAX_WRITTEN || !WRITTEN.test(text)) return unreadable(text, defaultCountry)
  const parsed = parse(text, defaultCountry)
  return parsed === null ? withoutCountry(text, defaultCountry) : judge(parsed)
}

/**
 * What the numbering plan says of a number: its country (ISO 3166-1 alpha-2), and its type in libphonenumber's words, in small letters:
 * `mobile`, `fixed_line_or_mobile`. Null: it says nothing.
 */
export function describeContact(contact: Msisdn): { country: string | null; numberType: string | null } {
  const parsed = parsePhoneNumberFromString(contact, { extract: false })
  return { country: parsed?.country ?? null, numberType: parsed?.getType()?.toLowerCase() ?? null }
}

/** Whether a word is a country libphonenumber knows, in capitals: `EG`. */
export function isCountry(word: string): boolean {
  return isSupportedCountry(word)
}

function parse(text: string, defaultCountry: string | null): PhoneNumber | null {
  if (defaultCountry === null)
    return text.startsWith('+') ? (parsePhoneNumberFromString(text, { extract: false }) ?? null) : null
  if (!isSupportedCountry(defaultCountry)) throw new RangeError('the default country is not an ISO 3166-1 alpha-2 code')
  return parsePhoneNumberFromString(text, { defaultCountry, extract: false }) ?? null
}

function judge(parsed: PhoneNumber): ContactReading {
  const { number, country, countryCallingCode, nationalNumber } = parsed
  if (!parsed.isPossible()) {
    const lengths = possibleLengths(country ?? countryCallingCode)
    return problem(
      `After +${countryCallingCode} a number has ${listed(lengths)} digits; this one has ${nationalNumber.length}.`,
      null,
    )
  }
  // Some plans hold longer numbers than E.164 allows, Germany's for one.
  if (!isMsisdn(number)) return problem('A number has at most 15 digits, the country code included.', null)
  return {
    kind: 'contact',
    contact: number,
    country: country ?? null,
    warning: parsed.isValid() ? null : notValid(parsed),
  }
}

function isMsisdn(number: string): number is Msisdn {
  return E164.test(number)
}

function notValid({ countryCallingCode, country }: PhoneNumber): string {
  const plan = country === undefined ? `+${countryCallingCode}` : `${country} (+${countryCallingCode})`
  return `This number has a possible length, but no range of ${plan} known today holds it; it is sent nevertheless.`
}

function withoutCountry(text: string, defaultCountry: string | null): Problem {
  if (!text.startsWith('+')) {
    const message = defaultCountry === null ? 'No country code.' : `Not a number of ${defaultCountry}.`
    return problem(message, suggest(text, defaultCountry) ?? WITH_COUNTRY_CODE)
  }
  return problem('No country has the code this number begins with.', suggest(text, defaultCountry))
}

function unreadable(text: string, defaultCountry: string | null): Problem {
  if (text === '') return problem('The contact is empty.', WITH_COUNTRY_CODE)
  const message =
    /\p{Nd}/u.test(text) && !/[0-9]/.test(text)
      ? 'A contact is written in the digits 0 to 9.'
      : 'A contact is + and up to 15 digits; spaces, dashes, dots and brackets may stand between them, nothing else.'
  return problem(message, suggest(text, defaultCountry))
}

/** Proposes only what is valid: first the digits as they are with a +, then as a local number. */
function suggest(text: string, defaultCountry: string | null): string | null {
  const digits = plainDigits(text)
  if (digits === null) return null
  const international = validContact(`+${digits.replace(/^(\+0*|00+)/, '')}`, null)
  if (international !== null) return `Try ${international}`
  if (/^\+[1-9]/.test(digits)) return null
  const local = digits.replace('+', '')
  const inDefault = defaultCountry === null ? null : validContact(local, defaultCountry)
  return inDefault === null ? suggestCountries(local) : `Try ${inDefault}`
}

function suggestCountries(digits: string): string | null {
  const [first, ...others] = mobileSpellings(digits)
  if (first === undefined || others.length > 2) return null
  const elsewhere = others.map((other) => `; in ${other.country} it is ${other.contact}`)
  return `Try ${first.contact} or DEFAULT_COUNTRY=${first.country}${elsewhere.join('')}`
}

function validContact(text: string, defaultCountry: string | null): Msisdn | null {
  const parsed = WRITTEN.test(text) ? parse(text, defaultCountry) : null
  return parsed !== null && parsed.isValid() && isMsisdn(parsed.number) ? parsed.number : null
}

/** The ASCII digits meant, perhaps with a leading +; null where more than the spelling is wrong. */
function plainDigits(text: string): string | null {
  const short = text.length > 2 * MAX_WRITTEN ? '' : text
  const digits = short
    .normalize('NFKC')
    .replace(/^tel:/i, '')
    .replace(BETWEEN_DIGITS, '')
    .replace(/\p{Nd}/gu, toAscii)
  return /^\+?[0-9]{4,}$/.test(digits) ? digits : null
}

function toAscii(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  const zero = OTHER_ZEROS.find((each) => code >= each && code < each + 10)
  return zero === undefined ? digit : String(code - zero)
}

function problem(message: string, suggestion: string | null): Problem {
  return { kind: 'problem', message, suggestion }
}

function listed(numbers: readonly number[]): string {
  const last = numbers.at(-1) ?? 0
  return numbers.length < 2 ? String(last) : `${numbers.slice(0, -1).join(', ')} or ${last}`
}
