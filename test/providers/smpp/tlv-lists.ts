import { TLVS, type Tlv } from '../../../src/providers/smpp/tlvs.ts'

/** A parameter whose value is text, with the zero at its end. */
export function textTlv(name: 'receipted_message_id', value: string): Tlv {
  return { tag: TLVS[name].tag, value: Buffer.from(`${value}\0`, 'latin1') }
}

/** All of them in their order, repeated ones too. */
export function readTlvs(tlvs: Buffer): readonly Tlv[] {
  const list: Tlv[] = []
  for (let at = 0; at + 4 <= tlvs.length;) {
    const end = at + 4 + tlvs.readUInt16BE(at + 2)
    list.push({ tag: tlvs.readUInt16BE(at), value: tlvs.subarray(at + 4, end) })
    at = end
  }
  return list
}
