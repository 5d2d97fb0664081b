import { COMMANDS, type Command } from './commands.ts'
import {
  NOTHING,
  type Address,
  type AlertNotification,
  type Bind,
  type CancelSm,
  type DataSm,
  type MessageResp,
  type Outbind,
  type Pdu,
  type QuerySm,
  type QuerySmResp,
  type ShortMessage,
} from './pdu.ts'

const HEADER = 16

/** In data_sm and alert_notification addresses may be longer. Source: SMPP v3.4 §4.7.1 and §4.12.1. */
const ADDRESS = 21
const LONG_ADDRESS = 65

/** Source of sm_length: SMPP v3.4 §5.2.21. */
const MOST_SHORT_MESSAGE = 254

/** Octets of a submit_sm whose texts and message are empty. */
const EMPTY_MESSAGE = 33

/**
 * One PDU as it stands on the wire. A response that refuses is written without its body, as the specification has it. Throws RangeError,
 * which names the field, for a text that is longer than its field, or has characters beyond U+00FF or U+0000 in it.
 */
export function encodePdu(pdu: Pdu): Buffer {
  switch (pdu.command) {
    case 'submit_sm':
    case 'deliver_sm':
      return encodeMessage(COMMANDS[pdu.command], pdu.sequence, pdu, pdu.tlvs)
    case 'submit_sm_resp':
    case 'deliver_sm_resp':
    case 'data_sm_resp':
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp':
    case 'query_sm_resp':
      return pdu.status === 0 ? assemble(pdu) : encodeBare(pdu.command, pdu.sequence, pdu.status)
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
    case 'outbind':
    case 'data_sm':
    case 'query_sm':
    case 'cancel_sm':
    case 'alert_notification':
    case 'unbind':
    case 'unbind_resp':
    case 'enquire_link':
    case 'enquire_link_resp':
    case 'generic_nack':
    case 'cancel_sm_resp':
      return assemble(pdu)
  }
}

/** `sequence` is 1 to 0x7FFFFFFF. Throws as `encodePdu` does. */
export function encodeSubmitSm(sequence: number, message: ShortMessage, tlvs: Buffer): Buffer {
  return encodeMessage(COMMANDS.submit_sm, sequence, message, tlvs)
}

/** A PDU without a body: links, unbinds, and every refusal. */
export function encodeBare(command: Command, sequence: number, status = 0): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER)
  writeHeader(bytes, COMMANDS[command], status, sequence)
  return bytes
}

/** The answer to a message; ours carry no id. Source: SMPP v3.4 §4.6.2. */
export function encodeMessageResp(command: MessageResp['command'], sequence: number, messageId = ''): Buffer {
  return assemble({ command, status: 0, sequence, messageId, tlvs: NOTHING })
}

function encodeMessage(id: number, sequence: number, message: ShortMessage, tlvs: Buffer): Buffer {
  const { source, destination, shortMessage } = message
  if (shortMessage.length > MOST_SHORT_MESSAGE) throw new RangeError('short_message has room for 254 octets.')
  const bytes = Buffer.allocUnsafe(EMPTY_MESSAGE + lengthOfTexts(message) + shortMessage.length + tlvs.length)
  writeHeader(bytes, id, 0, sequence)
  let at = writeText(bytes, HEADER, message.serviceType, 6, 'service_type')
  at = writeAddress(bytes, at, source, ADDRESS, 'source_addr')
  at = writeAddress(bytes, at, destination, ADDRESS, 'destination_addr')
  bytes[at] = message.esmClass
  bytes[at + 1] = message.protocolId
  bytes[at + 2] = message.priorityFlag
  at = writeText(bytes, at + 3, message.scheduleDeliveryTime, 17, 'schedule_delivery_time')
  at = writeText(bytes, at, message.validityPeriod, 17, 'validity_period')
  bytes[at] = message.registeredDelivery
  bytes[at + 1] = message.replaceIfPresentFlag
  bytes[at + 2] = message.dataCoding
  bytes[at + 3] = message.smDefaultMsgId
  bytes[at + 4] = shortMessage.length
  bytes.set(shortMessage, at + 5)
  if (tlvs.length > 0) bytes.set(tlvs, at + 5 + shortMessage.length)
  return bytes
}

function lengthOfTexts(message: ShortMessage): number {
  return (
    message.serviceType.length +
    message.source.address.length +
    message.destination.address.length +
    message.scheduleDeliveryTime.length +
    message.validityPeriod.length
  )
}

/** The longest body of all others: a cancel_sm has 6 + 65 + 2 × 23 octets, a data_sm 6 + 2 × 67 + 3. */
const MOST_BODY = 256

/** Of those that are few: written where there is room enough, then cut. */
function assemble(pdu: Exclude<Pdu, { command: 'submit_sm' | 'deliver_sm' }>): Buffer {
  const room = Buffer.allocUnsafe(HEADER + MOST_BODY + pdu.tlvs.length)
  const end = writeBody(room, pdu)
  room.set(pdu.tlvs, end)
  const bytes = room.subarray(0, end + pdu.tlvs.length)
  writeHeader(bytes, COMMANDS[pdu.command], pdu.status, pdu.sequence)
  return bytes
}

function writeBody(bytes: Buffer, pdu: Exclude<Pdu, { command: 'submit_sm' | 'deliver_sm' }>): number {
  switch (pdu.command) {
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      return writeBind(bytes, pdu)
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp':
      return writeText(bytes, HEADER, pdu.systemId, 16, 'system_id')
    case 'outbind':
      return writeOutbind(bytes, pdu)
    case 'submit_sm_resp':
    case 'deliver_sm_resp':
    case 'data_sm_resp':
      return writeText(bytes, HEADER, pdu.messageId, 65, 'message_id')
    case 'data_sm':
      return writeDataSm(bytes, pdu)
    case 'query_sm':
      return writeQuerySm(bytes, pdu)
    case 'query_sm_resp':
      return writeQuerySmResp(bytes, pdu)
    case 'cancel_sm':
      return writeCancelSm(bytes, pdu)
    case 'alert_notification':
      return writeAlert(bytes, pdu)
    case 'unbind':
    case 'unbind_resp':
    case 'enquire_link':
    case 'enquire_link_resp':
    case 'generic_nack':
    case 'cancel_sm_resp':
      return HEADER
  }
}

function writeBind(bytes: Buffer, pdu: Bind): number {
  let at = writeText(bytes, HEADER, pdu.systemId, 16, 'system_id')
  at = writeText(bytes, at, pdu.password, 9, 'password')
  at = writeText(bytes, at, pdu.systemType, 13, 'system_type')
  bytes[at] = pdu.interfaceVersion
  bytes[at + 1] = pdu.addrTon
  bytes[at + 2] = pdu.addrNpi
  return writeText(bytes, at + 3, pdu.addressRange, 41, 'address_range')
}

function writeOutbind(bytes: Buffer, pdu: Outbind): number {
  const at = writeText(bytes, HEADER, pdu.systemId, 16, 'system_id')
  return writeText(bytes, at, pdu.password, 9, 'password')
}

function writeDataSm(bytes: Buffer, pdu: DataSm): number {
  let at = writeText(bytes, HEADER, pdu.serviceType, 6, 'service_type')
  at = writeAddress(bytes, at, pdu.source, LONG_ADDRESS, 'source_addr')
  at = writeAddress(bytes, at, pdu.destination, LONG_ADDRESS, 'destination_addr')
  bytes[at] = pdu.esmClass
  bytes[at + 1] = pdu.registeredDelivery
  bytes[at + 2] = pdu.dataCoding
  return at + 3
}

function writeQuerySm(bytes: Buffer, pdu: QuerySm): number {
  const at = writeText(bytes, HEADER, pdu.messageId, 65, 'message_id')
  return writeAddress(bytes, at, pdu.source, ADDRESS, 'source_addr')
}

function writeQuerySmResp(bytes: Buffer, pdu: QuerySmResp): number {
  let at = writeText(bytes, HEADER, pdu.messageId, 65, 'message_id')
  at = writeText(bytes, at, pdu.finalDate, 17, 'final_date')
  bytes[at] = pdu.messageState
  bytes[at + 1] = pdu.errorCode
  return at + 2
}

function writeCancelSm(bytes: Buffer, pdu: CancelSm): number {
  let at = writeText(bytes, HEADER, pdu.serviceType, 6, 'service_type')
  at = writeText(bytes, at, pdu.messageId, 65, 'message_id')
  at = writeAddress(bytes, at, pdu.source, ADDRESS, 'source_addr')
  return writeAddress(bytes, at, pdu.destination, ADDRESS, 'destination_addr')
}

function writeAlert(bytes: Buffer, pdu: AlertNotification): number {
  const at = writeAddress(bytes, HEADER, pdu.source, LONG_ADDRESS, 'source_addr')
  return writeAddress(bytes, at, pdu.esme, LONG_ADDRESS, 'esme_addr')
}

function writeAddress(bytes: Buffer, at: number, address: Address, octets: number, field: string): number {
  bytes[at] = address.ton
  bytes[at + 1] = address.npi
  return writeText(bytes, at + 2, address.address, octets, field)
}

/** Characters and a zero, `octets` at most with it. By hand, since for so few a call of the platform's takes longer. */
function writeText(bytes: Buffer, start: number, text: string, octets: number, field: string): number {
  if (text.length >= octets) throw new RangeError(`${field} has room for ${octets - 1} characters.`)
  let at = start
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0 || code > 0xff) throw new RangeError(`${field} holds no such character.`)
    bytes[at] = code
    at++
  }
  bytes[at] = 0
  return at + 1
}

function writeHeader(bytes: Buffer, id: number, status: number, sequence: number): void {
  bytes.writeUInt32BE(bytes.length, 0)
  bytes.writeUInt32BE(id, 4)
  bytes.writeUInt32BE(status, 8)
  bytes.writeUInt32BE(sequence, 12)
}
