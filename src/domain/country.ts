import { getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js/max'
import { parseContact } from './contact.ts'

/** `+20` for EG. Several countries may share one; throws RangeError for a word that is no country. */
export function callingPrefix(country: string): string {
  if (!isSupportedCountry(country)) throw new RangeError('not an ISO 3166-1 alpha-2 code')
  return `+${getCountryCallingCode(country)}`
}

/** The country (ISO 3166-1 alpha-2) of a number in E.164; null where it belongs to no single one, or can't be read. */
export function countryOf(contact: string): string | null {
  const reading = parseContact(contact, null)
  return reading.kind === 'contact' ? reading.country : null
}
