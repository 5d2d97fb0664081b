import smpp from 'smpp'
import { describe, expect, it } from 'vitest'
import {
  numberTlv,
  octetsTlv,
  readOwnTlvs,
  tlvNumber,
  tlvOctets,
  TLVS,
  tlvText,
  writeTlvs,
} from '../../../src/providers/smpp/tlvs.ts'
import { readTlvs, textTlv } from './tlv-lists.ts'

/** What another implementation calls otherwise. */
const OTHER_NAMES: Readonly<Record<string, string>> = { destination_port: 'dest_port' }

describe('optional parameters', () => {
  it('have the tags of another implementation', () => {
    for (const [name, { tag }] of Object.entries(TLVS)) {
      expect([name, smpp.tlvs[OTHER_NAMES[name] ?? name]?.id]).toEqual([name, tag])
    }
  })

  it('are found by name among any others, the first of several', () => {
    const tlvs = writeTlvs([
      { tag: 0x1400, value: Buffer.from('1101') },
      textTlv('receipted_message_id', '0A1B'),
      numberTlv('message_state', 2),
      numberTlv('message_state', 5),
      octetsTlv('alert_on_message_delivery', Buffer.alloc(0)),
    ])
    expect(tlvNumber(tlvs, 'message_state')).toBe(2)
    expect(tlvText(tlvs, 'receipted_message_id')).toBe('0A1B')
    expect(tlvOctets(tlvs, 'alert_on_message_delivery')).toEqual(Buffer.alloc(0))
    expect(readTlvs(tlvs).map(({ tag }) => tag)).toEqual([0x1400, 0x1e, 0x427, 0x427, 0x130c])
  })

  it('that are not there are null', () => {
    // The tag stands in a value, where it is none.
    const tlvs = writeTlvs([octetsTlv('message_payload', Buffer.of(4, 0x27, 0, 1, 2))])
    expect([tlvNumber(tlvs, 'message_state'), tlvText(tlvs, 'receipted_message_id')]).toEqual([null, null])
    expect(tlvOctets(Buffer.alloc(0), 'message_payload')).toBeNull()
  })

  it('of another width are numbers all the same, up to four octets', () => {
    const stateOf = (...octets: number[]): number | null =>
      tlvNumber(writeTlvs([{ tag: TLVS.message_state.tag, value: Buffer.from(octets) }]), 'message_state')
    expect([stateOf(2), stateOf(0, 2), stateOf(0, 0, 0, 2)]).toEqual([2, 2, 2])
    expect([stateOf(), stateOf(0, 0, 0, 0, 2)]).toEqual([null, null])
  })

  it('of text are read without a zero at their end, too', () => {
    const idOf = (octets: string): string | null =>
      tlvText(writeTlvs([{ tag: TLVS.receipted_message_id.tag, value: Buffer.from(octets) }]), 'receipted_message_id')
    expect([idOf('12\0'), idOf('12'), idOf('12\0\0'), idOf('')]).toEqual(['12', '12', '12', ''])
  })

  it('that are too large for their place are a fault of the caller', () => {
    expect(() => numberTlv('message_state', 256)).toThrow(RangeError)
    expect(() => octetsTlv('network_error_code', Buffer.alloc(4))).toThrow('network_error_code has room for 3 octets.')
  })
})

describe("a caller's own parameters", () => {
  it('are text, or octets in hexadecimal', () => {
    expect(readOwnTlvs({ '0x1400': '1101234567890', '0x3fff': 'hex:0A1b00', '0x1401': 'é' })).toEqual([
      { tag: 0x1400, value: Buffer.from('1101234567890') },
      { tag: 0x3fff, value: Buffer.of(10, 27, 0) },
      { tag: 0x1401, value: Buffer.from('é') },
    ])
    expect(readOwnTlvs({})).toEqual([])
  })

  it.each([['0x13ff'], ['0x4000'], ['5120'], ['0x14'], ['0x1400 '], ['']])('have no tag %j', (tag) => {
    expect(readOwnTlvs({ '0x1400': 'fine', [tag]: 'x' })).toBeNull()
  })

  it.each([['hex:0'], ['hex:0g'], ['hex: 00']])('have no value %j', (value) => {
    expect(readOwnTlvs({ '0x1400': value })).toBeNull()
  })
})
