import { NOTHING } from './pdu.ts'
import { decodeText, type Charset } from './text.ts'
import { tlvNumber, tlvOctets } from './tlvs.ts'

/** Where a text stands among those that make one message. */
export interface PartPlace {
  /** What the parts of one message have in common; 0 to 65,535. */
  readonly reference: number
  /** 2 to 255 */
  readonly total: number
  /** 1 to `total` */
  readonly number: number
}

/** What a deliver_sm and a data_sm have of a text. */
export interface Carried {
  readonly esmClass: number
  readonly dataCoding: number
  readonly tlvs: Buffer
  /** A data_sm has none. */
  readonly shortMessage?: Buffer
}

export interface InboundText {
  /** Null: the octets are no text. In UCS-2 a part may begin or end within a surrogate pair. */
  readonly text: string | null
  /** Without the user data header. */
  readonly octets: Buffer
  /** Null for a whole text. */
  readonly part: PartPlace | null
}

/** UDH indicator. Source: SMPP v3.4 §5.2.12. */
const UDHI = 0x40

/** Elements that join parts, by a reference of 8 and of 16 bits. Source: 3GPP TS 23.040 §9.2.3.24. */
const JOINED = 0x00
const JOINED_WIDE = 0x08

/** The text of a message that came in, wherever it stands. Reads whatever octets there are; a header that they have no room for is none. */
export function readInboundText(pdu: Carried, charset: Charset): InboundText {
  const userData = userDataOf(pdu)
  const headerOctets = (pdu.esmClass & UDHI) === 0 ? 0 : headerLength(userData)
  const octets = userData.subarray(headerOctets)
  return {
    text: decodeText(pdu.dataCoding, octets, charset),
    octets,
    part: partOfHeader(userData.subarray(0, headerOctets)) ?? partOfTlvs(pdu.tlvs),
  }
}

/** short_message, or message_payload where it is empty. */
export function userDataOf({ shortMessage, tlvs }: Carried): Buffer {
  return shortMessage === undefined || shortMessage.length === 0
    ? (tlvOctets(tlvs, 'message_payload') ?? NOTHING)
    : shortMessage
}

function headerLength(userData: Buffer): number {
  const length = (userData[0] ?? 0) + 1
  return length > userData.length ? 0 : length
}

/** Elements may come in any order, and of several the last counts. Source: 3GPP TS 23.040 §9.2.3.24. */
function partOfHeader(header: Buffer): PartPlace | null {
  let place: PartPlace | null = null
  for (let at = 1; at + 2 <= header.length;) {
    const end = at + 2 + (header[at + 1] ?? 0)
    const element = header.subarray(at + 2, end)
    if (header[at] === JOINED && element.length === 3) {
      place = placeOf(element[0], element[1], element[2]) ?? place
    } else if (header[at] === JOINED_WIDE && element.length === 4) {
      place = placeOf(element.readUInt16BE(0), element[2], element[3]) ?? place
    }
    at = end
  }
  return place
}

function partOfTlvs(tlvs: Buffer): PartPlace | null {
  if (tlvs.length === 0) return null
  const reference = tlvNumber(tlvs, 'sar_msg_ref_num') ?? undefined
  const total = tlvNumber(tlvs, 'sar_total_segments') ?? undefined
  return placeOf(reference, total, tlvNumber(tlvs, 'sar_segment_seqnum') ?? undefined)
}

/** Null for what can't be, and for the only part of a message. */
function placeOf(
  reference: number | undefined,
  total: number | undefined,
  number: number | undefined,
): PartPlace | null {
  if (reference === undefined || total === undefined || number === undefined) return null
  const possible = reference <= 0xffff && total > 1 && total <= 0xff && number >= 1 && number <= total
  return possible ? { reference, total, number } : null
}
