import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import fc from 'fast-check'
import smpp from 'smpp'
import { afterEach, describe, expect, test } from 'vitest'
import { startFakeSmsc, type FakeSmsc } from '../../src/fakes/smsc.ts'
import { createFramer } from '../../src/fakes/smsc/framer.ts'
import { COMMANDS, decode, encode, TLVS } from '../../src/fakes/smsc/pdu.ts'
import { STATES } from '../../src/fakes/smsc/script.ts'
import { STATUSES } from '../../src/fakes/smsc/statuses.ts'
import { decodeText, encodeText } from '../../src/fakes/smsc/text.ts'
import { createThrottle } from '../../src/fakes/smsc/throttle.ts'
import { until } from '../support/until.ts'
import { bind } from './esme.ts'

const SUBMIT = { source_addr: 'Tidings', destination_addr: '201009129288', data_coding: 0, short_message: 'Hello' }

/** What SMPP 5 calls five of them, and the other implementation, too. */
const LATER_NAMES: Readonly<Record<string, string>> = {
  ESME_RINVOPTPARSTREAM: 'ESME_RINVTLVSTREAM',
  ESME_ROPTPARNOTALLWD: 'ESME_RTLVNOTALLWD',
  ESME_RINVPARLEN: 'ESME_RINVTLVLEN',
  ESME_RMISSINGOPTPARAM: 'ESME_RMISSINGTLV',
  ESME_RINVOPTPARAMVAL: 'ESME_RINVTLVVAL',
}

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function open(): Promise<FakeSmsc> {
  const fake = await startFakeSmsc()
  ends.push(() => fake.close())
  return fake
}

/** A bare connection, and what came on it. */
async function dial(fake: FakeSmsc): Promise<{ socket: Socket; came: () => Buffer; ended: () => boolean }> {
  const socket = connectTcp(fake.port, '127.0.0.1')
  const pieces: Buffer[] = []
  let ended = false
  socket.on('error', () => undefined)
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  socket.on('close', () => (ended = true))
  ends.push(() => socket.destroy())
  await once(socket, 'connect')
  return { socket, came: () => Buffer.concat(pieces), ended: () => ended }
}

function bindOctets(fake: FakeSmsc): Buffer {
  const fields = { system_id: fake.systemId, password: fake.password, sequence_number: 1 }
  return new smpp.PDU('bind_transceiver', fields).toBuffer()
}

describe('the tables', () => {
  test('are those of another implementation', () => {
    for (const [name, id] of Object.entries(COMMANDS)) expect([name, smpp.commands[name]?.id]).toEqual([name, id])
    for (const [name, code] of Object.entries(STATUSES)) {
      expect([name, smpp.errors[LATER_NAMES[name] ?? name]]).toEqual([name, code])
    }
    for (const [name, tag] of Object.entries(TLVS)) expect([name, smpp.tlvs[name]?.id]).toEqual([name, tag])
    expect(Object.values(STATES)).toEqual(
      Object.values(smpp.consts.MESSAGE_STATE).filter((state) => state >= 1 && state <= 8),
    )
  })

  test('of characters are, too', () => {
    const { ASCII } = smpp.encodings
    const septets = Buffer.from(Array.from({ length: 128 }, (_, code) => code).filter((code) => code !== 27))
    expect(decodeText(0, septets)).toBe(ASCII?.decode(septets))
    const text = 'à^{}[~]|€ @£$¥ÑñÜ§¿'
    expect(encodeText(text)).toEqual({ dataCoding: 0, segments: [ASCII?.encode(text)] })
  })
})

describe('a PDU', () => {
  test('of another implementation is read as it was meant, and written as it writes it', () => {
    const fields = { ...SUBMIT, source_addr_ton: 5, dest_addr_npi: 1, registered_delivery: 1, priority_flag: 3 }
    const theirs = new smpp.PDU('submit_sm', { ...fields, sequence_number: 77, sar_total_segments: 2 }).toBuffer()
    const read = decode(theirs)
    expect(read).toMatchObject({
      command: 'submit_sm',
      sequence: 77,
      fields: { ...fields, short_message: Buffer.from('Hello') },
    })
    if ('refuseWith' in read || read.command === null) throw new Error('not read')
    expect(encode({ ...read, command: read.command, tlvs: [...read.tlvs] })).toEqual(theirs)
  })

  test('that ends too early is refused at every length', () => {
    const whole = new smpp.PDU('submit_sm', { ...SUBMIT, sequence_number: 1 }).toBuffer()
    for (let length = 16; length < whole.length; length += 1) {
      expect(decode(whole.subarray(0, length))).toMatchObject({ refuseWith: STATUSES.ESME_RINVCMDLEN })
    }
    const tlv = Buffer.concat([whole, Buffer.of(4, 0x24, 0, 9, 1)])
    expect(decode(tlv)).toMatchObject({ refuseWith: STATUSES.ESME_RINVOPTPARSTREAM })
  })

  test('with a field that is longer than its command has room for is refused', () => {
    const pduTo = (number: string): Buffer =>
      new smpp.PDU('submit_sm', { ...SUBMIT, destination_addr: number, sequence_number: 1 }).toBuffer()
    expect(decode(pduTo('1'.repeat(20)))).toMatchObject({ status: 0 })
    expect(decode(pduTo('1'.repeat(21)))).toMatchObject({ refuseWith: STATUSES.ESME_RINVCMDLEN })
  })

  test('comes in any pieces', () => {
    const stream = Buffer.concat(
      [1, 2, 3].map((n) => new smpp.PDU('submit_sm', { ...SUBMIT, sequence_number: n }).toBuffer()),
    )
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const cut = createFramer()
        const frames: Buffer[] = []
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          frames.push(...cut(stream.subarray(at, at + size)).frames)
          at += size
        }
        expect(Buffer.concat(frames)).toEqual(stream)
        expect(frames).toHaveLength(3)
      }),
    )
  })

  test('of any octets is read or refused, never thrown at', () => {
    const whole = new smpp.PDU('submit_sm', { ...SUBMIT, message_payload: 'x', sequence_number: 1 }).toBuffer()
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const changed = Buffer.from(whole)
        for (const [at, value] of changes) changed[at] = value
        expect(decode(changed)).toHaveProperty('sequence')
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a connection', () => {
  test.each([
    ['a length of 0', Buffer.alloc(16)],
    ['a length of 15', Buffer.from([0, 0, 0, 15])],
    ['a length beyond all', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ])('with %s gets a generic_nack and is closed, and the next one is fine', async (_, wrong) => {
    const fake = await open()
    const { socket, came, ended } = await dial(fake)
    socket.write(wrong)
    await until(ended)
    expect(came()).toEqual(octets('00000010 80000000 00000002 00000000'))
    const esme = await bind(fake)
    ends.push(() => esme.close())
  })

  test('answers what it does not know, and what is malformed, and goes on', async () => {
    const fake = await open()
    const { socket, came } = await dial(fake)
    const odd = octets('00000010 00000077 00000000 00000005')
    const short = octets('00000011 00000004 00000000 00000006 41')
    socket.write(
      Buffer.concat([bindOctets(fake), odd, short, new smpp.PDU('enquire_link', { sequence_number: 7 }).toBuffer()]),
    )
    const wanted = octets(
      [
        '00000010 80000000 00000003 00000005',
        '00000010 80000004 00000002 00000006',
        '00000010 80000015 00000000 00000007',
      ].join(' '),
    )
    await until(() => came().subarray(-48).equals(wanted))
    expect(fake.binds()).toBe(1)
  })

  test('that breaks off in the middle of a PDU leaves nothing behind', async () => {
    const fake = await open()
    const { socket, came } = await dial(fake)
    socket.write(bindOctets(fake))
    await until(() => came().length > 0)
    socket.write(octets('00000040 00000004'))
    socket.destroy()
    await until(() => fake.binds() === 0)
    expect(fake.messages()).toEqual([])
  })
})

test('a throttle lets so many through in any second', () => {
  const admits = createThrottle(2)
  expect([0, 400, 900, 999, 1_000, 1_399, 1_400, 1_500].map(admits)).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
    true,
    false,
  ])
})

function octets(hexadecimal: string): Buffer {
  return Buffer.from(hexadecimal.replaceAll(' ', ''), 'hex')
}
