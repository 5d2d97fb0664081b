import fc from 'fast-check'
import smpp from 'smpp'
import { describe, expect, it } from 'vitest'
import { decode as decodeTheirs, encode as encodeTheirs } from '../../../src/fakes/smsc/pdu.ts'
import { COMMANDS, commandOf, responseTo } from '../../../src/providers/smpp/commands.ts'
import { decodePdu } from '../../../src/providers/smpp/decode.ts'
import { encodeBare, encodeMessageResp, encodePdu, encodeSubmitSm } from '../../../src/providers/smpp/encode.ts'
import { createFramer } from '../../../src/providers/smpp/framer.ts'
import { NOTHING, type Pdu, type SubmitSm } from '../../../src/providers/smpp/pdu.ts'
import { STATUS, statusName } from '../../../src/providers/smpp/statuses.ts'
import { readTlvs, TLVS } from '../../../src/providers/smpp/tlvs.ts'
import { messages, pdus } from './random-pdus.ts'
import { specFields } from './spec-names.ts'

/** PROPERTY_RUNS=100000 for the long run. */
const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 250))

/** The long run takes longer than a test may else. */
const LONG = { timeout: 180_000 + RUNS * 50 }

/** What version 5 calls what version 3.4 calls otherwise. */
const LATER_NAMES: Readonly<Record<string, string>> = {
  ESME_RINVOPTPARSTREAM: 'ESME_RINVTLVSTREAM',
  ESME_ROPTPARNOTALLWD: 'ESME_RTLVNOTALLWD',
  ESME_RINVPARLEN: 'ESME_RINVTLVLEN',
  ESME_RMISSINGOPTPARAM: 'ESME_RMISSINGTLV',
  ESME_RINVOPTPARAMVAL: 'ESME_RINVTLVVAL',
}

const SUBMIT: SubmitSm = {
  command: 'submit_sm',
  status: 0,
  sequence: 77,
  serviceType: '',
  source: { ton: 5, npi: 0, address: 'Tidings' },
  destination: { ton: 1, npi: 1, address: '201009129288' },
  esmClass: 0,
  protocolId: 0,
  priorityFlag: 0,
  scheduleDeliveryTime: '',
  validityPeriod: '000000010000000R',
  registeredDelivery: 1,
  replaceIfPresentFlag: 0,
  dataCoding: 0,
  smDefaultMsgId: 0,
  shortMessage: Buffer.from('Your code is 482913'),
  tlvs: NOTHING,
}

describe('the tables', () => {
  it('of commands and statuses are those of another implementation', () => {
    for (const [name, id] of Object.entries(COMMANDS)) {
      expect([name, smpp.commands[name]?.id, commandOf(id)]).toEqual([name, id, name])
    }
    for (const [name, code] of Object.entries(STATUS)) {
      expect([name, smpp.errors[LATER_NAMES[name] ?? name], statusName(code)]).toEqual([name, code, name])
    }
  })

  it('name a status that has no name by its number', () => {
    expect([statusName(0x400), statusName(0xdead_beef)]).toEqual(['0x0400', '0xDEADBEEF'])
  })

  it('say which command answers which', () => {
    expect(responseTo('submit_sm')).toBe('submit_sm_resp')
    const unanswered = (Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).filter((name) => responseTo(name) === null)
    expect(unanswered.filter((name) => !name.endsWith('_resp'))).toEqual([
      'outbind',
      'alert_notification',
      'generic_nack',
    ])
  })
})

describe('a PDU', () => {
  it('of any command is written as another implementation writes it, and read as it was meant', LONG, () => {
    fc.assert(
      fc.property(pdus, (pdu) => {
        const bytes = encodePdu(pdu)
        expect(bytes.equals(written(pdu))).toBe(true)
        expect(decodePdu(bytes)).toEqual(pdu)
      }),
      { numRuns: RUNS },
    )
  })

  it('with a message is written and read as the look-alike does, whatever its optional parameters', LONG, () => {
    fc.assert(
      fc.property(messages, (pdu) => {
        const { command, sequence } = pdu
        const tlvs = readTlvs(pdu.tlvs).map(({ tag, value }) => [tag, value] as const)
        const bytes = encodePdu(pdu)
        expect(bytes.equals(encodeTheirs({ command, sequence, fields: specFields(pdu), tlvs }))).toBe(true)
        expect(encodeSubmitSm(sequence, pdu, pdu.tlvs).subarray(8).equals(bytes.subarray(8))).toBe(true)
        expect(decodePdu(bytes)).toEqual(pdu)
      }),
      { numRuns: RUNS },
    )
  })

  it('of an unknown command keeps what its header says', () => {
    const bytes = Buffer.from('000000120000007700000001000000050102', 'hex')
    expect(decodePdu(bytes)).toEqual({ command: 'unknown', id: 0x77, status: 1, sequence: 5 })
  })

  it('that names another length than it has is none', () => {
    const bytes = encodePdu(SUBMIT)
    const wrong = { command: 'malformed', of: null, status: STATUS.ESME_RINVCMDLEN }
    expect(decodePdu(bytes.subarray(0, -1))).toMatchObject({ ...wrong, sequence: 77 })
    expect(decodePdu(bytes.subarray(0, 15))).toMatchObject({ ...wrong, sequence: 0 })
  })

  it('that ends too early is malformed at every length, and says how to answer', () => {
    const whole = encodePdu({ ...SUBMIT, tlvs: Buffer.of(4, 0x24, 0, 1, 65) })
    const bodyEnd = whole.length - 5
    for (let length = 16; length < whole.length; length++) {
      const read = decodePdu(withLength(whole.subarray(0, length)))
      if (length === bodyEnd) expect(read).toMatchObject({ command: 'submit_sm' })
      else expect(read).toMatchObject({ command: 'malformed', of: 'submit_sm', sequence: 77 })
    }
    expect(decodePdu(withLength(whole.subarray(0, 20)))).toMatchObject({ status: STATUS.ESME_RINVCMDLEN })
    expect(decodePdu(withLength(whole.subarray(0, bodyEnd - 1)))).toMatchObject({ status: STATUS.ESME_RINVMSGLEN })
    expect(decodePdu(withLength(whole.subarray(0, -1)))).toMatchObject({ status: STATUS.ESME_RINVOPTPARSTREAM })
  })

  it('with a text that is longer than its field is malformed, and its contents are in no log', () => {
    const bytes = encodePdu({ ...SUBMIT, destination: { ton: 1, npi: 1, address: '4'.repeat(20) } })
    const at = bytes.indexOf('4444')
    const longer = withLength(Buffer.concat([bytes.subarray(0, at), Buffer.from('4'), bytes.subarray(at)]))
    expect(decodePdu(longer)).toEqual({
      command: 'malformed',
      of: 'submit_sm',
      status: STATUS.ESME_RINVDSTADR,
      sequence: 77,
      problem: 'destination_addr is too long',
    })
  })
})

describe('a response', () => {
  it.each([
    ['without a body', '', ''],
    ['without the zero at its end', '4142', 'AB'],
    ['with a longer id than the specification allows', `${'41'.repeat(200)}00`, 'A'.repeat(200)],
    ['with something behind it', '41420000', 'AB'],
    ['with a part of a parameter behind it', '414200001e000941', 'AB'],
  ])('%s is read nevertheless', (_, body, messageId) => {
    const bytes = withLength(Buffer.from(`00000000800000040000000000000009${body}`, 'hex'))
    expect(decodePdu(bytes)).toMatchObject({ command: 'submit_sm_resp', status: 0, sequence: 9, messageId })
  })

  it('keeps the parameters that are whole, and nothing of one that is not', () => {
    const body = '414200 00010001 01 001e0002 41'.replaceAll(' ', '')
    const read = decodePdu(withLength(Buffer.from(`00000000800000040000000000000009${body}`, 'hex')))
    expect(read).toMatchObject({ messageId: 'AB', tlvs: Buffer.from('0001000101', 'hex') })
  })

  it('with an id beyond all bounds is malformed', () => {
    const bytes = withLength(Buffer.concat([encodeBare('submit_sm_resp', 9), Buffer.alloc(256, 65)]))
    expect(decodePdu(bytes)).toMatchObject({ command: 'malformed', of: 'submit_sm_resp', sequence: 9 })
  })

  it('that refuses has no body, neither written nor needed', () => {
    const refusal = encodePdu({ command: 'submit_sm_resp', status: 0x58, sequence: 9, messageId: 'x', tlvs: NOTHING })
    expect(refusal).toEqual(new smpp.PDU('submit_sm_resp', { command_status: 0x58, sequence_number: 9 }).toBuffer())
    expect(decodePdu(refusal)).toMatchObject({ status: 0x58, messageId: '' })
    expect(encodeBare('generic_nack', 0, 2)).toEqual(
      new smpp.PDU('generic_nack', { command_status: 2, sequence_number: 0 }).toBuffer(),
    )
  })

  it('to a message carries an empty id unless told', () => {
    const theirs = (fields: object): Buffer => new smpp.PDU('deliver_sm_resp', { ...fields }).toBuffer()
    expect(encodeMessageResp('deliver_sm_resp', 5)).toEqual(theirs({ sequence_number: 5 }))
    expect(encodeMessageResp('deliver_sm_resp', 5, 'a')).toEqual(theirs({ sequence_number: 5, message_id: 'a' }))
  })
})

describe('what a field has no room for', () => {
  it.each<[string, Partial<SubmitSm>]>([
    ['source_addr', { source: { ton: 1, npi: 1, address: '1'.repeat(21) } }],
    ['service_type', { serviceType: 'abcdef' }],
    ['validity_period', { validityPeriod: '0'.repeat(17) }],
    ['short_message', { shortMessage: Buffer.alloc(255) }],
    ['destination_addr', { destination: { ton: 1, npi: 1, address: '1\u0000' } }],
    ['source_addr', { source: { ton: 5, npi: 0, address: 'Ti\u{1f4ef}' } }],
  ])('is a fault of the caller: %s', (field, change) => {
    expect(() => encodePdu({ ...SUBMIT, ...change })).toThrow(new RegExp(`^${field} `))
  })
})

describe('any octets', () => {
  it('are read or refused, never thrown at, and the look-alike refuses the same', LONG, () => {
    fc.assert(
      fc.property(messages, changes(), (pdu, all) => {
        const bytes = withLength(changed(encodePdu(pdu), all))
        const read = decodePdu(bytes)
        const name = read.command === 'malformed' ? read.of : read.command
        if (name !== 'submit_sm' && name !== 'deliver_sm') return
        const theirs = decodeTheirs(bytes)
        // A request with a status makes no sense; the look-alike doesn't look at its body.
        if (bytes.readUInt32BE(8) === 0) expect('refuseWith' in theirs).toBe(read.command === 'malformed')
        if (read.command !== 'submit_sm' && read.command !== 'deliver_sm') return
        if (read.shortMessage.length <= 254) expect(encodePdu(read).subarray(12).equals(bytes.subarray(12))).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  it('of any command leave the stream in step: what stands behind them is read', LONG, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(pdus, changes()), { minLength: 1, maxLength: 5 }), (all) => {
        const odd = all.map(([pdu, some]) => withLength(changed(encodePdu(pdu), some)))
        const whole = odd.filter((bytes) => bytes.length >= 16)
        const commands: string[] = []
        const framer = createFramer(
          (bytes) => commands.push(decodePdu(bytes).command),
          () => expect.unreachable('no length is wrong'),
        )
        framer.feed(Buffer.concat([...whole, encodePdu(SUBMIT)]))
        expect(commands.length).toBe(whole.length + 1)
        expect(commands.at(-1)).toBe('submit_sm')
      }),
      { numRuns: RUNS },
    )
  })

  it('without any form are cut and read, or given up', LONG, () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
        let broken = 0
        const framer = createFramer(
          (bytes) => void decodePdu(bytes),
          () => void broken++,
        )
        for (const chunk of chunks) framer.feed(Buffer.from(chunk))
        expect(broken).toBeLessThanOrEqual(1)
        expect(framer.pending()).toBeLessThan(65_536)
      }),
      { numRuns: RUNS },
    )
  })
})

/** The same PDU, written by `smpp`. */
function written(pdu: Pdu): Buffer {
  const tlvs = readTlvs(pdu.tlvs).map(({ tag, value }): [string, unknown] => {
    const [name, { kind }] =
      Object.entries(TLVS).find(([, known]) => known.tag === tag) ?? expect.unreachable('unknown')
    if (kind === 'number') return [name, value.readUIntBE(0, value.length)]
    return [name, kind === 'text' ? value.toString('latin1').replace('\0', '') : value]
  })
  const fields = { ...specFields(pdu), ...Object.fromEntries<unknown>(tlvs), sequence_number: pdu.sequence }
  return new smpp.PDU(pdu.command, fields).toBuffer()
}

interface Change {
  readonly at: number
  readonly remove: number
  readonly insert: Uint8Array
}

/** Octets changed, taken out and put in, anywhere. */
function changes(): fc.Arbitrary<readonly Change[]> {
  const insert = fc.oneof(
    fc.constant(Uint8Array.of(0)),
    fc.constant(Uint8Array.of(255)),
    fc.uint8Array({ maxLength: 4 }),
  )
  return fc.array(fc.record({ at: fc.nat(120), remove: fc.nat(4), insert }), { minLength: 1, maxLength: 4 })
}

function changed(bytes: Buffer, all: readonly Change[]): Buffer {
  return all.reduce(
    (before, { at, remove, insert }) => Buffer.concat([before.subarray(0, at), insert, before.subarray(at + remove)]),
    bytes,
  )
}

/** A copy that names the length it has. */
function withLength(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length >= 4) copy.writeUInt32BE(copy.length, 0)
  return copy
}
