import messageFormat from '@messageformat/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFormats } from '../../src/domain/templates/template-formats.ts'
import { parseText, renderLongest, renderText, type Values } from '../../src/domain/templates/template-text.ts'

/** Its types describe another way to import it. */
const MessageFormat = messageFormat as unknown as new (locale: string) => {
  compile(text: string): (values: object) => string
}

const LOCALES = ['en', 'ar', 'de', 'ja', 'pl', 'fr'] as const
const formats = createFormats(false)
const plain = createFormats(true)

function values(of: Record<string, string | number | Date>): Values {
  return Object.assign(Object.create(null) as Record<string, string | number | Date>, of)
}

function render(text: string, locale: string, of: Record<string, string | number | Date>, with_ = formats): string {
  return renderText(parseText(text, locale), locale, with_, values(of))
}

/** A branch for every form that the locale has. */
function formsOf(locale: string, type: 'cardinal' | 'ordinal'): string {
  const { pluralCategories } = new Intl.PluralRules(locale, { type }).resolvedOptions()
  return pluralCategories.map((form) => `${form} {${form} #}`).join(' ')
}

describe.each(LOCALES)('in %s a text comes out as from another implementation', (locale) => {
  const other = new MessageFormat(locale)

  test.each(['plural', 'selectordinal'])('%s, for every number', (kind) => {
    const text = `{n, ${kind}, ${formsOf(locale, kind === 'plural' ? 'cardinal' : 'ordinal')}}`
    const ours = parseText(text, locale)
    const theirs = other.compile(text)
    for (const n of [...Array.from({ length: 200 }, (_, index) => index), 1_000, 1_000_000, 1.5, 0.1]) {
      expect(renderText(ours, locale, formats, values({ n }))).toBe(theirs({ n }))
    }
  })

  test('a plural with exact numbers and an offset', () => {
    const text = '{n, plural, offset:1 =0 {nobody} =1 {{who}} other {{who} and # more}}'
    const theirs = other.compile(text)
    for (const n of [0, 1, 2, 3, 12, 102]) {
      expect(render(text, locale, { n, who: 'Anna' })).toBe(theirs({ n, who: 'Anna' }))
    }
  })

  test('selects, also inside each other and in plurals', () => {
    const text =
      '{who, select, f {{what, select, x {her x} other {her}}} m {his} other {{n, plural, other {their #}}}} end'
    const theirs = other.compile(text)
    for (const who of ['f', 'm', '', 'constructor', 'toString', '__proto__', 'F']) {
      for (const what of ['x', 'y']) {
        expect(render(text, locale, { who, what, n: 3 })).toBe(theirs({ who, what, n: 3 }))
      }
    }
  })

  test('numbers, with and without a style', () => {
    for (const text of ['{n, number}', '{n, number, integer}', '{n, number, percent}', '{n, number, ::.00}']) {
      const theirs = other.compile(text)
      for (const n of [0, 1, -1, 0.25, 12_345.678, 9_007_199_254_740_991]) {
        // That one puts marks for the direction around a percentage of its own accord.
        expect(unmarked(render(text, locale, { n }))).toBe(unmarked(theirs({ n })))
      }
    }
  })

  test('dates and times as the language’s own formats write them', () => {
    const d = new Date(Date.UTC(2026, 10, 22, 18, 5, 9))
    for (const style of ['short', 'medium', 'long', 'full'] as const) {
      const theirs = new Intl.DateTimeFormat(locale, { dateStyle: style, timeZone: 'UTC' }).format(d)
      expect(render(`{d, date, ${style}}`, locale, { d })).toBe(theirs)
    }
    for (const style of ['short', 'medium'] as const) {
      const theirs = new Intl.DateTimeFormat(locale, { timeStyle: style, timeZone: 'UTC' }).format(d)
      expect(render(`{d, time, ${style}}`, locale, { d })).toBe(theirs)
    }
    expect(render('{d, date}', locale, { d })).toBe(render('{d, date, medium}', locale, { d }))
    expect(render('{d, date, ::yMMMM}', locale, { d })).toBe(
      new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(d),
    )
  })
})

/** Without U+200E and U+200F. */
function unmarked(text: string): string {
  return text.replaceAll(/[\u200e\u200f]/g, '')
}

test('Arabic takes six forms: the words of each number are their own', () => {
  const text = '{n, plural, zero {صفر} one {واحد} two {اثنان} few {قليل} many {كثير} other {آخر}}'
  const words = [0, 1, 2, 3, 11, 100].map((n) => render(text, 'ar', { n }))
  expect(words).toEqual(['صفر', 'واحد', 'اثنان', 'قليل', 'كثير', 'آخر'])
})

test('an apostrophe is one, braces in apostrophes are braces, and tags are text', () => {
  expect(render(`It's {n}'s: '{n}' <b>{n}</b> & <a href="x">`, 'en', { n: 'x' })).toBe(
    `It's x's: {n} <b>x</b> & <a href="x">`,
  )
})

test('nothing in a value is read again', () => {
  expect(render('{n}', 'en', { n: "{n} '{' # <b>" })).toBe("{n} '{' # <b>")
})

test('in an SMS the spaces and signs of numbers and times are those of the GSM alphabet', () => {
  const d = new Date(Date.UTC(2026, 10, 22, 18, 5))
  expect(render('{d, time, short}', 'en', { d }, plain)).toBe('6:05 PM')
  expect(render('{n, number}', 'fr', { n: 1_234_567.5 }, plain)).toBe('1 234 567,5')
  expect(render('{n, number}', 'sv', { n: -1 }, plain)).toBe('-1')
  expect(render('{n, number, percent}', 'de', { n: 0.5 }, plain)).toBe('50 %')
  expect(render('\u00a0{n, number}', 'de', { n: 5 }, plain)).toBe('\u00a05')
})

test('a locale that the language’s data do not know is written as English, whatever the machine’s own is', () => {
  expect(render('{n, number} {n, plural, one {1} other {#}}', 'tlh', { n: 1234.5 })).toBe('1,234.5 1,234.5')
})

test('the longest text has the longest branch of each choice, whatever the values say', () => {
  const text = parseText(
    '{who, select, f {she} other {the person}} {n, plural, one {one thing} other {# things}}{n, plural, one {!} other {}}',
    'en',
  )
  const longest = renderLongest(text, 'en', plain, values({ who: 'f', n: 120 }), (part) => part.length)
  expect(longest).toBe('the person 120 things!')
})

test('the longest text is never shorter than any text', () => {
  const text = '{who, select, f {her {what}} m {{n, plural, one {x} other {# of {what}}}} other {}} {n, number}'
  const read = parseText(text, 'en')
  fc.assert(
    fc.property(fc.constantFrom('f', 'm', 'x'), fc.string(), fc.integer(), (who, what, n) => {
      const of = values({ who, what, n })
      const longest = renderLongest(read, 'en', formats, of, (part) => part.length)
      expect(longest.length).toBeGreaterThanOrEqual(renderText(read, 'en', formats, of).length)
    }),
  )
})
