import { AREA_ZONES, COUNTRY_ZONES } from './zone-tables.ts'

/** Longer than any name in the time zone database. */
const MOST_CHARACTERS = 64

/** Names of zones, not offsets like `+02:00`, which know nothing of summer time. */
const ZONE_NAME = /^[A-Za-z][\w+-]*(?:\/[A-Za-z][\w+-]*)*$/

/** By name in small letters: no more than there are zones. */
const formats = new Map<string, Intl.DateTimeFormat>()

/** Whether this runtime knows a time zone (IANA) by this name, in capitals or not. */
export function isTimeZone(name: string): boolean {
  if (name.length > MOST_CHARACTERS || !ZONE_NAME.test(name)) return false
  try {
    formatOf(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** How far the clocks of a zone are ahead of UTC at a moment, both in milliseconds. Throws RangeError for a zone that there is none of. */
export function offsetMs(at: number, zone: string): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET.exec(formatOf(zone).format(at)) ?? []
  if (sign === undefined) return 0
  const ms = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000
  return sign === '-' ? -ms : ms
}

/** At the end of what `longOffset` writes: nothing after `GMT` is UTC itself. */
const OFFSET = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/

/**
 * The time zones that a number may be in: those of its area code in North America, else those of its country; all of them where there are
 * several, for the number does not tell which. Empty where it belongs to no country. `country`: ISO 3166-1 alpha-2, as libphonenumber has it.
 */
export function zonesOf(contact: string, country: string | null): readonly string[] {
  if (country === null) return []
  const area = country === 'US' || country === 'CA' ? AREA_ZONES.get(contact.slice(2, 5)) : undefined
  return area ?? COUNTRY_ZONES.get(country) ?? []
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const name = zone.toLowerCase()
  const known = formats.get(name)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(name, format)
  return format
}
