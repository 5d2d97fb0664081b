import { COMMANDS, type Command } from './commands.ts'
import type { Address, Bind, ShortMessage } from './pdu.ts'

const HEADER = 16

const ADDRESS = 21

/** Source of sm_length: SMPP v3.4 §5.2.21. */
const MOST_SHORT_MESSAGE = 254

/** Octets of a submit_sm whose texts and message are empty. */
const EMPTY_MESSAGE = 33

/**
 * A submit_sm as it stands on the wire; `sequence` is 1 to 0x7FFFFFFF. Throws RangeError, which names the field, for a text that is longer
 * than its field, or has characters beyond U+00FF or U+0000 in it.
 */
export function encodeSubmitSm(sequence: number, message: ShortMessage, tlvs: Buffer): Buffer {
  const { source, destination, shortMessage } = message
  if (shortMessage.length > MOST_SHORT_MESSAGE) throw new RangeError('short_message has room for 254 octets.')
  const bytes = Buffer.allocUnsafe(EMPTY_MESSAGE + lengthOfTexts(message) + shortMessage.length + tlvs.length)
  writeHeader(bytes, COMMANDS.submit_sm, 0, sequence)
  let at = writeText(bytes, HEADER, message.serviceType, 6, 'service_type')
  at = writeAddress(bytes, at, source, 'source_addr')
  at = writeAddress(bytes, at, destination, 'destination_addr')
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

/** The longest body of a bind: its texts, each with a zero, and three numbers. */
const MOST_BIND = 16 + 9 + 13 + 3 + 41

/** Throws as `encodeSubmitSm` does. */
export function encodeBind(bind: Bind): Buffer {
  const room = Buffer.allocUnsafe(HEADER + MOST_BIND)
  let at = writeText(room, HEADER, bind.systemId, 16, 'system_id')
  at = writeText(room, at, bind.password, 9, 'password')
  at = writeText(room, at, bind.systemType, 13, 'system_type')
  room[at] = bind.interfaceVersion
  room[at + 1] = bind.addrTon
  room[at + 2] = bind.addrNpi
  const bytes = room.subarray(0, writeText(room, at + 3, bind.addressRange, 41, 'address_range'))
  writeHeader(bytes, COMMANDS[bind.command], 0, bind.sequence)
  return bytes
}

/** A PDU without a body: links, unbinds, and every refusal. */
export function encodeBare(command: Command, sequence: number, status = 0): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER)
  writeHeader(bytes, COMMANDS[command], status, sequence)
  return bytes
}

/** The answer to a message; ours carry no id. Source: SMPP v3.4 §4.6.2. */
export function encodeMessageResp(command: 'deliver_sm_resp' | 'data_sm_resp', sequence: number): Buffer {
  const bytes = Buffer.alloc(HEADER + 1)
  writeHeader(bytes, COMMANDS[command], 0, sequence)
  return bytes
}

function writeAddress(bytes: Buffer, at: number, address: Address, field: string): number {
  bytes[at] = address.ton
  bytes[at + 1] = address.npi
  return writeText(bytes, at + 2, address.address, ADDRESS, field)
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
