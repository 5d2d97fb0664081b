import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { relativeTime } from '../../../src/providers/smpp/validity.ts'

const DAY = 86_400

describe('a relative time', () => {
  it.each([
    [0, '000000000001000R'],
    [0.5, '000000000001000R'],
    [59, '000000000059000R'],
    [300, '000000000500000R'],
    [3_600, '000000010000000R'],
    [4 * DAY - 1, '000003235959000R'],
    [30 * DAY, '000030000000000R'],
    [31 * DAY, '000100000000000R'],
    [40 * DAY + 61, '000109000101000R'],
    [400 * DAY, '010028000000000R'],
    [Number.MAX_SAFE_INTEGER, '990000000000000R'],
  ])('of %d seconds is %s', (seconds, text) => {
    expect(relativeTime(seconds)).toBe(text)
  })

  it('is never longer than asked, whatever months it falls into', () => {
    const start = Date.UTC(2027, 0, 1)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 * DAY }), fc.nat(700), (seconds, days) => {
        const from = new Date(start + days * DAY * 1_000)
        const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
          relativeTime(seconds).match(/\d\d/g)?.map(Number) ?? []
        const end = new Date(from)
        end.setUTCFullYear(end.getUTCFullYear() + year, end.getUTCMonth() + month, end.getUTCDate() + day)
        end.setUTCHours(hour, minute, second)
        expect((end.getTime() - from.getTime()) / 1_000).toBeLessThanOrEqual(seconds)
      }),
      { numRuns: 500 },
    )
  })
})
