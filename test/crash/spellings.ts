import type { NewPdu } from '../../src/fakes/smsc/pdu.ts'
import { TLVS } from '../../src/fakes/smsc/pdu.ts'
import type { Submission } from '../../src/fakes/smsc/submission.ts'

/** A deliver_sm that has yet to get its sequence number. */
export type Delivery = Omit<NewPdu, 'sequence'>

/** What an SMSC says later of one message, and what must come of it. */
export interface Spelling {
  readonly name: string
  /** Ids of 20 digits, which no number of JavaScript holds. */
  readonly wide?: true
  /** The first one does not wait for the answer to the submission. */
  readonly early?: true
  /** One after the other; each waits for the answer to the one before. */
  readonly receipts: (message: Submission, id: string) => readonly Delivery[]
  /** The status that the message ends in: one of these. */
  readonly ends: readonly string[]
}

const RECEIPT = 0x04
const STATES = { DELIVRD: 2, EXPIRED: 3, UNDELIV: 5, REJECTD: 8 } as const

/** Every way to write a receipt that is known to have cost somebody receipts. */
export const SPELLINGS: readonly Spelling[] = [
  {
    name: 'as the specification has it',
    receipts: (message, id) => [both(message, id, 'DELIVRD')],
    ends: ['delivered'],
  },
  {
    name: 'before the answer',
    early: true,
    receipts: (message, id) => [both(message, id, 'DELIVRD')],
    ends: ['delivered'],
  },
  {
    name: 'three times',
    receipts: (message, id) => [1, 2, 3].map(() => both(message, id, 'DELIVRD')),
    ends: ['delivered'],
  },
  {
    name: 'the end before its beginning',
    receipts: (message, id) => [both(message, id, 'DELIVRD'), text(message, plain(id, 'ENROUTE'))],
    ends: ['delivered'],
  },
  {
    name: 'accepted first',
    receipts: (message, id) => [text(message, plain(id, 'ACCEPTD')), both(message, id, 'DELIVRD')],
    ends: ['delivered'],
  },
  {
    name: 'delivered after all',
    receipts: (message, id) => [both(message, id, 'UNDELIV'), both(message, id, 'DELIVRD')],
    ends: ['delivered'],
  },
  {
    name: 'zeros before its id',
    receipts: (message, id) => [text(message, plain(`000${id}`, 'DELIVRD'))],
    ends: ['delivered'],
  },
  {
    name: 'no text',
    receipts: (message, id) => [tlvs(message, id, 'DELIVRD')],
    ends: ['delivered'],
  },
  {
    name: 'another order and case',
    receipts: (message, id) => [
      text(message, `Stat:Delivrd ERR:000 DONE DATE:2611231201 ID:${id} Text: SUBMIT DATE:x`),
    ],
    ends: ['delivered'],
  },
  {
    name: 'half of its fields',
    receipts: (message, id) => [text(message, `id:${id} stat:DELIVRD`)],
    ends: ['delivered'],
  },
  {
    name: 'impossible dates',
    receipts: (message, id) => [text(message, plain(id, 'DELIVRD').replaceAll(/date:\d+/g, 'date:9999999999'))],
    ends: ['delivered'],
  },
  {
    name: 'dates with seconds',
    receipts: (message, id) => [text(message, plain(id, 'DELIVRD').replaceAll(/date:\d+/g, 'date:20261123120159'))],
    ends: ['delivered'],
  },
  {
    name: 'an id of 20 digits',
    wide: true,
    receipts: (message, id) => [both(message, id, 'DELIVRD')],
    ends: ['delivered'],
  },
  {
    name: 'nonsense before the truth',
    receipts: (message, id) => [text(message, 'id: stat:\u0001 sub'), both(message, id, 'DELIVRD')],
    ends: ['delivered'],
  },
  {
    name: 'an error that is no number',
    receipts: (message, id) => [both(message, id, 'UNDELIV', 'A1F')],
    ends: ['undelivered'],
  },
  {
    name: 'expired',
    receipts: (message, id) => [both(message, id, 'EXPIRED', '027')],
    ends: ['expired'],
  },
  {
    name: 'rejected',
    receipts: (message, id) => [both(message, id, 'REJECTD', '001')],
    ends: ['rejected', 'failed', 'undelivered'],
  },
  {
    name: 'of its id, and to somebody else',
    receipts: (message, id) => [both({ ...message, to: '+15005559999' }, id, 'UNDELIV')],
    ends: ['sent'],
  },
]

type State = keyof typeof STATES

function plain(id: string, state: string, error = '000'): string {
  return `id:${id} sub:001 dlvrd:001 submit date:2611231200 done date:2611231201 stat:${state} err:${error} text:kill`
}

function both(message: Submission, id: string, state: State, error?: string): Delivery {
  return { ...tlvs(message, id, state), fields: fieldsOf(message, plain(id, state, error)) }
}

function tlvs(message: Submission, id: string, state: State): Delivery {
  return {
    ...text(message, ''),
    tlvs: [
      [TLVS.receipted_message_id, Buffer.from(`${id}\0`)],
      [TLVS.message_state, Buffer.of(STATES[state])],
    ],
  }
}

function text(message: Submission, words: string): Delivery {
  return { command: 'deliver_sm', fields: fieldsOf(message, words) }
}

function fieldsOf(message: Submission, words: string): NonNullable<NewPdu['fields']> {
  return {
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: message.to.replace('+', ''),
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: message.from.replace('+', ''),
    esm_class: RECEIPT,
    short_message: Buffer.from(words, 'latin1'),
  }
}
