import fc from 'fast-check'
import type { Address, DeliverSm, Pdu, ShortMessage, SubmitSm } from '../../../src/providers/smpp/pdu.ts'
import { numberTlv, octetsTlv, textTlv, writeTlvs, type Tlv } from '../../../src/providers/smpp/tlvs.ts'

const byte = fc.integer({ min: 0, max: 0xff })
const sequence = fc.integer({ min: 1, max: 0x7fff_ffff })

/** Characters of ASCII, as C-octet strings hold them. */
function text(maxLength: number): fc.Arbitrary<string> {
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
const named: fc.Arbitrary<readonly Tlv[]> = fc.subarray([
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

/** Of any tag, also repeated. */
const anyTlvs: fc.Arbitrary<readonly Tlv[]> = fc.array(
  fc.record({ tag: fc.integer({ min: 0, max: 0xffff }), value: octets(12) }),
  { maxLength: 4 },
)

function requestWith(tlvs: fc.Arbitrary<readonly Tlv[]>) {
  return { status: fc.constant(0), sequence, tlvs: tlvs.map(writeTlvs) }
}

const shortMessage: { [Name in keyof ShortMessage]: fc.Arbitrary<ShortMessage[Name]> } = {
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
}

/** submit_sm and deliver_sm, with parameters of any tag. */
export const messages = messagesWith(requestWith(anyTlvs))

/** Every command with its body, and parameters of the specification. */
export const pdus: fc.Arbitrary<Pdu> = pdusWith(requestWith(named))

type Request = ReturnType<typeof requestWith>

function messagesWith(request: Request): fc.Arbitrary<SubmitSm | DeliverSm> {
  return fc.record({
    ...request,
    command: fc.constantFrom('submit_sm' as const, 'deliver_sm' as const),
    ...shortMessage,
  })
}

function pdusWith(request: Request): fc.Arbitrary<Pdu> {
  return fc.oneof(
    messagesWith(request),
    fc.record({
      ...request,
      command: fc.constantFrom('bind_receiver' as const, 'bind_transmitter' as const, 'bind_transceiver' as const),
      systemId: text(15),
      password: text(8),
      systemType: text(12),
      interfaceVersion: byte,
      addrTon: byte,
      addrNpi: byte,
      addressRange: text(40),
    }),
    fc.record({
      ...request,
      command: fc.constantFrom(
        'bind_receiver_resp' as const,
        'bind_transmitter_resp' as const,
        'bind_transceiver_resp' as const,
      ),
      systemId: text(15),
    }),
    fc.record({ ...request, command: fc.constant('outbind' as const), systemId: text(15), password: text(8) }),
    fc.record({
      ...request,
      command: fc.constantFrom(
        'unbind' as const,
        'unbind_resp' as const,
        'enquire_link' as const,
        'enquire_link_resp' as const,
        'generic_nack' as const,
        'cancel_sm_resp' as const,
      ),
    }),
    fc.record({
      ...request,
      command: fc.constantFrom('submit_sm_resp' as const, 'deliver_sm_resp' as const, 'data_sm_resp' as const),
      messageId: text(64),
    }),
    fc.record({
      ...request,
      command: fc.constant('data_sm' as const),
      serviceType: text(5),
      source: address(64),
      destination: address(64),
      esmClass: byte,
      registeredDelivery: byte,
      dataCoding: byte,
    }),
    fc.record({ ...request, command: fc.constant('query_sm' as const), messageId: text(64), source: address(20) }),
    fc.record({
      ...request,
      command: fc.constant('query_sm_resp' as const),
      messageId: text(64),
      finalDate: time,
      messageState: byte,
      errorCode: byte,
    }),
    fc.record({
      ...request,
      command: fc.constant('cancel_sm' as const),
      serviceType: text(5),
      messageId: text(64),
      source: address(20),
      destination: address(20),
    }),
    fc.record({
      ...request,
      command: fc.constant('alert_notification' as const),
      source: address(64),
      esme: address(64),
    }),
  )
}
