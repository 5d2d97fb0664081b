import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measureText } from '../../src/domain/sms/sms-text.ts'
import { plainText } from '../../src/domain/sms/typography.ts'

test('quotes, dashes, dots and blanks give way where that brings the text into the GSM alphabet', () => {
  const plain = plainText('“It’s here” – at 5 p.m.…')
  expect(plain.text).toBe('"It\'s here" - at 5 p.m....')
  expect(plain.measure).toEqual(measureText(plain.text))
  expect(plain.measure.encoding).toBe('gsm7')
  expect(plain.replaced).toEqual([
    { character: '“', by: '"', count: 1 },
    { character: '’', by: "'", count: 1 },
    { character: '”', by: '"', count: 1 },
    { character: '–', by: '-', count: 1 },
    { character: '…', by: '...', count: 1 },
  ])
})

test('what is seen as nothing goes', () => {
  expect(plainText('soft\u00ADhyphen and\u200Bnothing\uFEFF').text).toBe('softhyphen andnothing')
})

test('a text stays as it was where nothing is won', () => {
  for (const text of [
    'plain',
    '',
    // Still not of the GSM alphabet.
    'It’s 🎉',
    'no\u200Bthing 🎉',
    '«Здравствуйте» – “x”',
    'ça va – bien',
    // More segments: 70 dots are one, 210 are two.
    '…'.repeat(70),
    // Longer on air: 14 octets are not more than 2 × 2.
    '……',
    // Nothing would be left.
    '\u200B',
  ]) {
    expect(plainText(text)).toEqual({ text, measure: measureText(text), replaced: [] })
  }
})

test('words and figures are never touched, and no message grows', () => {
  const letters = Array.from('abcÄÖñ€£ 0123456789\n’“”–…\u00A0🎉é')
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...letters), { maxLength: 200 }), (parts) => {
      const text = parts.join('')
      const { text: plain, measure, replaced } = plainText(text)
      const kept = (one: string): string => one.replaceAll(/[^a-zÄÖñ€£0-9🎉é]/gu, '')
      expect(kept(plain)).toBe(kept(text))
      expect(measure).toEqual(measureText(plain))
      expect(measure.segments).toBeLessThanOrEqual(measureText(text).segments)
      expect(replaced.length > 0).toBe(plain !== text)
      if (plain !== text) expect(measure.encoding).toBe('gsm7')
    }),
    { numRuns: 300 },
  )
})
