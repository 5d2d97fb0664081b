import { NOTHING, type Address } from './pdu.ts'
import { STATUS } from './statuses.ts'
import { wholeTlvsEnd } from './tlvs.ts'

/** Octets in front of every body. Source: SMPP v3.4 §3.2. */
export const HEADER = 16

/** Of a response, instead of 65: some SMSCs give longer ids, and one that was not read in full matches no receipt. */
const MOST_OF_RESPONSE = 256

/** What a text that is too long is answered with; for others there is no status but a wrong length. */
const TOO_LONG: Readonly<Record<string, number>> = {
  service_type: STATUS.ESME_RINVSERTYP,
  source_addr: STATUS.ESME_RINVSRCADR,
  destination_addr: STATUS.ESME_RINVDSTADR,
  schedule_delivery_time: STATUS.ESME_RINVSCHED,
  validity_period: STATUS.ESME_RINVEXPIRY,
  message_id: STATUS.ESME_RINVMSGID,
}

/** One PDU while it is read. What is found wrong first stands in `status` and `problem`, which is empty while all is well. */
export interface Cursor {
  readonly bytes: Buffer
  /** Of a response all that can be read is taken: it says what became of something that was done already. */
  readonly lenient: boolean
  at: number
  status: number
  problem: string
}

/** Type of number, numbering plan and number; `octets` and `field` as `readText` has them. */
export function readAddress(cursor: Cursor, octets: number, field: string): Address {
  const ton = readByte(cursor, field)
  const npi = readByte(cursor, field)
  return { ton, npi, address: readText(cursor, octets, field) }
}

/** Characters and a zero, `octets` at most with it. `field` names it where something is wrong. */
export function readText(cursor: Cursor, octets: number, field: string): string {
  const { bytes, at, lenient } = cursor
  let end = at
  while (end < bytes.length && bytes[end] !== 0) end++
  cursor.at = Math.min(end + 1, bytes.length)
  if (end === bytes.length && !lenient) fault(cursor, STATUS.ESME_RINVCMDLEN, `${field} has no end`)
  if (end - at >= (lenient ? MOST_OF_RESPONSE : octets)) {
    fault(cursor, TOO_LONG[field] ?? STATUS.ESME_RINVCMDLEN, `${field} is too long`)
    return ''
  }
  return end === at ? '' : bytes.toString('latin1', at, end)
}

/** 0 where there is none. */
export function readByte(cursor: Cursor, field: string): number {
  const byte = cursor.bytes[cursor.at]
  if (byte === undefined) {
    if (!cursor.lenient) fault(cursor, STATUS.ESME_RINVCMDLEN, `it ends before ${field}`)
    return 0
  }
  cursor.at++
  return byte
}

/** After its length, in one octet. */
export function readShortMessage(cursor: Cursor): Buffer {
  const length = readByte(cursor, 'sm_length')
  if (length === 0) return NOTHING
  const { bytes, at } = cursor
  if (at + length > bytes.length) {
    fault(cursor, STATUS.ESME_RINVMSGLEN, 'it ends before short_message does')
    return NOTHING
  }
  cursor.at = at + length
  return bytes.subarray(at, at + length)
}

/** The optional parameters: what is left. */
export function readTail(cursor: Cursor): Buffer {
  const { bytes, at } = cursor
  if (at === bytes.length) return NOTHING
  const end = wholeTlvsEnd(bytes, at)
  if (end !== bytes.length) fault(cursor, STATUS.ESME_RINVOPTPARSTREAM, 'it ends within an optional parameter')
  return end === at ? NOTHING : bytes.subarray(at, end)
}

/** command_status, of a whole header. */
export function statusOf(bytes: Buffer): number {
  return bytes.readUInt32BE(8)
}

/** sequence_number, likewise. */
export function sequenceOf(bytes: Buffer): number {
  return bytes.readUInt32BE(12)
}

function fault(cursor: Cursor, status: number, problem: string): void {
  if (cursor.problem !== '') return
  cursor.status = status
  cursor.problem = problem
}
