import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { receiptOf } from '../../../src/fakes/smsc/deliveries.ts'
import { encode as encodeTheirs } from '../../../src/fakes/smsc/pdu.ts'
import { FORM, STATES, type State } from '../../../src/fakes/smsc/script.ts'
import { decodePdu } from '../../../src/providers/smpp/decode.ts'
import type { Carried } from '../../../src/providers/smpp/inbound.ts'
import { readReceipt, type MessageState, type ReceiptFacts } from '../../../src/providers/smpp/receipts.ts'
import { numberTlv, octetsTlv, writeTlvs, type Tlv } from '../../../src/providers/smpp/tlvs.ts'
import { textTlv } from './tlv-lists.ts'

const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 500))

const RECEIPT = 0x04
const SUBMITTED = new Date('2026-11-23T11:55:00Z')
const DONE = new Date('2026-11-23T11:56:00Z')
const TEXT = [
  'id:0A1B2C3D sub:001 dlvrd:001 submit date:2611231155 done date:2611231156',
  'stat:DELIVRD err:000 text:Your code is 482913',
].join(' ')

/** From 1 on. Source: SMPP v3.4 §5.2.28. */
const SPECIFIED: readonly MessageState[] = [
  'ENROUTE',
  'DELIVERED',
  'EXPIRED',
  'DELETED',
  'UNDELIVERABLE',
  'ACCEPTED',
  'UNKNOWN',
  'REJECTED',
]

const DELIVERED: ReceiptFacts = {
  rawMessageId: '0A1B2C3D',
  messageId: 'A1B2C3D',
  state: 'DELIVERED',
  error: '000',
  network: null,
  doneAt: DONE,
}

function pdu(text: string, tlvs: readonly Tlv[] = [], esmClass = RECEIPT, dataCoding = 0): Carried {
  return { esmClass, dataCoding, shortMessage: Buffer.from(text, 'latin1'), tlvs: writeTlvs(tlvs) }
}

/** Fails where it is no receipt that can be read. */
function read(text: string, tlvs: readonly Tlv[] = []): ReceiptFacts {
  const facts = readReceipt(pdu(text, tlvs))
  return facts === null || facts === 'unreadable' ? expect.unreachable(`${facts}: ${text}`) : facts
}

describe('the text of a receipt', () => {
  it('as the specification has it', () => {
    expect(readReceipt(pdu(TEXT))).toEqual(DELIVERED)
  })

  it.each([
    ['in capitals', TEXT.replace('id:', 'ID:').replace('stat:', 'STAT:').replace('done date', 'DONE DATE')],
    ['in small letters', TEXT.replace('DELIVRD', 'delivrd')],
    ['written out', TEXT.replace('DELIVRD', 'DELIVERED')],
    ['with a space behind each colon', TEXT.replaceAll(':', ': ')],
    ['with other names of its dates', TEXT.replace('submit date', 'submitdate').replace('done date', 'done_date')],
    ['with something between its fields', TEXT.replaceAll(' ', ';').replace(/(submit|done);/g, '$1 ')],
    ['with seconds', TEXT.replace('2611231155', '261123115500').replace('2611231156', '261123115600')],
    ['with long years', TEXT.replace('2611231155', '20261123115500').replace('2611231156', '202611231156')],
    ['with its text first', `text:Your code is 482913 ${TEXT.replace(/ text:.*/, '')}`],
    ['with lines', TEXT.replaceAll(' stat', '\r\nstat')],
  ])('%s', (_, text) => {
    expect(readReceipt(pdu(text))).toEqual(DELIVERED)
  })

  it('in any order, each field once or not at all', () => {
    const fields = [
      'id:0A1B2C3D',
      'sub:001',
      'dlvrd:001',
      'submit date:2611231155',
      'done date:2611231156',
      'stat:DELIVRD',
      'err:000',
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(fields), (some) => {
        const facts = readReceipt(pdu(some.join(' ')))
        const has = (name: string): boolean => some.some((field) => field.startsWith(name))
        const told = {
          ...DELIVERED,
          error: has('err') ? '000' : null,
          doneAt: has('done') ? DONE : null,
        }
        expect(facts).toEqual(has('id') && has('stat') ? told : 'unreadable')
      }),
      { numRuns: RUNS },
    )
  })

  it.each<[string, MessageState]>([
    ['DELIVRD', 'DELIVERED'],
    ['EXPIRED', 'EXPIRED'],
    ['DELETED', 'DELETED'],
    ['UNDELIV', 'UNDELIVERABLE'],
    ['UNDELIVERABLE', 'UNDELIVERABLE'],
    ['ACCEPTD', 'ACCEPTED'],
    ['UNKNOWN', 'UNKNOWN'],
    ['REJECTD', 'REJECTED'],
    ['ENROUTE', 'ENROUTE'],
    ['SOMETHING', 'UNKNOWN'],
  ])('with the state %s', (word, state) => {
    expect(read(`id:1 stat:${word}`).state).toBe(state)
  })

  it.each([
    ['err:000', '000'],
    ['err:E5', 'E5'],
    ['err:0x0B', '0x0B'],
    ['err:', null],
    [`err:${'9'.repeat(50)}`, '9'.repeat(32)],
  ])('with an error that need not be a number: %s', (field, error) => {
    expect(read(`id:1 stat:UNDELIV ${field} text:`).error).toBe(error)
  })

  it.each(['2613231155', '26112311', '2611231155+00', '26112311556', '20261323115500', '20271323', 'never', ''])(
    'with a date that is none: %j',
    (date) => {
      expect(read(`id:1 stat:DELIVRD done date:${date} text:`).doneAt).toBeNull()
    },
  )

  it('says nothing by what the message itself said', () => {
    const facts = read('id:1 stat:UNDELIV err:001 text:id:2 stat:DELIVRD done date:2611231156')
    expect(facts).toMatchObject({ messageId: '1', state: 'UNDELIVERABLE', doneAt: null })
    expect(read('id:1 sub:001 stat:UNDELIV id:2 stat:DELIVRD')).toMatchObject({
      messageId: '1',
      state: 'UNDELIVERABLE',
    })
  })

  it('is read where it claims to be UCS-2, whether it is or not', () => {
    const wide = Buffer.from(TEXT, 'utf16le').swap16().toString('latin1')
    for (const text of [TEXT, wide]) expect(readReceipt(pdu(text, [], RECEIPT, 8))).toEqual(DELIVERED)
  })

  it('is told as unreadable where it has no id or no state', () => {
    for (const text of ['', 'id: stat:DELIVRD', 'id:1 stat:', 'Message delivered', 'id:1']) {
      expect([text, readReceipt(pdu(text))]).toEqual([text, 'unreadable'])
    }
  })

  it('is told as unreadable where its id is longer than any that an answer gives', () => {
    const withId = (length: number) => readReceipt(pdu(TEXT, [textTlv('receipted_message_id', 'A'.repeat(length))]))
    expect(withId(255)).toMatchObject({ messageId: 'A'.repeat(255) })
    expect(withId(256)).toBe('unreadable')
    expect(readReceipt(pdu(`id:${'A'.repeat(256)} stat:DELIVRD`))).toBe('unreadable')
  })

  it('may end with a zero, which is in none of its fields', () => {
    const zero = (text: string) => readReceipt(pdu(text, [], RECEIPT))
    expect(zero('id:1 stat:DELIVRD\0')).toMatchObject({ messageId: '1', state: 'DELIVERED' })
    expect(zero('id:1 stat:UNDELIV err:069\0')).toMatchObject({ state: 'UNDELIVERABLE', error: '069' })
  })

  it('of any octets is read, or told as unreadable', () => {
    const words = fc.constantFrom('id:', 'stat:', 'err:', 'text:', ' ', 'DELIVRD', '1', 'done date:', '26', '\0', 'é')
    const texts = fc.oneof(
      fc.array(words).map((all) => all.join('')),
      fc.uint16Array().map((units) => String.fromCharCode(...units)),
    )
    fc.assert(
      fc.property(texts, fc.nat(255), (text, dataCoding) => {
        expect(readReceipt(pdu(text, [], RECEIPT, dataCoding))).not.toBeNull()
      }),
      { numRuns: RUNS },
    )
  })
})

describe('the parameters of a receipt', () => {
  const id = textTlv('receipted_message_id', '0A1B2C3D')

  it('say all without a text', () => {
    const network = octetsTlv('network_error_code', Buffer.of(3, 0, 38))
    expect(read('', [id, numberTlv('message_state', 5), network])).toEqual({
      ...DELIVERED,
      state: 'UNDELIVERABLE',
      error: null,
      network: { type: 3, code: 38 },
      doneAt: null,
    })
  })

  it('are believed before its text, which says what they do not', () => {
    const text = 'id:999 done date:2611231156 stat:EXPIRED err:004'
    const facts = { messageId: 'A1B2C3D', error: '004', doneAt: DONE }
    expect(read(text, [id, numberTlv('message_state', 2)])).toMatchObject({ ...facts, state: 'DELIVERED' })
    expect(read(text, [id])).toMatchObject({ ...facts, state: 'EXPIRED' })
    expect(read(text, [numberTlv('message_state', 2)])).toMatchObject({ messageId: '999', state: 'DELIVERED' })
    expect(read(text, [id, numberTlv('message_state', 77)])).toMatchObject({ state: 'EXPIRED' })
    expect(read('', [id, numberTlv('message_state', 77)])).toMatchObject({ state: 'UNKNOWN' })
  })

  it('may stand with a payload instead of a short message', () => {
    const payload = octetsTlv('message_payload', Buffer.from(TEXT))
    expect(readReceipt({ esmClass: RECEIPT, dataCoding: 0, tlvs: writeTlvs([payload]) })).toEqual(DELIVERED)
  })

  it('have the states of the specification', () => {
    const stateOf = (code: number): MessageState => read('', [id, numberTlv('message_state', code)]).state
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(stateOf)).toEqual(SPECIFIED)
    expect([10, 255].map(stateOf)).toEqual(['UNKNOWN', 'UNKNOWN'])
  })
})

describe('what is a receipt', () => {
  it.each([
    ['marked as one', 0x04, true],
    ['marked as one on the way', 0x20, true],
    ['a text', 0x00, false],
    ["an acknowledgement of the recipient's", 0x08, false],
    ['marked as one, with a header or a reply path', 0xc4, true],
  ])('%s', (_, esmClass, is) => {
    expect(readReceipt(pdu(TEXT, [], esmClass)) !== null).toBe(is)
  })

  it('is told by its id alone, too, but never by words that anybody can text', () => {
    expect(readReceipt(pdu(TEXT, [textTlv('receipted_message_id', '7')], 0))).toMatchObject({ messageId: '7' })
    expect(readReceipt(pdu(TEXT, [numberTlv('message_state', 2)], 0))).toBeNull()
  })
})

it('receipts of the look-alike are read as they were meant, in every form', () => {
  const states = Object.keys(STATES) as State[]
  for (const form of FORM.enum) {
    for (const state of states) {
      const facts = { messageId: '00ab12', state, error: 'E5', form, submittedAt: SUBMITTED, doneAt: DONE }
      const bytes = encodeTheirs({ ...receiptOf({ ...facts, message: SUBMISSION }), sequence: 1 })
      const decoded = decodePdu(bytes)
      const known = decoded.command === 'deliver_sm' ? readReceipt(decoded) : expect.unreachable(decoded.command)
      expect(known).toMatchObject({ rawMessageId: '00ab12', messageId: 'AB12', state: SPECIFIED[STATES[state] - 1] })
      if (form !== 'tlvs') expect(known).toMatchObject({ error: 'E5', doneAt: DONE })
    }
  }
})

const SUBMISSION = {
  systemId: 'tidings',
  sequence: 1,
  from: 'Tidings',
  to: '+201009129288',
  text: 'id:5 stat:EXPIRED',
  octets: '',
  dataCoding: 0,
  esmClass: 0,
  registeredDelivery: 1,
  validityPeriod: '',
  segment: null,
}
