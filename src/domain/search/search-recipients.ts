import { parseContact } from '../contact.ts'
import { mobileSpellings } from '../sms/numbering-plans.ts'

/** Whom a search means: these numbers, every number with these digits in it, or a token. */
export type Recipient =
  | { readonly kind: 'contacts'; readonly contacts: readonly string[] }
  | { readonly kind: 'digits'; readonly digits: string }
  | { readonly kind: 'token'; readonly token: string }

/** Fewer digits are in nearly every number. */
const FEWEST_DIGITS = 3

/** So few are taken for a part of a number, though in a small country they may be a whole one. */
const MOST_IN_PART = 7

/** E.164 has 15, and 00 or a local 0 may stand before them. */
const MOST_DIGITS = 18

/**
 * A number in any spelling: with + or 00, as it is dialled inside its country, or its last digits. Without a country code it means every
 * country where it would be a mobile number. A sentence where it is no number.
 */
export function readRecipient(text: string, defaultCountry: string | null): Recipient | string {
  const digits = text.replace(/[\s+().\-/]/g, '')
  if (!/^\d+$/.test(digits)) return 'a number has digits 0 to 9, with +, blanks, dashes, dots or brackets between them'
  if (digits.length < FEWEST_DIGITS || digits.length > MOST_DIGITS)
    return `a number is searched by ${FEWEST_DIGITS} to ${MOST_DIGITS} of its digits`
  const written = parseContact(text.trim(), defaultCountry)
  if (written.kind === 'contact' && written.warning === null) return { kind: 'contacts', contacts: [written.contact] }
  const isPart = digits.length <= MOST_IN_PART && !text.trim().startsWith('+')
  const contacts = isPart ? [] : spellings(text.trim(), digits)
  return contacts.length > 0
    ? { kind: 'contacts', contacts }
    : { kind: 'digits', digits: digits.replace(/^0+/, '') || digits }
}

function spellings(text: string, digits: string): readonly string[] {
  const international = parseContact(`+${digits.replace(/^0+/, '')}`, null)
  return [
    ...new Set([
      ...(international.kind === 'contact' && international.warning === null ? [international.contact] : []),
      ...(text.startsWith('+') ? [] : mobileSpellings(digits).map(({ contact }) => contact)),
    ]),
  ]
}
