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
import type {
  AlertNotification,
  Bare,
  Bind,
  BindResp,
  CancelSm,
  DataSm,
  DeliverSm,
  Malformed,
  MessageResp,
  Outbind,
  Pdu,
  QuerySm,
  QuerySmResp,
  SubmitSm,
  UnknownPdu,
} from './pdu.ts'
import { STATUS } from './statuses.ts'

/** The bit of command_id that makes a response. Source: SMPP v3.4 §5.1.2.1. */
const RESPONSE = 0x8000_0000

/** In data_sm and alert_notification addresses may be longer. Source: SMPP v3.4 §4.7.1 and §4.12.1. */
const ADDRESS = 21
const LONG_ADDRESS = 65

/**
 * Reads one PDU from its first octet to its last, as the framer cuts them. Never throws, never reads beyond it; Buffers in what it returns are
 * views of it. A response may lack its body, or the zero at its end, and what follows it is dropped where it is no whole parameter.
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
  switch (command) {
    case 'submit_sm_resp':
    case 'deliver_sm_resp':
    case 'data_sm_resp':
      return readMessageResp(cursor, command)
    case 'deliver_sm':
    case 'submit_sm':
      return readMessage(cursor, command)
    case 'enquire_link':
    case 'enquire_link_resp':
    case 'unbind':
    case 'unbind_resp':
    case 'generic_nack':
    case 'cancel_sm_resp':
      return readBare(cursor, command)
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
      return readBind(cursor, command)
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp':
      return readBindResp(cursor, command)
    case 'outbind':
      return readOutbind(cursor)
    case 'data_sm':
      return readDataSm(cursor)
    case 'query_sm':
      return readQuerySm(cursor)
    case 'query_sm_resp':
      return readQuerySmResp(cursor)
    case 'cancel_sm':
      return readCancelSm(cursor)
    case 'alert_notification':
      return readAlert(cursor)
  }
}

// The fields of a literal are evaluated in their order, which is the order on the wire.

function readMessage(cursor: Cursor, command: 'submit_sm' | 'deliver_sm'): SubmitSm | DeliverSm {
  return {
    command,
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
    tlvs: readTail(cursor, false),
  }
}

function readMessageResp(cursor: Cursor, command: MessageResp['command']): MessageResp {
  return {
    command,
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    messageId: readText(cursor, 65, 'message_id'),
    tlvs: readTail(cursor, true),
  }
}

function readBare(cursor: Cursor, command: Bare['command']): Bare {
  return { command, status: statusOf(cursor.bytes), sequence: sequenceOf(cursor.bytes), tlvs: readTail(cursor, true) }
}

function readBind(cursor: Cursor, command: Bind['command']): Bind {
  return {
    command,
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    systemId: readText(cursor, 16, 'system_id'),
    password: readText(cursor, 9, 'password'),
    systemType: readText(cursor, 13, 'system_type'),
    interfaceVersion: readByte(cursor, 'interface_version'),
    addrTon: readByte(cursor, 'addr_ton'),
    addrNpi: readByte(cursor, 'addr_npi'),
    addressRange: readText(cursor, 41, 'address_range'),
    tlvs: readTail(cursor, false),
  }
}

function readBindResp(cursor: Cursor, command: BindResp['command']): BindResp {
  return {
    command,
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    systemId: readText(cursor, 16, 'system_id'),
    tlvs: readTail(cursor, true),
  }
}

function readOutbind(cursor: Cursor): Outbind {
  return {
    command: 'outbind',
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    systemId: readText(cursor, 16, 'system_id'),
    password: readText(cursor, 9, 'password'),
    tlvs: readTail(cursor, false),
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
    tlvs: readTail(cursor, false),
  }
}

function readQuerySm(cursor: Cursor): QuerySm {
  return {
    command: 'query_sm',
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    messageId: readText(cursor, 65, 'message_id'),
    source: readAddress(cursor, ADDRESS, 'source_addr'),
    tlvs: readTail(cursor, false),
  }
}

function readQuerySmResp(cursor: Cursor): QuerySmResp {
  return {
    command: 'query_sm_resp',
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    messageId: readText(cursor, 65, 'message_id'),
    finalDate: readText(cursor, 17, 'final_date'),
    messageState: readByte(cursor, 'message_state'),
    errorCode: readByte(cursor, 'error_code'),
    tlvs: readTail(cursor, true),
  }
}

function readCancelSm(cursor: Cursor): CancelSm {
  return {
    command: 'cancel_sm',
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    serviceType: readText(cursor, 6, 'service_type'),
    messageId: readText(cursor, 65, 'message_id'),
    source: readAddress(cursor, ADDRESS, 'source_addr'),
    destination: readAddress(cursor, ADDRESS, 'destination_addr'),
    tlvs: readTail(cursor, false),
  }
}

function readAlert(cursor: Cursor): AlertNotification {
  return {
    command: 'alert_notification',
    status: statusOf(cursor.bytes),
    sequence: sequenceOf(cursor.bytes),
    source: readAddress(cursor, LONG_ADDRESS, 'source_addr'),
    esme: readAddress(cursor, LONG_ADDRESS, 'esme_addr'),
    tlvs: readTail(cursor, false),
  }
}
