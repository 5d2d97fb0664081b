import { numberOf, octetsOf, type Pdu, textOf, TLVS } from './pdu.ts'
import { type Status } from './statuses.ts'
import { decodeText } from './text.ts'

/** A submit_sm, as it stands in the ledger once it is taken. */
export interface Submission {
  readonly systemId: string
  readonly sequence: number
  readonly from: string
  /** With `+` where its type of number is international. */
  readonly to: string
  /** Null: octets that are no text. */
  readonly text: string | null
  /** What the handset gets, without the header; hexadecimal. */
  readonly octets: string
  readonly dataCoding: number
  readonly esmClass: number
  readonly registeredDelivery: number
  readonly validityPeriod: string
  /** Of a text that is carried in several. */
  readonly segment: Segment | null
}

export interface Segment {
  readonly reference: number
  /** From 1. */
  readonly number: number
  readonly of: number
}

/** A user data header is there. Source: SMPP v3.4 §5.2.12. */
const UDHI = 0x40
const INTERNATIONAL = 1
/** Absolute or relative. Source: SMPP v3.4 §7.1.1. */
const TIME = /^(?:\d{15}[+\-R])?$/

/** What a submit_sm says, or the status that an SMSC refuses it with. */
export function readSubmission(pdu: Pdu, systemId: string): Submission | Status {
  const destination = textOf(pdu, 'destination_addr')
  if (!/^\+?\d{1,20}$/.test(destination)) return 'ESME_RINVDSTADR'
  if (!TIME.test(textOf(pdu, 'schedule_delivery_time'))) return 'ESME_RINVSCHED'
  if (!TIME.test(textOf(pdu, 'validity_period'))) return 'ESME_RINVEXPIRY'
  const [short, payload] = [octetsOf(pdu, 'short_message'), pdu.tlvs.get(TLVS.message_payload)]
  // One or the other. Source: SMPP v3.4 §5.3.2.32.
  if (short.length > 254 || (payload !== undefined && short.length > 0)) return 'ESME_RINVMSGLEN'
  const esmClass = numberOf(pdu, 'esm_class')
  const parted = part(payload ?? short, (esmClass & UDHI) !== 0)
  if (parted === null) return 'ESME_RINVMSGLEN'
  const dataCoding = numberOf(pdu, 'data_coding')
  const international = numberOf(pdu, 'dest_addr_ton') === INTERNATIONAL
  return {
    systemId,
    sequence: pdu.sequence,
    from: textOf(pdu, 'source_addr'),
    to: international ? `+${destination.replace('+', '')}` : destination,
    text: decodeText(dataCoding, parted.content),
    octets: parted.content.toString('hex'),
    dataCoding,
    esmClass,
    registeredDelivery: numberOf(pdu, 'registered_delivery'),
    validityPeriod: textOf(pdu, 'validity_period'),
    segment: segmentOf(parted.header) ?? segmentOfTlvs(pdu.tlvs),
  }
}

function part(octets: Buffer, hasHeader: boolean): { header: Buffer; content: Buffer } | null {
  const length = hasHeader ? (octets[0] ?? Infinity) + 1 : 0
  return length > octets.length ? null : { header: octets.subarray(0, length), content: octets.subarray(length) }
}

/** Elements 0 (a reference of 8 bits) and 8 (of 16). Source: 3GPP TS 23.040 §9.2.3.24. */
function segmentOf(header: Buffer): Segment | null {
  for (let at = 1; at + 2 <= header.length; at += 2 + (header[at + 1] ?? 0)) {
    const element = header.subarray(at + 2, at + 2 + (header[at + 1] ?? 0))
    const wide = header[at] === 8
    if ((header[at] !== 0 && !wide) || element.length !== (wide ? 4 : 3)) continue
    const [of = 0, number = 0] = element.subarray(-2)
    return { reference: wide ? element.readUInt16BE(0) : (element[0] ?? 0), number, of }
  }
  return null
}

function segmentOfTlvs(tlvs: Pdu['tlvs']): Segment | null {
  const reference = tlvs.get(TLVS.sar_msg_ref_num)
  const [of] = tlvs.get(TLVS.sar_total_segments) ?? []
  const [number] = tlvs.get(TLVS.sar_segment_seqnum) ?? []
  if (reference?.length !== 2 || of === undefined || number === undefined) return null
  return { reference: reference.readUInt16BE(0), number, of }
}
