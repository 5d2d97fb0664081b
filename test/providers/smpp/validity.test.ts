import fc from 'fast-check'
import smpp from 'smpp'
import { describe, expect, it } from 'vitest'
import { encodePdu } from '../../../src/providers/smpp/encode.ts'
import { NOTHING } from '../../../src/providers/smpp/pdu.ts'
import { readTime, relativeTime } from '../../../src/providers/smpp/validity.ts'

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

describe('an absolute time', () => {
  it.each([
    ['261123115530000+', '2026-11-23T11:55:30.000Z'],
    ['261123115530500+', '2026-11-23T11:55:30.500Z'],
    ['261123115530008+', '2026-11-23T09:55:30.000Z'],
    ['261123115530020-', '2026-11-23T16:55:30.000Z'],
  ])('%s', (text, iso) => {
    expect(readTime(text)).toEqual(new Date(iso))
  })

  it('is read as another implementation reads it, but for its tenths', () => {
    for (const finalDate of ['261123115530000+', '261123115530008+', '261231235959020-', '280229000000048+']) {
      const resp = { command: 'query_sm_resp', status: 0, sequence: 1, messageId: '1', finalDate } as const
      const bytes = encodePdu({ ...resp, messageState: 2, errorCode: 0, tlvs: NOTHING })
      expect(readTime(finalDate)).toEqual(new smpp.PDU(bytes)['final_date'])
    }
  })

  it.each(['', '000001000000000R', '261323115530000+', '260229115530000+', '261123115530049+', '2611231155'])(
    'is not %j',
    (text) => {
      expect(readTime(text)).toBeNull()
    },
  )
})
