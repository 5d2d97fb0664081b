import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isQuiet, opensAt, parseQuietHours, type QuietHours } from '../../src/domain/quiet-hours.ts'

/** Zones × dates × hours. */
const CASES = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 6_000) / 100)

const NIGHT: QuietHours = { from: 21 * 60, until: 8 * 60 }

function hours(text: string): QuietHours {
  const read = parseQuietHours(text)
  if (read === null) throw new Error(text)
  return read
}

const opens = (now: string, zone: string | readonly string[], quiet = '21:00-08:00'): string =>
  opensAt(new Date(now), [zone].flat(), hours(quiet)).toISOString()

test('quiet hours are two different times of a day', () => {
  expect(parseQuietHours('21:00-08:00')).toEqual(NIGHT)
  expect(parseQuietHours('00:30-23:59')).toEqual({ from: 30, until: 1_439 })
  for (const wrong of ['', 'off', '21-8', '24:00-08:00', '21:60-08:00', '08:00-08:00', '21:00-08:00 ', '9:00-10:00']) {
    expect(parseQuietHours(wrong)).toBeNull()
  }
})

test('by day a message leaves at once, by night at the end of the quiet hours', () => {
  expect(opens('2026-06-01T12:00:00.123Z', 'Europe/Berlin')).toBe('2026-06-01T12:00:00.123Z')
  expect(opens('2026-06-01T18:59:59.999Z', 'Europe/Berlin')).toBe('2026-06-01T18:59:59.999Z')
  expect(opens('2026-06-01T19:00:00Z', 'Europe/Berlin')).toBe('2026-06-02T06:00:00.000Z')
  expect(opens('2026-06-01T23:30:11Z', 'Europe/Berlin')).toBe('2026-06-02T06:00:00.000Z')
  expect(opens('2026-06-01T05:59:59Z', 'Europe/Berlin')).toBe('2026-06-01T06:00:00.000Z')
  // Half hours and quarters.
  expect(opens('2026-06-01T20:00:00Z', 'Asia/Kolkata')).toBe('2026-06-02T02:30:00.000Z')
  expect(opens('2026-06-01T18:00:00Z', 'Asia/Kathmandu')).toBe('2026-06-02T02:15:00.000Z')
})

test('quiet hours by day hold back, too', () => {
  expect(opens('2026-06-01T12:00:00Z', 'UTC', '11:00-14:00')).toBe('2026-06-01T14:00:00.000Z')
  expect(opens('2026-06-01T14:00:00Z', 'UTC', '11:00-14:00')).toBe('2026-06-01T14:00:00.000Z')
})

test('the night that summer time begins in is an hour shorter, the one it ends in an hour longer', () => {
  expect(opens('2026-03-28T21:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T06:00:00.000Z')
  expect(opens('2026-10-24T20:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T07:00:00.000Z')
  // Half an hour on Lord Howe.
  expect(opens('2026-10-03T12:00:00Z', 'Australia/Lord_Howe')).toBe('2026-10-03T21:00:00.000Z')
})

test('where the clock skips the end of the quiet hours they end when it skips it', () => {
  // From 02:00 to 03:00 at 07:00 UTC: there is no 02:30.
  expect(opens('2026-03-08T04:00:00Z', 'America/New_York', '21:00-02:30')).toBe('2026-03-08T07:00:00.000Z')
})

test('where the clock shows the end of the quiet hours twice they end at the first time, and begin again with the clock', () => {
  // From 02:00 back to 01:00 at 06:00 UTC.
  expect(opens('2026-11-01T03:00:00Z', 'America/New_York', '21:00-01:30')).toBe('2026-11-01T05:30:00.000Z')
  expect(opens('2026-11-01T06:10:00Z', 'America/New_York', '21:00-01:30')).toBe('2026-11-01T06:30:00.000Z')
  // Quiet again before they were over: the clock had not come to 01:59 yet when it went back.
  expect(opens('2026-11-01T03:00:00Z', 'America/New_York', '21:00-02:00')).toBe('2026-11-01T07:00:00.000Z')
})

test('of several zones all must be awake', () => {
  const coasts = ['America/New_York', 'America/Los_Angeles']
  expect(opens('2026-06-01T12:30:00Z', coasts)).toBe('2026-06-01T15:00:00.000Z')
  expect(opens('2026-06-01T16:00:00Z', coasts)).toBe('2026-06-01T16:00:00.000Z')
  expect(opens('2026-06-02T01:30:00Z', coasts)).toBe('2026-06-02T15:00:00.000Z')
  expect(opens('2026-06-01T12:00:00Z', [])).toBe('2026-06-01T12:00:00.000Z')
})

test('where clocks never agree the first zone decides', () => {
  const apart = ['Europe/London', 'Pacific/Auckland']
  expect(opens('2026-06-01T03:00:00Z', apart, '12:00-08:00')).toBe('2026-06-01T07:00:00.000Z')
  expect(opens('2026-06-01T08:00:00Z', apart, '12:00-08:00')).toBe('2026-06-01T08:00:00.000Z')
})

/** What a clock on the wall shows, asked of the runtime in another way than the code does. */
function minuteOnTheWall(at: number, format: Intl.DateTimeFormat): number {
  const [hour = '0', minute = '0'] = format.format(at).split(':')
  return Number(hour) * 60 + Number(minute)
}

type Hours = readonly [from: number, until: number]

/** Never within quiet hours, never later than it could, from a moment on. */
function checkOpening(zone: string, now: number, [from, until]: Hours): void {
  const opening = opensAt(new Date(now), [zone], { from, until }).getTime()
  const wall = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const quietAt = (at: number): boolean => {
    const minute = minuteOnTheWall(at, wall)
    return from < until ? minute >= from && minute < until : minute >= from || minute < until
  }
  expect(opening).toBeGreaterThanOrEqual(now)
  expect(quietAt(opening)).toBe(false)
  expect(isQuiet(new Date(opening), zone, { from, until })).toBe(false)
  // Every change of clocks is at a quarter of an hour, and so is every end of these hours.
  for (let at = now; at < opening; at += 900_000) if (!quietAt(at)) throw new Error(`it could have left at ${at}`)
  if (opening > now) expect(quietAt(opening - 1)).toBe(true)
}

const quarter = fc.nat(95).map((one) => one * 15)
const someHours = fc.tuple(quarter, quarter).filter(([one, other]) => one !== other)

test('no message leaves within quiet hours, and none later than it could, wherever and whenever', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const from = Date.parse('2024-01-01T00:00:00Z')
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.nat(7 * 365 * 24 * 3_600), someHours, (zone, second, window) => {
      checkOpening(zone, from + second * 1_000, window)
    }),
    { numRuns: CASES },
  )
})

/** Clocks that go forward or back, by an hour, half an hour and two, and about when. */
const CHANGES = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['America/St_Johns', '2026-03-08T05:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Pacific/Chatham', '2026-09-26T14:00:00Z'],
  ['Antarctica/Troll', '2026-03-29T01:00:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00:00Z'],
  ['Africa/Cairo', '2026-10-29T21:00:00Z'],
  // A whole day was left out.
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
] as const

test('nor in the nights in which clocks are changed', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CHANGES), fc.nat(30 * 3_600), someHours, ([zone, change], second, window) => {
      checkOpening(zone, Date.parse(change) + 3_600_000 - second * 1_000, window)
    }),
    { numRuns: CASES },
  )
})
