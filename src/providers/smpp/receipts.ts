import { normalizeMessageId } from '../../domain/sms/message-id.ts'
import { userDataOf, type Carried } from './inbound.ts'
import { readReceiptDate } from './receipt-date.ts'
import { decodeText } from './text.ts'
import { tlvNumber, tlvOctets, tlvText } from './tlvs.ts'

export type MessageState =
  'ENROUTE' | 'DELIVERED' | 'EXPIRED' | 'DELETED' | 'UNDELIVERABLE' | 'ACCEPTED' | 'UNKNOWN' | 'REJECTED'

/** What an SMSC says of a message that it took. */
export interface ReceiptFacts {
  /** As the receipt writes it. */
  readonly rawMessageId: string
  /** The same as ids are compared. */
  readonly messageId: string
  readonly state: MessageState
  /** `err` as the SMSC wrote it, up to 32 characters, not always a number; null where there is none. `000` mostly says that all went well. */
  readonly error: string | null
  /** network_error_code: the kind of network (3 is GSM) and its own code. */
  readonly network: { readonly type: number; readonly code: number } | null
  /** As if it were UTC: a receipt doesn't say whose clock it means. */
  readonly doneAt: Date | null
}

/** message_state by its number; 0 and 9 are of version 5. Sources: SMPP v3.4 §5.2.28, v5.0 §4.7.15. */
const STATES: readonly MessageState[] = [
  'ENROUTE',
  'ENROUTE',
  'DELIVERED',
  'EXPIRED',
  'DELETED',
  'UNDELIVERABLE',
  'ACCEPTED',
  'UNKNOWN',
  'REJECTED',
  'UNDELIVERABLE',
]

/** `stat` in a receipt's text, as appendix B of SMPP v3.4 has it and as it is written out; compared in upper case. */
const WORDS: ReadonlyMap<string, MessageState> = new Map([
  ['ENROUTE', 'ENROUTE'],
  ['DELIVRD', 'DELIVERED'],
  ['DELIVERED', 'DELIVERED'],
  ['EXPIRED', 'EXPIRED'],
  ['DELETED', 'DELETED'],
  ['UNDELIV', 'UNDELIVERABLE'],
  ['UNDELIVERED', 'UNDELIVERABLE'],
  ['UNDELIVERABLE', 'UNDELIVERABLE'],
  ['FAILED', 'UNDELIVERABLE'],
  ['ACCEPTD', 'ACCEPTED'],
  ['ACCEPTED', 'ACCEPTED'],
  ['UNKNOWN', 'UNKNOWN'],
  ['REJECTD', 'REJECTED'],
  ['REJECTED', 'REJECTED'],
])

/** The message type in esm_class, and those of receipts: final, and on the way. Source: SMPP v3.4 §5.2.12. */
const MESSAGE_TYPE = 0x3c
const RECEIPT = 0x04
const INTERMEDIATE = 0x20

const UCS2 = 0x08

/** Where a field begins. `submit_date` and `donedate` are met, too, as is a `;` or `,` between fields. */
const FIELD = /(?:^|[\s;,])(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err|text) ?[:=]/gi

const MOST_ERROR = 32

/** Characters of an id, as many as an answer may give a message. A longer one is of no message, and no index takes it. */
const MOST_ID = 255

/** No receipt is longer; keeps a long text from being searched. */
const MOST_TEXT = 1_000

/**
 * Reads a receipt, from its parameters where it has them, else from its text: fields in any order and case, some missing. Null: it is none.
 * `unreadable`: it is one, but its id or state can't be told. A text that is not marked as a receipt by esm_class or receipted_message_id is
 * never one: anybody can text `id:1 stat:DELIVRD`.
 */
export function readReceipt(pdu: Carried): ReceiptFacts | 'unreadable' | null {
  const receiptedId = tlvText(pdu.tlvs, 'receipted_message_id')?.trim() ?? ''
  const type = pdu.esmClass & MESSAGE_TYPE
  if (type !== RECEIPT && type !== INTERMEDIATE && receiptedId === '') return null
  const fields = fieldsOf(pdu)
  const rawMessageId = receiptedId === '' ? firstWord(fields.get('id')) : receiptedId
  const state = stateOf(pdu.tlvs, fields)
  if (rawMessageId === '' || rawMessageId.length > MOST_ID || state === null) return 'unreadable'
  const error = firstWord(fields.get('err')).slice(0, MOST_ERROR)
  return {
    rawMessageId,
    messageId: normalizeMessageId(rawMessageId),
    state,
    error: error === '' ? null : error,
    network: networkOf(pdu.tlvs),
    doneAt: readReceiptDate(firstWord(fields.get('donedate'))),
  }
}

/** A word that is none of these says as little as UNKNOWN. Null where there is no state at all. */
function stateOf(tlvs: Buffer, fields: ReadonlyMap<string, string>): MessageState | null {
  const code = tlvNumber(tlvs, 'message_state')
  const told = code === null ? undefined : STATES[code]
  if (told !== undefined) return told
  const word = firstWord(fields.get('stat')).toUpperCase()
  if (word === '') return code === null ? null : 'UNKNOWN'
  return WORDS.get(word) ?? 'UNKNOWN'
}

/** Three octets. Source: SMPP v3.4 §5.3.2.31. */
function networkOf(tlvs: Buffer): ReceiptFacts['network'] {
  const octets = tlvOctets(tlvs, 'network_error_code')
  return octets?.length === 3 ? { type: octets.readUInt8(0), code: octets.readUInt16BE(1) } : null
}

/** By names in lower case, without what stands between their words. Some SMSCs write ASCII and say that it was UCS-2. */
function fieldsOf(pdu: Carried): ReadonlyMap<string, string> {
  const octets = userDataOf(pdu)
  // Some SMSCs end the text with a zero, which no field and no database takes.
  const fields = readFields(octets.toString('latin1').replaceAll('\0', ' '))
  if (fields.size > 0 || pdu.dataCoding !== UCS2) return fields
  return readFields((decodeText(UCS2, octets, 'latin1') ?? '').replaceAll('\0', ' '))
}

/**
 * What stands behind `text:` is of the message, whoever wrote that: it is searched only for what is missing until then. The first of several
 * counts.
 */
function readFields(whole: string): ReadonlyMap<string, string> {
  const text = whole.slice(0, MOST_TEXT)
  const fields = new Map<string, string>()
  const found = Array.from(text.matchAll(FIELD))
  for (const [order, match] of found.entries()) {
    const name = (match[1] ?? '').toLowerCase().replace(/[ _]/, '')
    if (name === 'text' && fields.has('id') && fields.has('stat')) return fields
    const value = text.slice(match.index + match[0].length, found[order + 1]?.index).trim()
    if (!fields.has(name)) fields.set(name, value)
  }
  return fields
}

function firstWord(value: string | undefined): string {
  return /^[^\s;,]*/.exec(value ?? '')?.[0] ?? ''
}
