import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { CODE_LIKE } from './sms/code.ts'

/** What stays readable of a number: enough to tell two apart in a log, not enough to call. */
const SHOWN = { first: 5, last: 3 }

/** Threes as long as threes and at most two fours can follow, then fours. */
const GROUPS = /\d{3}(?=(?:\d{3})*(?:\d{4}){0,2}$)|\d{1,4}/g

/**
 * A number for logs: `+2010*****288`. Of a number too short for that, or of anything that isn't one, only stars are left.
 */
export function maskContact(contact: string): string {
  const hidden = contact.length - SHOWN.first - SHOWN.last
  if (hidden < 3) return '*'.repeat(Math.min(contact.length, 8))
  return contact.slice(0, SHOWN.first) + '*'.repeat(hidden) + contact.slice(-SHOWN.last)
}

/** A registration token or installation id for logs: its first 8 characters, or fewer where that were half of it or more. */
export function maskToken(token: string): string {
  return `${token.slice(0, Math.min(8, Math.floor(token.length / 3)))}…`
}

/**
 * A text for the terminal, with whatever may be a one-time code replaced by a dot a digit: `Your code is ······`. Rather too much than too
 * little: also what `findCode` would not take for one.
 */
export function maskCodes(text: string): string {
  return text.replace(CODE_LIKE, (code) => code.replace(/\p{Nd}/gu, '·'))
}

/** A number for people: `+20 100 912 9288`. As it is where it isn't a number. */
export function spacedContact(contact: string): string {
  const parsed = parsePhoneNumberFromString(contact)
  if (parsed === undefined) return contact
  return ['+' + parsed.countryCallingCode, ...(parsed.nationalNumber.match(GROUPS) ?? [])].join(' ')
}
