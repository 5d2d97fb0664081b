import { STATUSES } from './statuses.ts'

/** Source of ids and bodies: SMPP v3.4, §4 and table 5-1. */
export const COMMANDS = {
  bind_receiver: 0x01,
  bind_transmitter: 0x02,
  submit_sm: 0x04,
  deliver_sm: 0x05,
  unbind: 0x06,
  bind_transceiver: 0x09,
  enquire_link: 0x15,
  generic_nack: 0x80_00_00_00,
  bind_receiver_resp: 0x80_00_00_01,
  bind_transmitter_resp: 0x80_00_00_02,
  submit_sm_resp: 0x80_00_00_04,
  deliver_sm_resp: 0x80_00_00_05,
  unbind_resp: 0x80_00_00_06,
  bind_transceiver_resp: 0x80_00_00_09,
  enquire_link_resp: 0x80_00_00_15,
} as const

export type Command = keyof typeof COMMANDS

/** Optional parameters by their tags. Source: SMPP v3.4, table 5-7. */
export const TLVS = {
  receipted_message_id: 0x001e,
  sar_msg_ref_num: 0x020c,
  sar_total_segments: 0x020e,
  sar_segment_seqnum: 0x020f,
  sc_interface_version: 0x0210,
  message_payload: 0x0424,
  message_state: 0x0427,
} as const

export type Value = string | number | Buffer

export interface Pdu {
  /** Null: none of ours. */
  readonly command: Command | null
  /** command_status. */
  readonly status: number
  readonly sequence: number
  /** Of the body, by the names of the specification; empty where the status is not 0. */
  readonly fields: Readonly<Record<string, Value>>
  /** By tag. */
  readonly tlvs: ReadonlyMap<number, Buffer>
}

/** A PDU whose body is not what its command has. */
export interface Malformed {
  readonly command: Command
  readonly sequence: number
  /** The status to refuse it with. */
  readonly refuseWith: number
}

const HEADER_OCTETS = 16

/** `text`: ends with a zero, and takes at most so many octets with it; `octets`: after their number. */
type Field = readonly [name: string, kind: 'text', most: number] | readonly [name: string, kind: 'byte' | 'octets']

const BIND: readonly Field[] = [
  ['system_id', 'text', 16],
  ['password', 'text', 9],
  ['system_type', 'text', 13],
  ['interface_version', 'byte'],
  ['addr_ton', 'byte'],
  ['addr_npi', 'byte'],
  ['address_range', 'text', 41],
]

const BIND_RESP: readonly Field[] = [['system_id', 'text', 16]]

const MESSAGE: readonly Field[] = [
  ['service_type', 'text', 6],
  ['source_addr_ton', 'byte'],
  ['source_addr_npi', 'byte'],
  ['source_addr', 'text', 21],
  ['dest_addr_ton', 'byte'],
  ['dest_addr_npi', 'byte'],
  ['destination_addr', 'text', 21],
  ['esm_class', 'byte'],
  ['protocol_id', 'byte'],
  ['priority_flag', 'byte'],
  ['schedule_delivery_time', 'text', 17],
  ['validity_period', 'text', 17],
  ['registered_delivery', 'byte'],
  ['replace_if_present_flag', 'byte'],
  ['data_coding', 'byte'],
  ['sm_default_msg_id', 'byte'],
  ['short_message', 'octets'],
]

const MESSAGE_RESP: readonly Field[] = [['message_id', 'text', 65]]

const BODIES: Readonly<Partial<Record<Command, readonly Field[]>>> = {
  bind_receiver: BIND,
  bind_transmitter: BIND,
  bind_transceiver: BIND,
  bind_receiver_resp: BIND_RESP,
  bind_transmitter_resp: BIND_RESP,
  bind_transceiver_resp: BIND_RESP,
  submit_sm: MESSAGE,
  deliver_sm: MESSAGE,
  submit_sm_resp: MESSAGE_RESP,
  deliver_sm_resp: MESSAGE_RESP,
}

const NAMES = new Map<number, string>(Object.entries(COMMANDS).map(([name, id]) => [id, name]))

/** Reads one PDU, whole and at least a header long. */
export function decode(frame: Buffer): Pdu | Malformed {
  const [id, status, sequence] = [frame.readUInt32BE(4), frame.readUInt32BE(8), frame.readUInt32BE(12)]
  const command = commandOf(id)
  // A refusal has no body, though some send one.
  if (command === null || status !== 0) return { command, status, sequence, fields: {}, tlvs: new Map() }
  const body = readBody(frame, BODIES[command] ?? [])
  if (body === null) return { command, sequence, refuseWith: STATUSES.ESME_RINVCMDLEN }
  const tlvs = readTlvs(frame, body.end)
  if (tlvs === null) return { command, sequence, refuseWith: STATUSES.ESME_RINVOPTPARSTREAM }
  return { command, status, sequence, fields: body.fields, tlvs }
}

export interface NewPdu {
  readonly command: Command
  readonly status?: number
  readonly sequence: number
  /** Those left out are empty or 0. */
  readonly fields?: Readonly<Record<string, Value>>
  readonly tlvs?: readonly (readonly [tag: number, value: Buffer])[]
}

/** Writes one PDU; a refusal goes without a body. */
export function encode({ command, status = 0, sequence, fields = {}, tlvs = [] }: NewPdu): Buffer {
  const parts = status === 0 ? (BODIES[command] ?? []).map((field) => writeField(field, fields[field[0]])) : []
  for (const [tag, value] of tlvs) parts.push(uint16(tag), uint16(value.length), value)
  const body = Buffer.concat(parts)
  const header = Buffer.alloc(HEADER_OCTETS)
  header.writeUInt32BE(HEADER_OCTETS + body.length, 0)
  header.writeUInt32BE(COMMANDS[command], 4)
  header.writeUInt32BE(status, 8)
  header.writeUInt32BE(sequence, 12)
  return Buffer.concat([header, body])
}

/** A field of a PDU that is text; empty where it has none. */
export function textOf(pdu: Pdu, field: string): string {
  const value = pdu.fields[field]
  return typeof value === 'string' ? value : ''
}

export function numberOf(pdu: Pdu, field: string): number {
  const value = pdu.fields[field]
  return typeof value === 'number' ? value : 0
}

export function octetsOf(pdu: Pdu, field: string): Buffer {
  const value = pdu.fields[field]
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0)
}

function commandOf(id: number): Command | null {
  const name = NAMES.get(id)
  return name === undefined ? null : (name as Command)
}

function readBody(frame: Buffer, body: readonly Field[]): { fields: Record<string, Value>; end: number } | null {
  const fields: Record<string, Value> = {}
  let at = HEADER_OCTETS
  for (const field of body) {
    const read = readField(frame, field, at)
    if (read === null) return null
    fields[field[0]] = read.value
    at = read.end
  }
  return { fields, end: at }
}

function readField(frame: Buffer, field: Field, at: number): { value: Value; end: number } | null {
  if (field[1] === 'text') {
    const end = frame.indexOf(0, at)
    if (end === -1 || end - at >= field[2]) return null
    return { value: frame.toString('latin1', at, end), end: end + 1 }
  }
  const byte = frame[at]
  if (byte === undefined) return null
  if (field[1] === 'byte') return { value: byte, end: at + 1 }
  const end = at + 1 + byte
  return end > frame.length ? null : { value: frame.subarray(at + 1, end), end }
}

function readTlvs(frame: Buffer, from: number): Map<number, Buffer> | null {
  const tlvs = new Map<number, Buffer>()
  let at = from
  while (at < frame.length) {
    if (at + 4 > frame.length) return null
    const end = at + 4 + frame.readUInt16BE(at + 2)
    if (end > frame.length) return null
    tlvs.set(frame.readUInt16BE(at), frame.subarray(at + 4, end))
    at = end
  }
  return tlvs
}

function writeField(field: Field, value: Value | undefined): Buffer {
  if (field[1] === 'text') return Buffer.from(`${typeof value === 'string' ? value : ''}\0`, 'latin1')
  if (field[1] === 'byte') return Buffer.of(typeof value === 'number' ? value : 0)
  const octets = Buffer.isBuffer(value) ? value : Buffer.alloc(0)
  return Buffer.concat([Buffer.of(octets.length), octets])
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}
