import { splitSegments } from '../../domain/sms/sms-text.ts'
import { dataCodingOf, encodeAs, encodingFor, type Charset } from './text.ts'
import { numberTlv, octetsTlv, type Tlv } from './tlvs.ts'

/**
 * How the parts of a long text are joined on the handset: by a user data header with a reference of 8 or 16 bits, by the sar_ parameters,
 * of which the SMSC makes such a header, or not cut here at all: `payload` hands it over whole.
 */
export type Joining = '8' | '16' | 'sar' | 'payload'

export interface PlanOptions {
  readonly charset: Charset
  readonly joining: Joining
  /** What the parts have in common on the handset: 0 or more, taken modulo what it has room for. */
  readonly reference: number
}

export interface Plan {
  readonly dataCoding: 0 | 8
  /** As it is carried. */
  readonly reference: number
  /** In order; one for a text that fits, and for `payload`. */
  readonly parts: readonly PlannedPart[]
}

export interface PlannedPart {
  /** 1 to `total` */
  readonly number: number
  /** 1 to 255 */
  readonly total: number
  /** 0x40 where a user data header stands in front of the text, else 0. */
  readonly esmClass: number
  readonly shortMessage: Buffer
  readonly tlvs: readonly Tlv[]
}

/** The header counts parts in one octet. Source: 3GPP TS 23.040 §9.2.3.24.1. */
const MOST_PARTS = 255

/** Septets in a part. */
const MOST_IN_PART = 153

/** UDH indicator. Source: SMPP v3.4 §5.2.12. */
const UDHI = 0x40

const NO_TLVS: readonly Tlv[] = []

/**
 * How a text is submitted: in as many parts as the domain counts segments, except that a reference of 16 bits takes an octet more from each,
 * and that what Latin-1 lacks is sent as UCS-2. Null: it would take more than 255 parts.
 */
export function planSubmission(text: string, { charset, joining, reference }: PlanOptions): Plan | null {
  if (text.length > MOST_PARTS * MOST_IN_PART) return null
  const encoding = encodingFor(text, charset)
  const segments = splitSegments(text, joining === '16' ? 16 : 8, encoding)
  if (segments.length > MOST_PARTS) return null
  const encode = (segment: string): Buffer => encodeAs(encoding, segment, charset)
  // SMSCs make a header of 8 bits of the sar_ parameters, if they can: there is room for no other.
  const carried = joining === '16' ? reference % 0x1_0000 : reference % 0x100
  return {
    dataCoding: dataCodingOf(encoding),
    reference: carried,
    parts: segments.length === 1 ? [wholePart(encode(text))] : longParts(text, segments, encode, joining, carried),
  }
}

function wholePart(shortMessage: Buffer): PlannedPart {
  return { number: 1, total: 1, esmClass: 0, shortMessage, tlvs: NO_TLVS }
}

function longParts(
  text: string,
  segments: readonly string[],
  encode: (segment: string) => Buffer,
  joining: Joining,
  reference: number,
): readonly PlannedPart[] {
  if (joining === 'payload') {
    const payload = octetsTlv('message_payload', encode(text))
    return [{ ...wholePart(Buffer.alloc(0)), tlvs: [payload] }]
  }
  const total = segments.length
  return segments.map((segment, index) => {
    const number = index + 1
    if (joining === 'sar')
      return { ...wholePart(encode(segment)), number, total, tlvs: sarOf(reference, total, number) }
    const shortMessage = Buffer.concat([headerOf(joining, reference, total, number), encode(segment)])
    return { number, total, esmClass: UDHI, shortMessage, tlvs: NO_TLVS }
  })
}

/** Source: SMPP v3.4 §5.3.2.22 to §5.3.2.24. */
function sarOf(reference: number, total: number, number: number): readonly Tlv[] {
  return [
    numberTlv('sar_msg_ref_num', reference),
    numberTlv('sar_total_segments', total),
    numberTlv('sar_segment_seqnum', number),
  ]
}

/** Elements 0 and 8, behind the length of the header. Source: 3GPP TS 23.040 §9.2.3.24.1 and §9.2.3.24.8. */
function headerOf(joining: '8' | '16', reference: number, total: number, number: number): Buffer {
  if (joining === '8') return Buffer.of(5, 0, 3, reference, total, number)
  return Buffer.of(6, 8, 4, reference >> 8, reference & 0xff, total, number)
}
