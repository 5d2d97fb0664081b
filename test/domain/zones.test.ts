import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { expect, test } from 'vitest'
import { AREA_ZONES, COUNTRY_ZONES } from '../../src/domain/zone-tables.ts'
import { isTimeZone, offsetMs, zonesOf } from '../../src/domain/zones.ts'

test('a time zone is named as the time zone database names it', () => {
  for (const zone of ['Europe/Berlin', 'UTC', 'america/argentina/buenos_aires', 'Etc/GMT+5', 'Asia/Kolkata']) {
    expect(isTimeZone(zone), zone).toBe(true)
  }
  for (const zone of [
    '',
    '+02:00',
    'Berlin',
    'Europe/',
    'Europe/Berlin\n',
    'Mars/Base',
    'x'.repeat(65),
    '../etc/passwd',
  ]) {
    expect(isTimeZone(zone), zone).toBe(false)
  }
})

test('an offset is that of its moment', () => {
  const hours = (zone: string, at: string): number => offsetMs(Date.parse(at), zone) / 3_600_000
  expect(hours('UTC', '2026-07-01T00:00:00Z')).toBe(0)
  expect(hours('Europe/London', '2026-01-01T00:00:00Z')).toBe(0)
  expect(hours('Europe/London', '2026-07-01T00:00:00Z')).toBe(1)
  expect(hours('America/St_Johns', '2026-01-01T00:00:00Z')).toBe(-3.5)
  expect(hours('Asia/Kathmandu', '2026-01-01T00:00:00Z')).toBe(5.75)
  expect(hours('Pacific/Kiritimati', '2026-01-01T00:00:00Z')).toBe(14)
})

test('every zone of the tables is known here, and every country with telephones has one', () => {
  const zones = [...COUNTRY_ZONES.values(), ...AREA_ZONES.values()].flat()
  expect(zones.filter((zone) => !isTimeZone(zone))).toEqual([])
  expect(getCountries().filter((country) => !COUNTRY_ZONES.has(country))).toEqual([])
})

test('the area codes of the table are those of the United States and Canada, all of them', () => {
  const countryOf = (code: string): string | undefined => {
    const parsed = parsePhoneNumberFromString(`+1${code}2345678`)
    return parsed?.getType() === 'FIXED_LINE_OR_MOBILE' ? parsed.country : undefined
  }
  const codes = Array.from({ length: 800 }, (_, index) => String(index + 200))
  const geographic = codes.filter((code) => ['US', 'CA'].includes(countryOf(code) ?? ''))
  expect(geographic.length).toBeGreaterThan(380)
  expect(geographic.filter((code) => !AREA_ZONES.has(code))).toEqual([])
  expect([...AREA_ZONES.keys()].filter((code) => !geographic.includes(code))).toEqual([])
  const canada = new Set(COUNTRY_ZONES.get('CA'))
  for (const [code, zones] of AREA_ZONES) {
    if (countryOf(code) === 'CA')
      expect(
        zones.filter((zone) => !canada.has(zone)),
        code,
      ).toEqual([])
  }
})

test('a number is where its area code is, else anywhere in its country', () => {
  expect(zonesOf('+12125550123', 'US')).toEqual(['America/New_York'])
  expect(zonesOf('+13035550123', 'US')).toEqual(['America/Denver'])
  expect(zonesOf('+18505550123', 'US')).toEqual(['America/New_York', 'America/Chicago'])
  expect(zonesOf('+16045550123', 'CA')).toEqual(['America/Vancouver'])
  expect(zonesOf('+18005550123', 'US')).toEqual(COUNTRY_ZONES.get('US'))
  expect(zonesOf('+18765550123', 'JM')).toEqual(['America/Jamaica'])
  expect(zonesOf('+201009129288', 'EG')).toEqual(['Africa/Cairo'])
  expect(zonesOf('+79161234567', 'RU')).toContain('Asia/Kamchatka')
  expect(zonesOf('+80012345678', null)).toEqual([])
})
