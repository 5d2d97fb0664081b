import { NOTHING } from './pdu.ts'

/** One optional parameter. */
export interface Tlv {
  /** 0 to 0xFFFF */
  readonly tag: number
  readonly value: Buffer
}

interface Kind {
  readonly tag: number
  /** `number`: an integer of `octets` octets; `text`: characters and a zero, `octets` at most with it; `octets`: as they are. */
  readonly kind: 'number' | 'text' | 'octets'
  readonly octets: number
}

/** The optional parameters by name. Source: SMPP v3.4, table 5-7 and §5.3.2. */
export const TLVS = {
  dest_addr_subunit: { tag: 0x0005, kind: 'number', octets: 1 },
  dest_network_type: { tag: 0x0006, kind: 'number', octets: 1 },
  dest_bearer_type: { tag: 0x0007, kind: 'number', octets: 1 },
  dest_telematics_id: { tag: 0x0008, kind: 'number', octets: 2 },
  source_addr_subunit: { tag: 0x000d, kind: 'number', octets: 1 },
  source_network_type: { tag: 0x000e, kind: 'number', octets: 1 },
  source_bearer_type: { tag: 0x000f, kind: 'number', octets: 1 },
  source_telematics_id: { tag: 0x0010, kind: 'number', octets: 1 },
  qos_time_to_live: { tag: 0x0017, kind: 'number', octets: 4 },
  payload_type: { tag: 0x0019, kind: 'number', octets: 1 },
  additional_status_info_text: { tag: 0x001d, kind: 'text', octets: 256 },
  receipted_message_id: { tag: 0x001e, kind: 'text', octets: 65 },
  ms_msg_wait_facilities: { tag: 0x0030, kind: 'number', octets: 1 },
  privacy_indicator: { tag: 0x0201, kind: 'number', octets: 1 },
  source_subaddress: { tag: 0x0202, kind: 'octets', octets: 23 },
  dest_subaddress: { tag: 0x0203, kind: 'octets', octets: 23 },
  user_message_reference: { tag: 0x0204, kind: 'number', octets: 2 },
  user_response_code: { tag: 0x0205, kind: 'number', octets: 1 },
  source_port: { tag: 0x020a, kind: 'number', octets: 2 },
  destination_port: { tag: 0x020b, kind: 'number', octets: 2 },
  sar_msg_ref_num: { tag: 0x020c, kind: 'number', octets: 2 },
  language_indicator: { tag: 0x020d, kind: 'number', octets: 1 },
  sar_total_segments: { tag: 0x020e, kind: 'number', octets: 1 },
  sar_segment_seqnum: { tag: 0x020f, kind: 'number', octets: 1 },
  sc_interface_version: { tag: 0x0210, kind: 'number', octets: 1 },
  callback_num_pres_ind: { tag: 0x0302, kind: 'number', octets: 1 },
  callback_num_atag: { tag: 0x0303, kind: 'octets', octets: 65 },
  number_of_messages: { tag: 0x0304, kind: 'number', octets: 1 },
  callback_num: { tag: 0x0381, kind: 'octets', octets: 19 },
  dpf_result: { tag: 0x0420, kind: 'number', octets: 1 },
  set_dpf: { tag: 0x0421, kind: 'number', octets: 1 },
  ms_availability_status: { tag: 0x0422, kind: 'number', octets: 1 },
  network_error_code: { tag: 0x0423, kind: 'octets', octets: 3 },
  message_payload: { tag: 0x0424, kind: 'octets', octets: 65_535 },
  delivery_failure_reason: { tag: 0x0425, kind: 'number', octets: 1 },
  more_messages_to_send: { tag: 0x0426, kind: 'number', octets: 1 },
  message_state: { tag: 0x0427, kind: 'number', octets: 1 },
  ussd_service_op: { tag: 0x0501, kind: 'octets', octets: 1 },
  display_time: { tag: 0x1201, kind: 'number', octets: 1 },
  sms_signal: { tag: 0x1203, kind: 'number', octets: 2 },
  ms_validity: { tag: 0x1204, kind: 'number', octets: 1 },
  alert_on_message_delivery: { tag: 0x130c, kind: 'octets', octets: 0 },
  its_reply_type: { tag: 0x1380, kind: 'number', octets: 1 },
  its_session_info: { tag: 0x1383, kind: 'octets', octets: 2 },
} as const satisfies Record<string, Kind>

export type TlvName = keyof typeof TLVS
type NameOf<K extends Kind['kind']> = { [N in TlvName]: (typeof TLVS)[N]['kind'] extends K ? N : never }[TlvName]

/** Parameters of the SMSC's vendor, such as India's DLT ids at 0x1400 to 0x1402. Source: SMPP v3.4 §5.3.1. */
const OWN = { first: 0x1400, last: 0x3fff } as const
const OWN_TAG = /^0x[0-9a-f]{4}$/i
const HEXADECIMAL = /^hex:((?:[0-9a-f]{2})*)$/i

/** Octets in front of each value: its tag and its length, two each. */
const HEAD = 4

/** The first one's value, as a view; null where there is none. */
export function tlvOctets(tlvs: Buffer, name: TlvName): Buffer | null {
  const at = find(tlvs, TLVS[name].tag)
  return at === -1 ? null : tlvs.subarray(at, at + lengthAt(tlvs, at))
}

/** Null where there is none, or where it has no octet or more than four: some peers write another width than the specification's. */
export function tlvNumber(tlvs: Buffer, name: NameOf<'number'>): number | null {
  const at = find(tlvs, TLVS[name].tag)
  const length = at === -1 ? 0 : lengthAt(tlvs, at)
  return length === 0 || length > 4 ? null : tlvs.readUIntBE(at, length)
}

/** Up to its first zero, which some peers leave out. Null where there is none. */
export function tlvText(tlvs: Buffer, name: NameOf<'text'>): string | null {
  const value = tlvOctets(tlvs, name)
  if (value === null) return null
  const end = value.indexOf(0)
  return value.toString('latin1', 0, end === -1 ? value.length : end)
}

/** As they stand on the wire. Throws RangeError for a value of more than 65,535 octets. */
export function writeTlvs(list: readonly Tlv[]): Buffer {
  if (list.length === 0) return NOTHING
  const bytes = Buffer.allocUnsafe(list.reduce((sum, { value }) => sum + HEAD + value.length, 0))
  let at = 0
  for (const { tag, value } of list) {
    at = bytes.writeUInt16BE(tag, at)
    at = bytes.writeUInt16BE(value.length, at)
    bytes.set(value, at)
    at += value.length
  }
  return bytes
}

/** Throws RangeError for a number that its octets have no room for. */
export function numberTlv(name: NameOf<'number'>, value: number): Tlv {
  const { tag, octets } = TLVS[name]
  const bytes = Buffer.allocUnsafe(octets)
  bytes.writeUIntBE(value, 0, octets)
  return { tag, value: bytes }
}

/** Throws RangeError for more octets than it has room for. */
export function octetsTlv(name: NameOf<'octets'>, value: Buffer): Tlv {
  return { tag: TLVS[name].tag, value: within(name, value) }
}

/**
 * A caller's own: tags `0x1400` to `0x3FFF`, values as text (UTF-8, without a zero at the end) or as octets, `hex:0a1b`. Null where a
 * tag or a value is none of these.
 */
export function readOwnTlvs(own: Readonly<Record<string, string>>): readonly Tlv[] | null {
  const list = Object.entries(own).map(([tag, value]) => readOwn(tag, value))
  const known = list.filter((one) => one !== null)
  return known.length === list.length ? known : null
}

/** Where the parameters stop being whole: the length of `bytes` where all are. */
export function wholeTlvsEnd(bytes: Buffer, from: number): number {
  let at = from
  while (at + HEAD <= bytes.length) {
    const end = at + HEAD + lengthAt(bytes, at + HEAD)
    if (end > bytes.length) return at
    at = end
  }
  return at
}

/** Where the value of the first such parameter begins; -1: there is none. */
function find(tlvs: Buffer, tag: number): number {
  const [high, low] = [tag >> 8, tag & 0xff]
  for (let at = HEAD; at <= tlvs.length; at += HEAD + lengthAt(tlvs, at)) {
    if (tlvs[at - 4] === high && tlvs[at - 3] === low) return at
  }
  return -1
}

/** Of a value that begins there. */
function lengthAt(tlvs: Buffer, at: number): number {
  return ((tlvs[at - 2] ?? 0) << 8) | (tlvs[at - 1] ?? 0)
}

function within(name: TlvName, value: Buffer): Buffer {
  if (value.length > TLVS[name].octets) throw new RangeError(`${name} has room for ${TLVS[name].octets} octets.`)
  return value
}

function readOwn(tag: string, value: string): Tlv | null {
  const code = OWN_TAG.test(tag) ? Number(tag) : 0
  if (code < OWN.first || code > OWN.last) return null
  const octets = value.startsWith('hex:') ? readHexadecimal(value) : Buffer.from(value)
  return octets === null || octets.length > 65_535 ? null : { tag: code, value: octets }
}

function readHexadecimal(value: string): Buffer | null {
  const digits = HEXADECIMAL.exec(value)?.[1]
  return digits === undefined ? null : Buffer.from(digits, 'hex')
}
