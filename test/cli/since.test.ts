import { expect, it } from 'vitest'
import { readSince } from '../../src/cli/since.ts'

const NOW = new Date('2026-03-01T14:00:00.000Z')

it('since when is a span, or a day or time of UTC wherever the terminal is', () => {
  expect(readSince('24h', NOW)).toBe('2026-02-28T14:00:00.000Z')
  expect(readSince('2026-03-01', NOW)).toBe('2026-03-01T00:00:00.000Z')
  expect(readSince('2026-03-01T14:00:00+02:00', NOW)).toBe('2026-03-01T12:00:00.000Z')
})

it('a time that never was, and one that leaves its zone open, are refused', () => {
  for (const text of ['2026-02-30', '2026-03-01T14:00', 'yesterday', '24', '']) {
    expect(() => readSince(text, NOW), text).toThrow('--since takes a day')
  }
})
