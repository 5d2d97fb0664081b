import { type NewPdu, TLVS } from './pdu.ts'
import { type Form, type State, STATES } from './script.ts'
import type { Submission } from './submission.ts'
import { encodeText } from './text.ts'

/** A deliver_sm that has yet to get its sequence number. */
export type Delivery = Omit<NewPdu, 'sequence'>

/** It carries a receipt; it has a user data header. Source: SMPP v3.4 §5.2.12. */
const RECEIPT = 0x04
const UDHI = 0x40
/** International, by E.164. Source: §5.2.5, §5.2.6. */
const TON = 1
const NPI = 1

export interface ReceiptFacts {
  readonly message: Submission
  /** As receipts write it. */
  readonly messageId: string
  readonly state: State
  /** Up to three characters; 000 where all went well. */
  readonly error: string
  readonly form: Form
  readonly submittedAt: Date
  readonly doneAt: Date
}

/** Source of the text: SMPP v3.4, appendix B; of the optional parameters: §4.6.1. */
export function receiptOf(facts: ReceiptFacts): Delivery {
  const { message, messageId, state, form } = facts
  const tlvs = [
    [TLVS.receipted_message_id, Buffer.from(`${messageId}\0`)],
    [TLVS.message_state, Buffer.of(STATES[state])],
  ] as const
  const text = form === 'tlvs' ? '' : receiptText(facts)
  const fields = { ...addresses(message.to, message.from), esm_class: RECEIPT, short_message: Buffer.from(text) }
  return { command: 'deliver_sm', fields, tlvs: form === 'text' ? [] : tlvs }
}

/** What somebody texted, in as many as it takes. `reference` joins them, 0 to 255. */
export function inboundOf(from: string, to: string, text: string, reference: number): readonly Delivery[] {
  const { dataCoding, segments } = encodeText(text)
  return segments.map((segment, index) => {
    const alone = segments.length === 1
    // Source: 3GPP TS 23.040 §9.2.3.24.1.
    const header = alone ? Buffer.alloc(0) : Buffer.of(5, 0, 3, reference, segments.length, index + 1)
    const fields = {
      ...addresses(from, to),
      esm_class: alone ? 0 : UDHI,
      data_coding: dataCoding,
      short_message: Buffer.concat([header, segment]),
    }
    return { command: 'deliver_sm', fields }
  })
}

function receiptText({ message, messageId, state, error, submittedAt, doneAt }: ReceiptFacts): string {
  const delivered = state === 'DELIVRD' ? '001' : '000'
  const text = message.text?.slice(0, 20).replaceAll(/[^ -~]/g, '.') ?? ''
  return [
    `id:${messageId} sub:001 dlvrd:${delivered} submit date:${minuteOf(submittedAt)} done date:${minuteOf(doneAt)}`,
    `stat:${state} err:${error} text:${text}`,
  ].join(' ')
}

function addresses(from: string, to: string): Readonly<Record<string, string | number>> {
  return { ...address('source_addr', 'source_addr', from), ...address('dest_addr', 'destination_addr', to) }
}

function address(kind: string, name: string, number: string): Readonly<Record<string, string | number>> {
  if (!number.startsWith('+')) return { [name]: number }
  return { [`${kind}_ton`]: TON, [`${kind}_npi`]: NPI, [name]: number.slice(1) }
}

/** `YYMMDDhhmm`, in UTC. */
function minuteOf(date: Date): string {
  return date.toISOString().replaceAll(/\D/g, '').slice(2, 12)
}
