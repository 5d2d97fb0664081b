import fc from 'fast-check'
import type { Address, Bind, DataSm, ShortMessage } from '../../../src/providers/smpp/pdu.ts'
import { numberTlv, octetsTlv, writeTlvs, type Tlv } from '../../../src/providers/smpp/tlvs.ts'
import { textTlv } from './tlv-lists.ts'

const byte = fc.integer({ min: 0, max: 0xff })
export const sequences = fc.integer({ min: 1, max: 0x7fff_ffff })

/** Characters of ASCII, as C-octet strings hold them. */
export function text(maxLength: number): fc.Arbitrary<string> {
  const codes = fc.array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength })
  return codes.map((all) => String.fromCharCode(...all))
}

/** A time, or none; another implementation fills up shorter ones. */
const time = fc.constantFrom('', '000002000000000R', '261123115500004+')

function octets(maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes))
}

function address(maxLength: number): fc.Arbitrary<Address> {
  return fc.record({ ton: byte, npi: byte, address: text(maxLength) })
}

/** Parameters of the specification, each once at most. message_state is not among them: elsewhere it is a field. */
export const namedTlvs: fc.Arbitrary<Buffer> = fc
  .subarray([
    numberTlv('dest_addr_subunit', 3),
    numberTlv('dest_telematics_id', 0xfedc),
    numberTlv('qos_time_to_live', 0xfedc_ba98),
    textTlv('receipted_message_id', '0A1B2C3D'),
    numberTlv('user_message_reference', 258),
    numberTlv('sar_msg_ref_num', 513),
    numberTlv('sar_total_segments', 2),
    octetsTlv('network_error_code', Buffer.of(3, 0, 38)),
    octetsTlv('message_payload', Buffer.from('a longer text')),
    numberTlv('sms_signal', 0x0102),
  ])
  .map(writeTlvs)

/** Of any tag, also repeated. */
export const anyTlvs: fc.Arbitrary<Buffer> = fc
  .array<Tlv>(fc.record({ tag: fc.integer({ min: 0, max: 0xffff }), value: octets(12) }), { maxLength: 4 })
  .map(writeTlvs)

/** What submit_sm and deliver_sm carry. */
export const messages: fc.Arbitrary<ShortMessage> = fc.record({
  serviceType: text(5),
  source: address(20),
  destination: address(20),
  esmClass: byte,
  protocolId: byte,
  priorityFlag: byte,
  scheduleDeliveryTime: time,
  validityPeriod: time,
  registeredDelivery: byte,
  replaceIfPresentFlag: byte,
  dataCoding: byte,
  smDefaultMsgId: byte,
  shortMessage: octets(254),
})

/** What data_sm carries, in its order. */
export const data: fc.Arbitrary<Omit<DataSm, 'command' | 'status' | 'sequence' | 'tlvs'>> = fc.record({
  serviceType: text(5),
  source: address(64),
  destination: address(64),
  esmClass: byte,
  registeredDelivery: byte,
  dataCoding: byte,
})

export const binds: fc.Arbitrary<Bind> = fc.record({
  command: fc.constantFrom('bind_receiver' as const, 'bind_transmitter' as const, 'bind_transceiver' as const),
  sequence: sequences,
  systemId: text(15),
  password: text(8),
  systemType: text(12),
  interfaceVersion: byte,
  addrTon: byte,
  addrNpi: byte,
  addressRange: text(40),
})
