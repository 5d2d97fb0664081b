import fc from 'fast-check'
import { expect, it } from 'vitest'
import { retryAfterMs } from '../../src/domain/retry-after.ts'

const NOW = new Date('2026-11-22T12:00:00Z')

it.each([
  ['2', 2_000],
  ['0', 0],
  [' 7 ', 7_000],
  ['0.25', 250],
  ['-5', 0],
  ['3600', 3_600_000],
  ['86400', 3_600_000],
  ['9'.repeat(400), 3_600_000],
  ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
  ['Sunday, 22-Nov-26 12:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
  ['Sun, 22 Nov 2099 11:00:00 GMT', 3_600_000],
])('reads Retry-After: %s', (header, waitMs) => {
  expect(retryAfterMs(header, NOW)).toBe(waitMs)
})

it.each([undefined, '', 'soon', 'NaN', 'Infinity', '1e3', '2026-11-22', 'soon GMT'])(
  'makes nothing of Retry-After: %s',
  (header) => {
    expect(retryAfterMs(header, NOW)).toBeNull()
  },
)

it('never waits less than nothing or more than an hour', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.date().map(String)), (header) => {
      const waitMs = retryAfterMs(header, NOW)
      expect(waitMs === null || (waitMs >= 0 && waitMs <= 3_600_000)).toBe(true)
    }),
  )
})
