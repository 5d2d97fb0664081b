import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFormats } from '../../src/domain/templates/template-formats.ts'
import { checkContent, readLocale, type TemplateReading } from '../../src/domain/templates/template-reading.ts'
import { renderText } from '../../src/domain/templates/template-text.ts'
import { readValues } from '../../src/domain/templates/template-values.ts'
import { measureLocale, warningsOf } from '../../src/domain/templates/template-warnings.ts'
import type { TemplateContent, TemplateKind, Variable } from '../../src/domain/templates/template.ts'

const formats = createFormats(true)

const VARIABLES: Readonly<Record<string, Variable>> = {
  name: { type: 'text', sample: 'Anna', max_length: 20 },
  link: { type: 'url', sample: 'https://example.com/a', max_length: 40, required: false },
  n: { type: 'number', sample: 12 },
  day: { type: 'date', sample: '2026-11-22' },
  at: { type: 'time', sample: '2026-11-22T18:30:00+02:00' },
}

function sms(message: string, more: Partial<TemplateContent> = {}): TemplateContent {
  return { default_locale: 'en', locales: { en: { subject: 's', message } }, variables: VARIABLES, ...more }
}

function readTemplate(kind: TemplateKind, content: TemplateContent): TemplateReading {
  const read = Object.keys(content.locales).map((locale) => ({ locale, ...readLocale(kind, content, locale, formats) }))
  const locales = new Map(read.map(({ locale, texts }) => [locale, texts]))
  return { locales, faults: [...checkContent(content), ...read.flatMap(({ faults }) => faults)] }
}

function faultsOf(content: TemplateContent, kind: TemplateKind = 'sms'): readonly string[] {
  return readTemplate(kind, content).faults.map((fault) => fault.message)
}

function warningsFor(content: TemplateContent): readonly string[] {
  const reading = readTemplate('sms', content)
  expect(reading.faults).toEqual([])
  const sizes = [...reading.locales].map(([locale, read]) =>
    measureLocale('sms', content, locale, read, formats, '{message}'),
  )
  return warningsOf(content, reading, sizes)
}

test('a template whose texts fit its variables has no faults', () => {
  const message =
    "{name} {link} {n} {n, number} {n, number, integer} {n, number, ::currency/EUR} {n, plural, one {#} other {#}} {n, selectordinal, one {#st} other {#th}} {name, select, a {b} other {c}} {day, date} {day, date, full} {at, date, ::yMMMd} {at, time, short} '{'x'}'"
  expect(faultsOf(sms(message))).toEqual([])
})

test.each([
  ['{name', 'opens a brace that is not closed, near "{name"'],
  ['a {} b', 'has empty braces'],
  ['{na me}', 'has something in braces that is no variable'],
  ['{name, }', 'has a comma after a variable, but no type behind it'],
  ['{name, money}', 'uses a variable as something other than number, date'],
  ['{n, plural, one {a}}', 'has a plural or select without the branch `other`'],
  ['{name, select, a {b}}', 'has a plural or select without the branch `other`'],
  ['{n, plural, one {a} one {b} other {c}}', 'has a branch twice'],
  ['{n, plural, sone {a} other {c}}', 'has a plural branch `sone`: did you mean `one`?'],
  ['{n, plural}', 'has a plural or select without branches'],
  ['{n, plural, one}', 'has a branch that is not followed by its text'],
  ['{nmae}', 'uses the variable `nmae`, which is not declared: did you mean `name`?'],
  ['{everything}', 'uses the variable `everything`, which is not declared: declare it in `variables`'],
  ['{toString}', 'uses the variable `toString`, which is not declared'],
  ['{__proto__}', 'uses the variable `__proto__`, which is not declared'],
  ['{name, number}', 'uses `name` as a number, which takes a number; it is declared as a text'],
  ['{n, select, a {b} other {c}}', 'uses `n` as a select, which takes a text; it is declared as a number'],
  ['{day, time, short}', 'uses `day` as a time, which takes a time; it is declared as a date'],
  ['{day}', 'shows the date `day` bare: write {day, date, short}'],
  ['{n, number, money}', 'names the number style `money`; there are integer, percent'],
  ['{n, number, constructor}', 'names the number style `constructor`'],
  ['{day, date, medum}', 'names the date style `medum`; there are short, medium, long, full'],
  ['{at, time, full}', 'names the time style `full`; there are short, medium'],
  ['{at, time, ::hmmz}', 'shows a time zone for `at`'],
  ['{n, number, ::currency/XX}', 'has a skeleton for `n` that cannot be shown'],
  ['{n, number, ::+}', 'has a skeleton (after ::) that cannot be read'],
  ['{day, date, ::YYYY}', 'has a skeleton (after ::) that cannot be read'],
  ['{n, number, ::}', 'has a skeleton'],
])('the text %j is refused: it %s', (message, words) => {
  expect(faultsOf(sms(message)).join('\n')).toContain(`\`locales.en.message\` ${words}`)
})

test.each<[string, Partial<TemplateContent>, TemplateKind, string]>([
  [
    'a default locale without texts',
    { default_locale: 'de' },
    'sms',
    '`default_locale` must be one of the locales: en',
  ],
  ['no locales', { locales: {} }, 'sms', '`default_locale` must be one of the locales: there is none'],
  ['a locale that is no tag', { locales: { 'e!': {} } }, 'sms', '`locales.e!` is not a language tag'],
  ['a locale spelt otherwise', { locales: { 'en-gb': {} } }, 'sms', '`locales.en-gb` must be written `en-GB`'],
  ['a field that is missing', { locales: { en: { subject: 's' } } }, 'sms', '`locales.en.message` is missing'],
  ['a field of the other kind', { locales: { en: { title: 's' } } }, 'sms', 'unknown field `locales.en.title`'],
  ['a misspelt field', { locales: { en: { titel: 's', body: '' } } }, 'push', 'did you mean `title`?'],
  ['a variable with a name of signs', { variables: { 'a-b': { type: 'text', sample: '' } } }, 'sms', '`variables.a-b`'],
  [
    'a sample of another type',
    { variables: { n: { type: 'number', sample: '1' } } },
    'sms',
    '`variables.n.sample` must',
  ],
  ['a date that is none', { variables: { d: { type: 'date', sample: '2026-02-30' } } }, 'sms', '`variables.d.sample`'],
  [
    'a number with a length',
    { variables: { n: { type: 'number', sample: 1, max_length: 3 } } },
    'sms',
    '`variables.n.max_length` is for a text or url',
  ],
  [
    'a date that may be left out',
    { variables: { d: { type: 'date', sample: '2026-11-22', required: false } } },
    'sms',
    '`variables.d.required` cannot be false for a date',
  ],
])('a template with %s is refused', (_name, more, kind, words) => {
  expect(faultsOf(sms('x', more), kind).join('\n')).toContain(words)
})

describe('what a hostile author may try', () => {
  test.each([
    ['plurals inside each other', '{n, plural, other {'.repeat(99) + '}}'.repeat(99)],
    ['selects inside each other, never closed', '{name, select, other {'.repeat(90)],
    ['a thousand braces', '{'.repeat(2_000)],
    ['hundreds of variables', '{name}'.repeat(330)],
    ['quotes in a skeleton', `{day, date, ::${"y'".repeat(900)}}`],
    ['an endless number skeleton', `{n, number, ::${'#'.repeat(1_900)}}`],
    ['endless significant digits', `{n, number, ::${'@'.repeat(1_900)}}`],
    ['an endless scale', `{n, number, ::scale/${'9'.repeat(1_800)}}`],
    ['endless branches', `{n, plural, ${Array.from({ length: 200 }, (_, n) => `=${n}{}`).join('')}other{}`],
    ['an endless apostrophe', `'{${'x'.repeat(1_990)}`],
  ])('%s: read or refused, and no parser hangs on it', (_name, message) => {
    // Measured: below 20 ms each. One that hangs is ended by the runner.
    expect(readTemplate('sms', sms(message)).faults.length).toBeLessThan(500)
  })

  test('more than four levels or a hundred places are refused', () => {
    const nested = (levels: number): string => '{name, select, other {'.repeat(levels) + 'x' + '}}'.repeat(levels)
    expect(faultsOf(sms(nested(4)))).toEqual([])
    expect(faultsOf(sms(nested(5)))).toEqual([
      '`locales.en.message` has more than 4 plurals and selects inside each other',
    ])
    expect(faultsOf(sms('{n}'.repeat(100)))).toEqual([])
    expect(faultsOf(sms('{n}'.repeat(101)))).toEqual(['`locales.en.message` has more than 100 things in braces'])
  })

  test('names of the language’s own change nothing outside the template', () => {
    const variables = JSON.parse('{"valueOf": {"type": "text", "sample": "x"}}') as Record<string, Variable>
    const message = '{valueOf, select, __proto__ {bad} constructor {bad} other {good}}'
    const reading = readTemplate('sms', sms(message, { variables }))
    expect(reading.faults).toEqual([])
    expect(Object.keys(Object.prototype)).toEqual([])
    const text = reading.locales.get('en')?.get('message')?.text ?? []
    const { values } = readValues(variables, { valueOf: 'toString' }, 'variables')
    expect(renderText(text, 'en', formats, values)).toBe('good')
  })

  test('random texts are read or refused, and never thrown at', () => {
    const piece = fc.constantFrom(
      ...['{', '}', "'", '#', '<', 'name', 'n', ',', ' ', 'plural', 'select', 'other', '=1', '::', 'date', 'number'],
      ...['selectordinal', 'offset:', 'é', '😀', 'one', 'day', 'at', 'time', 'short', '{n}', '{name}', '\n'],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const reading = readTemplate('sms', sms(pieces.join('')))
        expect(reading.faults.every((fault) => fault.path.startsWith('locales.en.message'))).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })
})

test('a text that was taken can be rendered with whatever variables are taken', () => {
  const place = fc.constantFrom(
    ...['{name}', '{link}', '{n}', '{n, number}', '{n, number, ::.00}', '{n, number, percent}', '{day, date, full}'],
    ...['{at, time}', '{at, date, ::jmm}', '{n, plural, offset:1 =0 {no} one {{name}} other {#}}', 'words, ', "'{'"],
    '{name, select, a {{n, selectordinal, one {#st} other {#th}}} other {{day, date}}}',
  )
  const day = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-30'), noInvalidDate: true })
  const given = fc.record({
    name: fc.string({ minLength: 1, maxLength: 10, unit: 'binary' }),
    n: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()),
    day: day.map((date) => date.toISOString().slice(0, 10)),
    at: day.map((date) => date.toISOString()),
  })
  const locale = fc.constantFrom('en', 'ar', 'de', 'ja', 'fa', 'th', 'tlh', 'zh-Hant-TW', 'ar-u-nu-arab')
  fc.assert(
    fc.property(fc.array(place), given, locale, (places, of, tag) => {
      const locales = { [tag]: { subject: '', message: places.join('') } }
      const reading = readTemplate('sms', sms('', { default_locale: tag, locales }))
      expect(reading.faults).toEqual([])
      const { values, faults } = readValues(VARIABLES, of, 'variables')
      expect(faults).toEqual([])
      const text = reading.locales.get(tag)?.get('message')?.text ?? []
      expect(typeof renderText(text, tag, formats, values)).toBe('string')
    }),
    { numRuns: 1_000 },
  )
})

test('an author is told what is probably an oversight', () => {
  const variables = { ...VARIABLES, id: { type: 'text', sample: 'x' } as const }
  const locales = {
    en: { subject: 's', message: '{name} {n, plural, one {#} other {#}} {link}{day, date}{at, time}' },
    pl: { subject: 's', message: 'Zażółć {n, plural, one {#} other {#}} {link}{day, date}{at, time}' },
  }
  expect(warningsFor(sms('', { locales, variables }))).toEqual([
    '`variables.name` is used, but not in `pl`',
    '`variables.id` is declared, but no text uses it',
    '`locales.pl.message` has no plural branch of its own for `n`: few, many',
    '`locales.pl` is sent as ucs2, 70 characters a segment: "ż" is not in the GSM alphabet',
  ])
})

test('an author is told when a text can need more segments than go out', () => {
  const variables = { name: { type: 'text', sample: 'A', max_length: 900 } as const }
  expect(warningsFor(sms('{name}{name}', { variables }))).toEqual([
    '`locales.en` can need 12 segments; more than 10 go out only with `max_segments`',
  ])
})
