import { parseContact, type Msisdn } from './contact.ts'

export type OldContact =
  | { readonly kind: 'contact'; readonly contact: Msisdn }
  /** There never was one. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }

/** Invisible marks, which come along from a copied contact. */
const MARKS = /\p{Cf}/gu
const DASHES = /\p{Pd}/gu
const BLANKS = /\s+/gu

/** Digits alone, as many as a number with its country code has. */
const BARE = /^[1-9][0-9]{7,14}$/

/**
 * Reads a contact that another program stored, where nobody can be asked what was meant: spellings that a caller would be asked to mend
 * are mended where they leave no choice. Digits that are no number of `defaultCountry` (ISO 3166-1 alpha-2; null: there is none) are read
 * with a `+` before them, if that makes a valid number.
 */
export function readOldContact(text: string, defaultCountry: string | null): OldContact {
  if (text.trim() === '') return { kind: 'none' }
  for (const spelling of new Set([text, tidy(text)])) {
    const reading = parseContact(spelling, defaultCountry)
    if (reading.kind === 'contact') return { kind: 'contact', contact: reading.contact }
  }
  const bare = tidy(text).replace(/[ ()./-]/g, '')
  const reading = parseContact(BARE.test(bare) ? `+${bare}` : '', null)
  if (reading.kind === 'contact' && reading.warning === null) return { kind: 'contact', contact: reading.contact }
  return { kind: 'unreadable' }
}

function tidy(text: string): string {
  const plain = text.normalize('NFKC').replace(MARKS, '').replace(DASHES, '-').replace(BLANKS, ' ').trim()
  return plain
    .replace(/^tel:/i, '')
    .replace(/\p{Nd}/gu, asciiDigit)
    .replace(/^\+? ?00 ?(?=[1-9])/, '+')
}

/** Zeros of the digits that Arabic, Persian, Hindi and Bengali keyboards produce. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6]

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  const zero = ZEROS.find((each) => code >= each && code < each + 10)
  return zero === undefined ? digit : String(code - zero)
}
