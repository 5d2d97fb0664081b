import { expect, test } from 'vitest'
import { readValue, sampleValues } from '../../src/domain/templates/template-values.ts'
import { canonicalLocale, pickLocale } from '../../src/domain/templates/template.ts'

const TEXT = { type: 'text', sample: 'x' } as const
const URL_VARIABLE = { type: 'url', sample: 'https://example.com' } as const
const NUMBER = { type: 'number', sample: 1 } as const
const DATE = { type: 'date', sample: '2026-11-22' } as const
const TIME = { type: 'time', sample: '2026-11-22T00:00:00Z' } as const

test.each([
  [TEXT, 'a', 'a'],
  [TEXT, 'x'.repeat(100), 'x'.repeat(100)],
  [{ ...TEXT, required: false }, '', ''],
  [URL_VARIABLE, 'http://example.com/ä?b=%20', 'http://example.com/ä?b=%20'],
  [NUMBER, -0.5, -0.5],
  [DATE, '2028-02-29', new Date('2028-02-29T00:00:00Z')],
  [TIME, '2026-11-22T18:30:00+02:00', new Date('2026-11-22T18:30:00Z')],
  [TIME, '2026-11-22T18:30:59.123456Z', new Date('2026-11-22T18:30:59Z')],
] as const)('%j takes %j', (variable, given, value) => {
  expect(readValue(variable, given)).toEqual({ kind: 'value', value })
})

test.each([
  [TEXT, ''],
  [TEXT, 5],
  [TEXT, null],
  [TEXT, 'x'.repeat(101)],
  [{ ...TEXT, max_length: 3 }, 'abcd'],
  [URL_VARIABLE, 'javascript:alert(1)'],
  [URL_VARIABLE, 'https://'],
  [URL_VARIABLE, 'https://example.com/a b'],
  [URL_VARIABLE, ` https://example.com`],
  [NUMBER, '1'],
  [NUMBER, NaN],
  [NUMBER, Infinity],
  [DATE, '2026-02-29'],
  [DATE, '2026-13-01'],
  [DATE, '2026-11-22T00:00:00Z'],
  [DATE, 20_261_122],
  [DATE, '0026-11-22'],
  [TIME, '2026-11-22'],
  [TIME, '2026-11-22T18:30:00'],
  [TIME, '2026-11-22T24:00:00Z'],
  [TIME, '2026-11-22T18:30:60Z'],
  [TIME, '2026-11-22T18:30:00+25:00'],
  [TIME, '2026-02-30T18:30:00Z'],
] as const)('%j does not take %j', (variable, given) => {
  expect(readValue(variable, given).kind).toBe('problem')
})

test('a stretched sample is as long as the variable may be, in whole characters', () => {
  const variables = {
    name: { type: 'text', sample: 'ab', max_length: 5 },
    faces: { type: 'text', sample: '😀', max_length: 5 },
    link: { type: 'url', sample: 'https://example.com', max_length: 22 },
    n: NUMBER,
  } as const
  expect({ ...sampleValues(variables, true) }).toEqual({
    name: 'ababa',
    faces: '😀😀',
    link: 'https://example.com///',
    n: 1,
  })
})

test.each([
  ['en-GB', 'en-GB'],
  ['en-US', 'en'],
  ['zh-Hant-TW', 'zh-Hant'],
  ['ar-u-nu-latn', 'ar'],
  ['de', 'fr'],
  ['english', 'fr'],
])('who asks for %s is served in %s', (asked, served) => {
  expect(pickLocale(['en', 'en-GB', 'zh-Hant', 'zh', 'ar', 'fr'], asked, 'fr')).toBe(served)
})

test.each([
  ['en-gb', 'en-GB'],
  ['iw', 'he'],
  ['', null],
  ['en_GB', null],
  ['e', null],
  [`en-${'a'.repeat(8)}-`.repeat(10), null],
])('the tag %j is %j', (tag, canonical) => {
  expect(canonicalLocale(tag)).toBe(canonical)
})
