import { expect, test } from 'vitest'
import { latestOf, momentOf, parseLocalTime } from '../../src/domain/local-time.ts'

function inZone(text: string, zone: string): string {
  const local = parseLocalTime(text)
  if (local === null) throw new Error(`${text} was not read`)
  return momentOf(local, zone).toISOString().replace(':00.000Z', 'Z')
}

test.each([
  ['2026-01-15T18:00', 'Africa/Cairo', '2026-01-15T16:00Z'],
  ['2026-07-15T18:00', 'Africa/Cairo', '2026-07-15T15:00Z'],
  ['2026-07-15T18:00:00', 'America/New_York', '2026-07-15T22:00Z'],
  ['2026-07-15 18:00', 'Europe/London', '2026-07-15T17:00Z'],
  ['2026-12-31T23:30', 'Pacific/Kiritimati', '2026-12-31T09:30Z'],
  ['2026-07-15T18:00', 'Asia/Kolkata', '2026-07-15T12:30Z'],
])('%s in %s is %s', (text, zone, at) => expect(inZone(text, zone)).toBe(at))

// Egypt puts its clocks forward at midnight of the last Friday of April, and back at midnight of the last Thursday of October.
test.each([
  ['2026-04-24T00:30', 'Africa/Cairo', '2026-04-23T22:30Z'],
  ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30Z'],
  ['2026-03-29T01:30', 'Europe/London', '2026-03-29T01:30Z'],
])('%s, which clocks of %s leave out, is counted from the clock before: %s', (text, zone, at) => {
  expect(inZone(text, zone)).toBe(at)
})

test.each([
  ['2026-10-29T23:30', 'Africa/Cairo', '2026-10-29T20:30Z'],
  ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30Z'],
  ['2026-10-25T01:30', 'Europe/London', '2026-10-25T00:30Z'],
])('%s, which comes twice in %s, is the first of both: %s', (text, zone, at) => expect(inZone(text, zone)).toBe(at))

test('an hour before and after a change of the clocks is where it is', () => {
  expect(inZone('2026-03-08T01:59', 'America/New_York')).toBe('2026-03-08T06:59Z')
  expect(inZone('2026-03-08T03:00', 'America/New_York')).toBe('2026-03-08T07:00Z')
  expect(inZone('2026-11-01T02:00', 'America/New_York')).toBe('2026-11-01T07:00Z')
})

test('of several zones the last one to have it decides', () => {
  const local = parseLocalTime('2026-07-15T18:00')
  expect(local && latestOf(local, ['America/New_York', 'America/Los_Angeles'])).toEqual(new Date('2026-07-16T01:00Z'))
})

test('what has an offset, or stands in no calendar and on no clock, is none', () => {
  for (const text of [
    '2026-07-15T18:00:00Z',
    '2026-07-15T18:00+02:00',
    '2026-02-30T18:00',
    '2026-13-01T18:00',
    '2026-07-15T24:00',
    '2026-07-15T18:60',
    '2026-07-15',
    'tomorrow',
  ]) {
    expect(parseLocalTime(text), text).toBeNull()
  }
})
