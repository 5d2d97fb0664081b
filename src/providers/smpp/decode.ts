import { type Command, commandOf } from './commands.ts'
import {
  HEADER,
  readAddress,
  readByte,
  readShortMessage,
  readTail,
  readText,
  sequenceOf,
  statusOf,
  type Cursor,
} from './cursor.ts'
import type { DataSm, DeliverSm, Malformed, Pdu, SubmitSmResp, UnknownPdu } from './pdu.ts'
import { STATUS } from './statuses.ts'

/** The bit of command_id that makes a response. Source: SMPP v3.4 §5.1.2.1. */
const RESPONSE = 0x8000_0000

/** In data_sm addresses may be longer. Source: SMPP v3.4 §4.7.1. */
const ADDRESS = 21
const LONG_ADDRESS = 65

/**
 * Reads one PDU from its first octet to its last, as the framer cuts them; only what an ESME is sent is read beyond its header. Never throws,
 * never reads beyond it; Buffers in what it returns are views of it. A response may lack its body, or the zero at its end.
 */
export function decodePdu(bytes: Buffer): Pdu | UnknownPdu | Malformed {
  if (bytes.length < HEADER || bytes.readUInt32BE(0) !== bytes.length) return noPdu(bytes)
  const id = bytes.readUInt32BE(4)
  const command = commandOf(id)
  if (command === null) return { command: 'unknown', id, status: statusOf(bytes), sequence: sequenceOf(bytes) }
  const cursor: Cursor = { bytes, lenient: id >= RESPONSE, at: HEADER, status: 0, problem: '' }
  const pdu = read(cursor, command)
  return cursor.problem === '' ? pdu : malformed(cursor, command)
}

function noPdu(bytes: Buffer): Malformed {
  const sequence = bytes.length < HEADER ? 0 : sequenceOf(bytes)
  const problem = 'its length is not the one that it names'
  return { command: 'malformed', of: null, status: STATUS.ESME_RINVCMDLEN, sequence, problem }
}

function malformed({ bytes, status, problem }: Cursor, command: Command): Malformed {
  return { command: 'malformed', of: command, status, sequence: sequenceOf(bytes), problem }
}

function read(cursor: Cursor, command: Command): Pdu {
  if (command === 'submit_sm_resp') return readSubmitSmResp(cursor)
  if (command === 'deliver_sm') return readDeliverSm(cursor)
  if (command === 'data_sm') return readDataSm(cursor)
  return { command, status: statusOf(cursor.bytes), sequence: sequenceOf(cursor.bytes) }
}

// The fields of a literal are evaluated in their order, which is the order on the wire.

function readDeliverSm(cursor: Cursor): DeliverSm {
  return {
    command: 'deliver_sm',
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    serviceType: readText(cursor, 6, 'service_type'),
    source: readAddress(cursor, ADDRESS, 'source_addr'),
    destination: readAddress(cursor, ADDRESS, 'destination_addr'),
    esmClass: readByte(cursor, 'esm_class'),
    protocolId: readByte(cursor, 'protocol_id'),
    priorityFlag: readByte(cursor, 'priority_flag'),
    scheduleDeliveryTime: readText(cursor, 17, 'schedule_delivery_time'),
    validityPeriod: readText(cursor, 17, 'validity_period'),
    registeredDelivery: readByte(cursor, 'registered_delivery'),
    replaceIfPresentFlag: readByte(cursor, 'replace_if_present_flag'),
    dataCoding: readByte(cursor, 'data_coding'),
    smDefaultMsgId: readByte(cursor, 'sm_default_msg_id'),
    shortMessage: readShortMessage(cursor),
    tlvs: readTail(cursor),
  }
}

function readSubmitSmResp(cursor: Cursor): SubmitSmResp {
  return {
    command: 'submit_sm_resp',
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    messageId: readText(cursor, 65, 'message_id'),
  }
}

function readDataSm(cursor: Cursor): DataSm {
  return {
    command: 'data_sm',
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    serviceType: readText(cursor, 6, 'service_type'),
    source: readAddress(cursor, LONG_ADDRESS, 'source_addr'),
    destination: readAddress(cursor, LONG_ADDRESS, 'destination_addr'),
    esmClass: readByte(cursor, 'esm_class'),
    registeredDelivery: readByte(cursor, 'registered_delivery'),
    dataCoding: readByte(cursor, 'data_coding'),
    tlvs: readTail(cursor),
  }
}
