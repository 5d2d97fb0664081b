import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerIds, normalizeMessageId, receiptIdOf } from '../../src/domain/sms/message-id.ts'

describe('a message id', () => {
  it.each([
    ['0000123', '123'],
    [' 0a1b2c\u0000', 'A1B2C'],
    ['0', '0'],
    ['000', '0'],
    ['', ''],
    ['f81d4fae-7dec', 'F81D4FAE-7DEC'],
  ])('%j is compared as %j', (raw, id) => {
    expect(normalizeMessageId(raw)).toBe(id)
  })

  it('of an answer is the one that its receipts name', () => {
    expect(receiptIdOf('0a1B', 'same')).toBe('A1B')
    expect(receiptIdOf('0a1B', 'hex-dec')).toBe('2587')
    expect(receiptIdOf('02587', 'dec-hex')).toBe('A1B')
  })

  it('may be larger than any number of the language', () => {
    expect(receiptIdOf('FFFFFFFFFFFFFFFF', 'hex-dec')).toBe('18446744073709551615')
    expect(receiptIdOf('18446744073709551615', 'dec-hex')).toBe('FFFFFFFFFFFFFFFF')
  })

  it('that is no number of the kind stays as it is', () => {
    expect(receiptIdOf('f81d4fae-7dec', 'hex-dec')).toBe('F81D4FAE-7DEC')
    expect(receiptIdOf('a1b', 'dec-hex')).toBe('A1B')
    expect(receiptIdOf('9'.repeat(200), 'dec-hex')).toBe('9'.repeat(200))
  })

  it('of a receipt tells what its answer may have named, were the mode another', () => {
    expect(answerIds('2587')).toEqual([
      { mode: 'hex-dec', id: 'A1B' },
      { mode: 'dec-hex', id: '9607' },
    ])
    expect(answerIds('0a1b')).toEqual([{ mode: 'dec-hex', id: '2587' }])
    expect(answerIds('7')).toEqual([])
    expect(answerIds('f81d4fae-7dec')).toEqual([])
  })

  it('is found again in whichever mode it was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 100n }), (number) => {
        const [decimal, hexadecimal] = [number.toString(), number.toString(16)]
        const written = { 'hex-dec': [hexadecimal, decimal], 'dec-hex': [decimal, hexadecimal] } as const
        for (const mode of ['hex-dec', 'dec-hex'] as const) {
          const [answer, receipt] = written[mode]
          expect(receiptIdOf(answer, mode)).toBe(normalizeMessageId(receipt))
          if (answer === receipt) continue
          expect(answerIds(receipt)).toContainEqual({ mode, id: normalizeMessageId(answer) })
        }
      }),
      { numRuns: 200 },
    )
  })
})
