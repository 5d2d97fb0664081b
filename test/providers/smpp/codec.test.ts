import fc from 'fast-check'
import smpp from 'smpp'
import { describe, expect, it } from 'vitest'
import { decode as decodeTheirs } from '../../../src/fakes/smsc/pdu.ts'
import { COMMANDS, commandOf, responseTo, type Command } from '../../../src/providers/smpp/commands.ts'
import { decodePdu } from '../../../src/providers/smpp/decode.ts'
import { encodeBare, encodeBind, encodeMessageResp, encodeSubmitSm } from '../../../src/providers/smpp/encode.ts'
import { createFramer } from '../../../src/providers/smpp/framer.ts'
import { NOTHING, type ShortMessage } from '../../../src/providers/smpp/pdu.ts'
import { STATUS, statusName } from '../../../src/providers/smpp/statuses.ts'
import { anyTlvs, binds, data, messages, namedTlvs, sequences, text } from './random-pdus.ts'
import { byTheLookAlike, delivered, MESSAGE, withLength, written } from './written.ts'

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

const COMMAND_NAMES = Object.keys(COMMANDS) as Command[]

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
    const unanswered = COMMAND_NAMES.filter((name) => responseTo(name) === null)
    expect(unanswered.filter((name) => !name.endsWith('_resp'))).toEqual([
      'outbind',
      'alert_notification',
      'generic_nack',
    ])
  })
})

describe('a PDU', () => {
  it('that we write is written as another implementation writes it', LONG, () => {
    fc.assert(
      fc.property(sequences, messages, namedTlvs, binds, (sequence, message, tlvs, bind) => {
        const theirs = written('submit_sm', sequence, message, tlvs)
        expect(encodeSubmitSm(sequence, message, tlvs).equals(theirs)).toBe(true)
        const { command, sequence: number, ...body } = bind
        expect(encodeBind(bind).equals(written(command, number, body))).toBe(true)
      }),
      { numRuns: RUNS },
    )
    for (const command of ['unbind', 'unbind_resp', 'enquire_link', 'enquire_link_resp', 'generic_nack'] as const)
      expect(encodeBare(command, 7)).toEqual(new smpp.PDU(command, { sequence_number: 7 }).toBuffer())
  })

  it('that another implementation writes is read as it was meant', LONG, () => {
    fc.assert(
      fc.property(sequences, messages, data, text(64), namedTlvs, (sequence, message, datum, messageId, tlvs) => {
        const header = { status: 0, sequence }
        const deliverSm = decodePdu(written('deliver_sm', sequence, message, tlvs))
        expect(deliverSm).toEqual({ command: 'deliver_sm', ...header, ...message, tlvs })
        const dataSm = decodePdu(written('data_sm', sequence, datum, tlvs))
        expect(dataSm).toEqual({ command: 'data_sm', ...header, ...datum, tlvs })
        const answer = decodePdu(written('submit_sm_resp', sequence, { messageId }, tlvs))
        expect(answer).toEqual({ command: 'submit_sm_resp', ...header, messageId })
      }),
      { numRuns: RUNS },
    )
  })

  it('that nobody reads is known by its header, whatever stands behind it', () => {
    const read = ['deliver_sm', 'data_sm', 'submit_sm_resp']
    for (const command of COMMAND_NAMES.filter((name) => !read.includes(name))) {
      const bytes = withLength(Buffer.concat([encodeBare(command, 9, 5), Buffer.from('anything')]))
      expect(decodePdu(bytes)).toEqual({ command, status: 5, sequence: 9 })
    }
  })

  it('with a message is written and read as the look-alike does, whatever its optional parameters', LONG, () => {
    fc.assert(
      fc.property(sequences, messages, anyTlvs, (sequence, message, tlvs) => {
        const submitSm = encodeSubmitSm(sequence, message, tlvs)
        expect(submitSm.equals(byTheLookAlike('submit_sm', sequence, message, tlvs))).toBe(true)
        const deliverSm = decodePdu(byTheLookAlike('deliver_sm', sequence, message, tlvs))
        expect(deliverSm).toEqual({ command: 'deliver_sm', status: 0, sequence, ...message, tlvs })
      }),
      { numRuns: RUNS },
    )
  })

  it('of an unknown command keeps what its header says', () => {
    const bytes = Buffer.from('000000120000007700000001000000050102', 'hex')
    expect(decodePdu(bytes)).toEqual({ command: 'unknown', id: 0x77, status: 1, sequence: 5 })
  })

  it('that names another length than it has is none', () => {
    const bytes = delivered()
    const wrong = { command: 'malformed', of: null, status: STATUS.ESME_RINVCMDLEN }
    expect(decodePdu(bytes.subarray(0, -1))).toMatchObject({ ...wrong, sequence: 77 })
    expect(decodePdu(bytes.subarray(0, 15))).toMatchObject({ ...wrong, sequence: 0 })
  })

  it('that ends too early is malformed at every length, and says how to answer', () => {
    const whole = delivered({}, Buffer.of(4, 0x24, 0, 1, 65))
    const bodyEnd = whole.length - 5
    for (let length = 16; length < whole.length; length++) {
      const read = decodePdu(withLength(whole.subarray(0, length)))
      if (length === bodyEnd) expect(read).toMatchObject({ command: 'deliver_sm' })
      else expect(read).toMatchObject({ command: 'malformed', of: 'deliver_sm', sequence: 77 })
    }
    expect(decodePdu(withLength(whole.subarray(0, 20)))).toMatchObject({ status: STATUS.ESME_RINVCMDLEN })
    expect(decodePdu(withLength(whole.subarray(0, bodyEnd - 1)))).toMatchObject({ status: STATUS.ESME_RINVMSGLEN })
    expect(decodePdu(withLength(whole.subarray(0, -1)))).toMatchObject({ status: STATUS.ESME_RINVOPTPARSTREAM })
  })

  it('with a text that is longer than its field is malformed, and its contents are in no log', () => {
    const bytes = delivered({ destination: { ton: 1, npi: 1, address: '4'.repeat(20) } })
    const at = bytes.indexOf('4444')
    const longer = withLength(Buffer.concat([bytes.subarray(0, at), Buffer.from('4'), bytes.subarray(at)]))
    expect(decodePdu(longer)).toEqual({
      command: 'malformed',
      of: 'deliver_sm',
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

  it('with an id beyond all bounds is malformed', () => {
    const bytes = withLength(Buffer.concat([encodeBare('submit_sm_resp', 9), Buffer.alloc(256, 65)]))
    expect(decodePdu(bytes)).toMatchObject({ command: 'malformed', of: 'submit_sm_resp', sequence: 9 })
  })

  it('that refuses has no body, neither written nor needed', () => {
    const refusal = encodeBare('submit_sm_resp', 9, 0x58)
    expect(refusal).toEqual(new smpp.PDU('submit_sm_resp', { command_status: 0x58, sequence_number: 9 }).toBuffer())
    expect(decodePdu(refusal)).toMatchObject({ status: 0x58, messageId: '' })
  })

  it('to a message carries an empty id', () => {
    for (const command of ['deliver_sm_resp', 'data_sm_resp'] as const)
      expect(encodeMessageResp(command, 5)).toEqual(new smpp.PDU(command, { sequence_number: 5 }).toBuffer())
  })
})

describe('what a field has no room for', () => {
  it.each<[string, Partial<ShortMessage>]>([
    ['source_addr', { source: { ton: 1, npi: 1, address: '1'.repeat(21) } }],
    ['service_type', { serviceType: 'abcdef' }],
    ['validity_period', { validityPeriod: '0'.repeat(17) }],
    ['short_message', { shortMessage: Buffer.alloc(255) }],
    ['destination_addr', { destination: { ton: 1, npi: 1, address: '1\u0000' } }],
    ['source_addr', { source: { ton: 5, npi: 0, address: 'Ti\u{1f4ef}' } }],
  ])('is a fault of the caller: %s', (field, change) => {
    expect(() => encodeSubmitSm(1, { ...MESSAGE, ...change }, NOTHING)).toThrow(new RegExp(`^${field} `))
  })
})

describe('any octets', () => {
  it('are read or refused, never thrown at, and the look-alike refuses the same', LONG, () => {
    fc.assert(
      fc.property(messages, anyTlvs, changes(), (message, tlvs, all) => {
        const bytes = withLength(changed(delivered(message, tlvs), all))
        const read = decodePdu(bytes)
        const name = read.command === 'malformed' ? read.of : read.command
        if (name !== 'deliver_sm') return
        const theirs = decodeTheirs(bytes)
        // A request with a status makes no sense; the look-alike doesn't look at its body.
        if (bytes.readUInt32BE(8) === 0) expect('refuseWith' in theirs).toBe(read.command === 'malformed')
        if (read.command !== 'deliver_sm' || read.shortMessage.length > 254) return
        const again = encodeSubmitSm(read.sequence, read, read.tlvs)
        expect(again.subarray(12).equals(bytes.subarray(12))).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  it('of any command leave the stream in step: what stands behind them is read', LONG, () => {
    const any = fc.tuple(fc.constantFrom(...COMMAND_NAMES), messages, changes())
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 5 }), (all) => {
        const odd = all.map(([command, message, some]) => withLength(changed(named(command, delivered(message)), some)))
        const whole = odd.filter((bytes) => bytes.length >= 16)
        const commands: string[] = []
        const framer = createFramer(
          (bytes) => commands.push(decodePdu(bytes).command),
          () => expect.unreachable('no length is wrong'),
        )
        framer.feed(Buffer.concat([...whole, delivered()]))
        expect(commands.length).toBe(whole.length + 1)
        expect(commands.at(-1)).toBe('deliver_sm')
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

/** The same octets under another command. */
function named(command: Command, bytes: Buffer): Buffer {
  bytes.writeUInt32BE(COMMANDS[command], 4)
  return bytes
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
