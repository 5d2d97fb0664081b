import fc from 'fast-check'
import { SegmentedMessage } from 'sms-segments-calculator'
import { describe, expect, it } from 'vitest'
import { formatText, measureText, splitSegments } from '../../src/domain/sms/sms-text.ts'

/** PROPERTY_RUNS=1000000 for the long run. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 25_000)

const FAMILY = '👨‍👩‍👧‍👦'

describe('the encoding', () => {
  it('is GSM while every character is in the alphabet, and names the first that is not', () => {
    expect(measureText('Ça coûte')).toMatchObject({ encoding: 'ucs2', culprit: { character: 'û', index: 5 } })
    expect(measureText('Ça côte 5 €, ò!').culprit).toEqual({ character: 'ô', index: 4 })
    expect(measureText('£5 @ Ωμέγα').culprit?.character).toBe('μ')
    expect(measureText('Çà, Ø, Å, 5 €')).toEqual({ encoding: 'gsm7', segments: 1, units: 14, culprit: null })
  })

  it('counts a whole emoji as the culprit, not half of one', () => {
    expect(measureText('ok 👍')).toEqual({
      encoding: 'ucs2',
      segments: 1,
      units: 5,
      culprit: { character: '👍', index: 3 },
    })
  })

  it('takes no character that only looks like one of the alphabet', () => {
    const alike = ['“quoted”', 'it’s', 'a\u00a0b', 'e\u0301', '\u001b', '\t', 'ç', '\u0000']
    expect(alike.filter((text) => measureText(text).encoding === 'gsm7')).toEqual([])
  })

  it('agrees with the calculator on every UTF-16 code unit', () => {
    const different = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter((character) => {
      const theirs = new SegmentedMessage(character)
      const ours = measureText(character)
      return ours.encoding !== encodingOf(theirs) || bitsOf(character) !== theirs.messageSize
    })
    expect(different).toEqual([])
  })
})

describe('the number of segments', () => {
  it.each([
    ['an empty text', '', 1],
    ['160 letters', 'a'.repeat(160), 1],
    ['161 letters', 'a'.repeat(161), 2],
    ['306 letters', 'a'.repeat(306), 2],
    ['307 letters', 'a'.repeat(307), 3],
    ['80 euro signs', '€'.repeat(80), 1],
    ['153 euro signs, where each segment wastes a septet', '€'.repeat(153), 3],
    ['70 Arabic letters', 'س'.repeat(70), 1],
    ['71 Arabic letters', 'س'.repeat(71), 2],
    ['134 Arabic letters', 'س'.repeat(134), 2],
    ['135 Arabic letters', 'س'.repeat(135), 3],
    ['35 emoji', '👍'.repeat(35), 1],
    ['67 emoji, of which 33 fit into a segment', '👍'.repeat(67), 3],
  ])('%s', (_, text, segments) => {
    expect(measureText(text).segments).toBe(segments)
    expect(splitSegments(text)).toHaveLength(segments)
  })

  it('of a text that no network can carry is told without a look at each of its characters', () => {
    expect(measureText(`a${'\u0301'.repeat(1_000_000)}`).segments).toBe(Math.ceil(1_000_001 / 67))
  })

  it(
    'is the one of a calculator by other hands',
    () => {
      let graphemesDiffer = 0
      fc.assert(
        fc.property(texts(), (text) => {
          const ours = measureText(text)
          const theirs = new SegmentedMessage(text)
          expect([ours.encoding, bitsOf(text)]).toEqual([encodingOf(theirs), theirs.messageSize])
          if (ours.segments === theirs.segmentsCount) return
          // Its grapheme rules are older than the platform's: no Indic conjuncts (GB9c), no marks added to Unicode since.
          expect(theirs.graphemes).not.toEqual(graphemesOf(text))
          expect(Math.abs(ours.segments - theirs.segmentsCount)).toBe(1)
          graphemesDiffer++
        }),
        { numRuns: RUNS, seed: 20_050 },
      )
      expect(graphemesDiffer).toBeLessThan(RUNS / 1_000)
    },
    RUNS * 2,
  )
})

describe('the segments', () => {
  it('join to the text again, each within its room', () => {
    fc.assert(
      fc.property(texts(), (text) => {
        const segments = splitSegments(text)
        const { encoding } = measureText(text)
        const room = segments.length === 1 ? { gsm7: 1120, ucs2: 1120 } : { gsm7: 153 * 7, ucs2: 67 * 16 }
        expect(segments.join('')).toBe(text)
        for (const segment of segments) expect(bitsOf(segment, encoding)).toBeLessThanOrEqual(room[encoding])
      }),
      { numRuns: RUNS / 20, seed: 20_051 },
    )
  })

  it('never part an escape pair', () => {
    const [first, second] = splitSegments('a'.repeat(152) + '€' + 'b'.repeat(20))
    expect(first).toBe('a'.repeat(152))
    expect(second).toBe('€' + 'b'.repeat(20))
  })

  it('never part a surrogate pair', () => {
    expect(splitSegments('س'.repeat(66) + '👍' + 'س'.repeat(10))[1]).toBe('👍' + 'س'.repeat(10))
  })

  it('never part a letter from its mark or a family into its members', () => {
    expect(splitSegments('س'.repeat(66) + 'e\u0301' + 'س'.repeat(10))[1]).toBe('e\u0301' + 'س'.repeat(10))
    expect(splitSegments('س'.repeat(60) + FAMILY + 'س'.repeat(10))[1]).toBe(FAMILY + 'س'.repeat(10))
  })

  it('part a grapheme longer than a segment, but no character within it', () => {
    const segments = splitSegments(`👍${'\u{1e944}'.repeat(60)}`)
    expect(segments.map((segment) => segment.length)).toEqual([66, 56])
    expect(segments.every((segment) => Buffer.from(segment).toString() === segment)).toBe(true)
  })

  it('may part a line end', () => {
    expect(splitSegments('س'.repeat(66) + '\r\nس'.repeat(5))[0]).toBe('س'.repeat(66) + '\r')
  })
})

describe('the text on the handset', () => {
  it('puts subject and message where the format has them', () => {
    const parts = { subject: 'Shop', message: 'Your code is 482913' }
    expect(formatText('{message}', parts)).toBe('Your code is 482913')
    expect(formatText('{subject}: {message} ({subject})', parts)).toBe('Shop: Your code is 482913 (Shop)')
    expect(formatText('{other} {message}', parts)).toBe('{other} Your code is 482913')
  })

  it('replaces nothing within what was put in', () => {
    const parts = { subject: '{message}', message: '$& costs $1, {subject}' }
    expect(formatText('{subject} {message}', parts)).toBe('{message} $& costs $1, {subject}')
  })
})

/** Texts whose ends lie around the capacities, where an error shows; the calculator's time grows with the square of the length. */
function texts(): fc.Arbitrary<string> {
  const letter = fc.constantFrom(...'abcdefghijklm nop0123456789'.split(''))
  const gsm = fc.oneof(
    { weight: 6, arbitrary: letter },
    { weight: 1, arbitrary: fc.constantFrom(...'€^{}[~]|\\\fΩé\n\r'.split(''), '\r\n') },
  )
  const marked = fc.constantFrom(
    '👍',
    FAMILY,
    '🇪🇬',
    '🇪',
    '👍🏽',
    'e\u0301',
    'سَلّ',
    '각',
    'ก็',
    'क्षि',
    '\u200d',
    '\ud83d',
    '\ude00',
    '1️⃣',
  )
  const any = fc.oneof(
    { weight: 5, arbitrary: gsm },
    { weight: 3, arbitrary: fc.constantFrom(...'سلامعليكم中文“”'.split('')) },
    { weight: 2, arbitrary: marked },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }) },
  )
  return fc.oneof(
    { weight: 120, arbitrary: long(any, 0, 20) },
    { weight: 70, arbitrary: long(any, 35, 50) },
    { weight: 8, arbitrary: long(any, 65, 90) },
    { weight: 4, arbitrary: long(gsm, 140, 165) },
    { weight: 1, arbitrary: long(gsm, 280, 310) },
  )
}

function long(unit: fc.Arbitrary<string>, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit, minLength, maxLength, size: 'max' })
}

function encodingOf(theirs: SegmentedMessage): string {
  return theirs.encodingName === 'GSM-7' ? 'gsm7' : 'ucs2'
}

function bitsOf(text: string, encoding = measureText(text).encoding): number {
  const alone = measureText(text)
  return encoding === 'ucs2' ? text.length * 16 : alone.units * 7
}

/** As the calculator counts them: a CR LF is two. */
function graphemesOf(text: string): readonly string[] {
  const clusters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)]
  return clusters.flatMap(({ segment }) => (segment === '\r\n' ? ['\r', '\n'] : [segment]))
}
