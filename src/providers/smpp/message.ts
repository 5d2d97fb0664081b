import { failure, type Failure } from '../../domain/failure.ts'
import type { OutboundSms } from '../../domain/provider.ts'
import { destinationOf, sourceOf } from './addresses.ts'
import { encodeSubmitSm } from './encode.ts'
import { planSubmission, type PlannedPart } from './parts.ts'
import type { Address, ShortMessage } from './pdu.ts'
import { readOwnTlvs, type Tlv, writeTlvs } from './tlvs.ts'
import type { SmppOptions } from './url.ts'
import { relativeTime } from './validity.ts'

export type MessageOptions = Pick<
  SmppOptions,
  'charset' | 'udh' | 'receipts' | 'sender' | 'sourceTon' | 'sourceNpi' | 'validitySeconds' | 'tlvs'
>

/** One part, ready to be written. */
export interface Part {
  readonly number: number
  readonly total: number
  readonly reference: number
  /** No receipt is asked for it. */
  readonly unasked: boolean
  /** `withValidity` false: the SMSC's own validity. */
  readonly encode: (sequence: number, withValidity: boolean) => Buffer
}

/** Of registered_delivery: a receipt for whatever becomes of it, or none. Source: SMPP v3.4 §5.2.17. */
const RECEIPT = 1
const NO_RECEIPT = 0

/** The SMSC's own sender. */
const NOBODY: Address = { ton: 0, npi: 0, address: '' }

/** Pure: the parts that are to be submitted, without those that the SMSC has from an earlier submission; or why there are none. */
export function buildParts(options: MessageOptions, sms: OutboundSms, reference: number): readonly Part[] | Failure {
  const source = sourceFor(options, sms.sender)
  if (source === null) return failure('permanent', 'invalid_sender')
  const tlvs = hasNone(options.tlvs) && sms.tlvs === undefined ? NO_TLVS : readOwnTlvs({ ...options.tlvs, ...sms.tlvs })
  if (tlvs === null) return failure('permanent', 'rejected')
  const plan = planSubmission(sms.text, { charset: options.charset, joining: options.udh, reference })
  if (plan === null) return failure('permanent', 'too_long')
  const destination = destinationOf(sms.contact)
  const validityPeriod = relativeTime(Math.min(sms.validitySeconds, options.validitySeconds ?? Infinity))
  // Cut otherwise than it was (by other settings), what is missing is nobody's part.
  const isSameCut = sms.resume?.total === plan.parts.length
  const left = sms.resume !== undefined && isSameCut ? leftOf(plan.parts, sms.resume.accepted) : plan.parts
  return left.map((part, index) => {
    const isAsked = options.receipts === 'all' || (options.receipts === 'last' && index === left.length - 1)
    // Written out: what is spread together for each message costs a tenth of its submission.
    const message: ShortMessage = {
      serviceType: '',
      source,
      destination,
      esmClass: part.esmClass,
      protocolId: 0,
      priorityFlag: 0,
      scheduleDeliveryTime: '',
      validityPeriod,
      registeredDelivery: isAsked ? RECEIPT : NO_RECEIPT,
      replaceIfPresentFlag: 0,
      dataCoding: plan.dataCoding,
      smDefaultMsgId: 0,
      shortMessage: part.shortMessage,
    }
    return toPart(part, plan.reference, message, tlvs)
  })
}

const NO_TLVS: readonly Tlv[] = []

function hasNone(tlvs: MessageOptions['tlvs']): boolean {
  for (const _ in tlvs) return false
  return true
}

function leftOf(all: readonly PlannedPart[], accepted: readonly number[]): readonly PlannedPart[] {
  return all.filter(({ number }) => !accepted.includes(number))
}

function toPart(part: PlannedPart, reference: number, message: ShortMessage, own: readonly Tlv[]): Part {
  const tlvs = writeTlvs(own.length === 0 ? part.tlvs : [...part.tlvs, ...own])
  return {
    number: part.number,
    total: part.total,
    reference,
    unasked: message.registeredDelivery === NO_RECEIPT,
    encode: (sequence, withValidity) =>
      encodeSubmitSm(sequence, withValidity ? message : { ...message, validityPeriod: '' }, tlvs),
  }
}

/** Null: it can be no sender. */
function sourceFor({ sender, sourceTon, sourceNpi }: MessageOptions, own: string | null): Address | null {
  const name = own ?? sender
  if (name === null) return NOBODY
  return sourceOf(name, {
    ...(sourceTon === null ? {} : { ton: sourceTon }),
    ...(sourceNpi === null ? {} : { npi: sourceNpi }),
  })
}
