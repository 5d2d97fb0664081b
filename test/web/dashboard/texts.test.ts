import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measureText } from '../../../src/domain/sms/sms-text.ts'
import { STATUSES } from '../../../src/domain/status.ts'
import { duration, shortToken, spaced, whenOf, zoneName } from '../../../web/dashboard/inbox/format.ts'
import { marksOf } from '../../../web/dashboard/inbox/marks.ts'
import {
  codePointOf,
  isMostlyForeign,
  measureOf,
  replacementOf,
  unseenIn,
} from '../../../web/dashboard/inbox/measure.ts'
import { scrollTo, windowOf } from '../../../web/dashboard/inbox/window.ts'
import { lookOf, outcomeOf, verdictOf } from '../../../web/dashboard/inbox/words.ts'
import { push, sms } from './items.ts'

describe('a text', () => {
  test('is shown in stretches that make it up', () => {
    const marks = marksOf('Don’t share 482 913!', { index: 12, length: 7 }, { character: '’', index: 3 })
    expect(marks).toEqual([
      { text: 'Don', kind: 'plain' },
      { text: '’', kind: 'guilty' },
      { text: 't share ', kind: 'plain' },
      { text: '482 913', kind: 'code' },
      { text: '!', kind: 'plain' },
    ])
  })

  test('has an accent marked with its letter', () => {
    const marks = marksOf('co\u0301digo', null, { character: '\u0301', index: 2 })
    expect(marks.map(({ text }) => text)).toEqual(['c', 'o\u0301', 'digo'])
  })

  test.each([
    ['Tu código', false],
    ['كود 482913', true],
    ['Ваш код: 482913', true],
    ['Café — 12 €', false],
    ['😀😀', false],
  ])('%s is in another script: %s', (text, isForeign) => {
    expect(isMostlyForeign(text)).toBe(isForeign)
  })

  test('is in another script where each of its letters is', () => {
    const letters = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).filter((one) =>
      /\p{L}/u.test(one),
    )
    const differing = letters.filter((one) => isMostlyForeign(one) !== (measureText(one).encoding === 'ucs2'))
    expect(differing).toEqual([])
  })

  test('is whole, wherever the marks are', () => {
    const place = fc.option(fc.record({ index: fc.nat(30), length: fc.integer({ min: 1, max: 8 }) }))
    const guilty = fc.option(fc.record({ character: fc.constantFrom('’', '😀'), index: fc.nat(30) }))
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), place, guilty, (text, code, character) => {
        const marks = marksOf(text, code, character)
        expect(marks.map((mark) => mark.text).join('')).toBe(text)
      }),
    )
  })

  test('fills its segments as the service counts them', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '€', '{', 'é', '’', '😀', 'ش'), minLength: 1, maxLength: 400 })
    fc.assert(
      fc.property(text, (body) => {
        const { segments, encoding } = measureText(body)
        const measure = measureOf(sms(1, { body, segments, encoding }))
        // A pair that may not be split leaves the end of a segment empty.
        expect(measure?.used).toBeLessThanOrEqual(measure?.room ?? 0)
        const before = segments === 1 ? 0 : (segments - 1) * (encoding === 'gsm7' ? 153 : 67)
        expect(measure?.used).toBeGreaterThan(before - 2 * segments)
      }),
    )
    expect(measureOf(push(1))).toBeNull()
  })

  test('tells of what can’t be seen', () => {
    expect(unseenIn('a\u202Eb\u200Bc\u202E\n\td')).toEqual(['U+202E', 'U+200B'])
    expect(codePointOf('😀')).toBe('U+1F600')
  })

  test.each(['\u2018', '\u2019', '\u201C', '\u201D', '\u2013', '\u2014', '\u2026', '\u2022', '`'])(
    'names for %s what the GSM alphabet has',
    (character) => {
      expect(measureText(character).encoding).toBe('ucs2')
      expect(measureText(replacementOf(character) ?? character).encoding).toBe('gsm7')
    },
  )
})

describe('numbers and times', () => {
  test.each([
    ['+201009129288', '+20 100 912 9288'],
    ['+15005550006', '+1 500 555 0006'],
    ['+4915112345678', '+49 151 1234 5678'],
    ['+358401234567', '+358 401 234 567'],
    ['first-device', 'first-device'],
  ])('%s is read as %s', (number, shown) => {
    expect(spaced(number)).toBe(shown)
  })

  test('any number keeps its digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9]\d{7,14}$/), (number) => {
        expect(spaced(number).replaceAll(' ', '')).toBe(number)
      }),
    )
  })

  test('a long token is known by its ends', () => {
    expect(shortToken('fT2xQ9aaQm1:APA91bHun4MxP5egoKMwt2KZFBaFUH')).toBe('fT2xQ9aaQm…FBaFUH')
    expect(shortToken('first-device')).toBe('first-device')
  })

  test.each([
    [340, '340 ms'],
    [3_100, '3.1 s'],
    [240_000, '4 min'],
    [7_200_000, '2 h'],
    [-5, '0 ms'],
  ])('%i ms are told as %s', (ms, shown) => {
    expect(duration(ms)).toBe(shown)
  })

  test('an older message has its day, one of today its time', () => {
    const now = new Date(2026, 0, 5, 18, 0, 0)
    expect(whenOf(new Date(2026, 0, 5, 14, 2, 11).toISOString(), now)).toBe('14:02:11')
    expect(whenOf(new Date(2026, 0, 4, 14, 2, 11).toISOString(), now)).toBe('4 Jan')
    expect(zoneName(now)).not.toBe('')
  })
})

describe('a status', () => {
  test.each(STATUSES)('%s has a shape, a word, a colour and an answer', (status) => {
    const { shape, word, tone } = lookOf(status)
    expect([shape, word, tone].every((part) => part.length > 0)).toBe(true)
    expect(verdictOf(sms(1, { status, reason: null }), 'at 14:02:11, 3.1 s').answer).toMatch(/^[A-Z].*\.$/)
  })

  test('is answered with its reason', () => {
    const item = sms(1, { status: 'undelivered', reason: 'unreachable' })
    expect(verdictOf(item, '').answer).toBe('No. The phone was off or out of coverage.')
  })

  test.each([
    ['recipient_cap', 'It was never sent. The person had been sent as many as the caps allow.'],
    ['no_provider', 'It was never sent. Nothing is set that reaches this kind of device.'],
    ['unregistered', 'It was never sent. The app is gone from the device.'],
    ['opted_out', 'It was never sent. The person wants no more messages.'],
    [null, 'It was never sent.'],
  ])('of what was left out for %s says so', (reason, answer) => {
    expect(verdictOf(push(1, { status: 'suppressed', reason, counts: { suppressed: 1 } }), '').answer).toBe(answer)
    expect(lookOf('suppressed').word).toBe('Left out, not sent')
  })

  test('is never that of all devices where one of them fared differently', () => {
    const item = push(1, { to: null, targets: 2, status: 'sent', counts: { failed: 1, sent: 1 } })
    expect(outcomeOf(item)).toMatchObject({ word: '1 not delivered · 1 with the provider', tone: 'mute' })
    expect(outcomeOf(push(1, { targets: 2, status: 'sent', counts: { sent: 2 } })).word).toBe('With the provider')
  })

  test('of several devices is told in figures', () => {
    const item = push(1, { to: null, targets: 1_500, status: 'sent', counts: { failed: 1, sent: 1_499 } })
    expect(verdictOf(item, '').answer).toBe('Of 1,500 devices: 1,499 with the provider · 1 not delivered.')
  })
})

describe('a long list', () => {
  test('draws what is seen and a little more', () => {
    expect(windowOf(0, 600, 60, 10_000)).toEqual({ from: 0, to: 16 })
    expect(windowOf(60_000, 600, 60, 10_000)).toEqual({ from: 994, to: 1_016 })
    expect(windowOf(600_000, 600, 60, 10_000)).toEqual({ from: 9_994, to: 10_000 })
    expect(windowOf(600, 600, 60, 0)).toEqual({ from: 0, to: 0 })
  })

  test('scrolls no further than it has to', () => {
    expect(scrollTo(3, 0, 600, 60)).toBe(0)
    expect(scrollTo(3, 300, 600, 60)).toBe(180)
    expect(scrollTo(20, 0, 600, 60)).toBe(660)
  })
})
