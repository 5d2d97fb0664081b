import fc from 'fast-check'
import smpp from 'smpp'
import { describe, expect, it } from 'vitest'
import { GSM_BASIC, GSM_EXTENSION } from '../../../src/domain/sms/gsm7.ts'
import { measureText } from '../../../src/domain/sms/sms-text.ts'
import { encodeText as encodeTheirs } from '../../../src/fakes/smsc/text.ts'
import { dataCodingOf, decodeText, encodeAs, encodingFor, type Charset } from '../../../src/providers/smpp/text.ts'

const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 500))

const ALPHABET = Array.from(GSM_BASIC + Object.keys(GSM_EXTENSION).join('')).filter(
  (character) => character !== '\u001b',
)

const gsmTexts = fc.array(fc.constantFrom(...ALPHABET), { maxLength: 160 }).map((all) => all.join(''))
/** Any UTF-16, halves of pairs too. */
const wideTexts = fc.uint16Array({ maxLength: 60 }).map((units) => String.fromCharCode(...units))
const anyTexts = fc.oneof(gsmTexts, wideTexts, fc.string({ maxLength: 160 }))

describe('the GSM alphabet', () => {
  it('has the codes of two other implementations', () => {
    for (const character of ALPHABET) {
      const { octets } = encodeText(character, 'gsm7')
      expect([character, octets]).toEqual([character, encodeTheirs(character).segments[0]])
      expect([character, octets]).toEqual([character, smpp.encodings['ASCII']?.encode(character)])
      expect(decodeText(0, octets, 'gsm7')).toBe(character)
    }
  })

  it('takes an octet for each septet that the domain counts', () => {
    fc.assert(
      fc.property(gsmTexts, (text) => {
        const { dataCoding, octets } = encodeText(text, 'gsm7')
        expect([dataCoding, octets.length]).toEqual([0, measureText(text).units])
      }),
      { numRuns: RUNS },
    )
  })

  it.each([
    ['an escape at the end', '411b', 'A '],
    ['two escapes', '1b1b41', ' A'],
    ['a code that the extension table has not', '1b41', 'A'],
    ['octets that are no septets', '4180ff1b80', 'A\ufffd\ufffd\ufffd'],
  ])('reads %s', (_, octets, text) => {
    expect(decodeText(0, Buffer.from(octets, 'hex'), 'gsm7')).toBe(text)
  })
})

describe('a text', () => {
  it.each<Charset>(['gsm7', 'latin1'])('reads as it was written where data_coding 0 is %s', (charset) => {
    fc.assert(
      fc.property(anyTexts, (text) => {
        const { dataCoding, octets } = encodeText(text, charset)
        expect(decodeText(dataCoding, octets, charset)).toBe(text)
      }),
      { numRuns: RUNS },
    )
  })

  it('goes as UCS-2 in big endian where the GSM alphabet lacks a character', () => {
    const theirs = smpp.encodings['UCS2']
    for (const text of ['س', 'ok 👍', 'coûte']) {
      expect(encodeText(text, 'gsm7')).toEqual({ dataCoding: 8, octets: theirs?.encode(text) })
    }
  })

  it('goes as UCS-2 to an SMSC that takes 0 for Latin-1, where that lacks a character', () => {
    expect(encodeText('£5, ö', 'latin1')).toEqual({ dataCoding: 0, octets: Buffer.from('£5, ö', 'latin1') })
    expect(encodeText('5 €', 'latin1').dataCoding).toBe(8)
    // Latin-1 has it, the network does not: 70 characters are what it costs.
    expect(encodeText('coûte', 'latin1').dataCoding).toBe(8)
  })
})

describe('data_coding', () => {
  it.each<[number, string, string | null]>([
    [0x00, '00', '@'],
    [0x01, '41e9', 'Aé'],
    [0x02, '41', null],
    [0x03, '41e9', 'Aé'],
    [0x04, '41', null],
    [0x05, '41', null],
    [0x06, 'bfe0', 'Пр'],
    [0x07, 'f9ec', 'של'],
    [0x08, '0633d83ddc4d', 'س👍'],
    [0x08, '063300', 'س'],
    [0x0e, 'b0a1', '가'],
    [0x10, '00', '@'],
    [0x14, '00', null],
    [0x18, '0633', 'س'],
    [0x30, '00', null],
    [0x80, '00', null],
    [0xc8, '00', '@'],
    [0xe0, '0633', 'س'],
    [0xf0, '00', '@'],
    [0xf1, '00', '@'],
    [0xf4, '00', null],
  ])('%i reads %s as %j', (dataCoding, octets, text) => {
    expect(decodeText(dataCoding, Buffer.from(octets, 'hex'), 'gsm7')).toBe(text)
  })

  it('of a message class is the GSM alphabet also where 0 is Latin-1', () => {
    expect([decodeText(0, Buffer.of(0xe9), 'latin1'), decodeText(0xf0, Buffer.of(0x05), 'latin1')]).toEqual(['é', 'é'])
  })

  it('of any value and any octets reads, or is no text', () => {
    const charsets = fc.constantFrom<Charset>('gsm7', 'latin1')
    fc.assert(
      fc.property(fc.nat(255), fc.uint8Array({ maxLength: 40 }), charsets, (dataCoding, bytes, charset) => {
        const text = decodeText(dataCoding, Buffer.from(bytes), charset)
        expect(text === null || text.length <= bytes.length * 2).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })
})

/** As it goes to an SMSC, whole. */
function encodeText(text: string, charset: Charset): { readonly dataCoding: number; readonly octets: Buffer } {
  const encoding = encodingFor(text, charset)
  return { dataCoding: dataCodingOf(encoding), octets: encodeAs(encoding, text, charset) }
}
