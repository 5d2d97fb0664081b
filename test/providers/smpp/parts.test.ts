import fc from 'fast-check'
import { SegmentedMessage } from 'sms-segments-calculator'
import smpp from 'smpp'
import { describe, expect, it } from 'vitest'
import { measureText } from '../../../src/domain/sms/sms-text.ts'
import { decode as decodeTheirs } from '../../../src/fakes/smsc/pdu.ts'
import { readSubmission } from '../../../src/fakes/smsc/submission.ts'
import { COMMANDS } from '../../../src/providers/smpp/commands.ts'
import { decodePdu } from '../../../src/providers/smpp/decode.ts'
import { encodeSubmitSm } from '../../../src/providers/smpp/encode.ts'
import { readInboundText } from '../../../src/providers/smpp/inbound.ts'
import { planSubmission, type Joining, type PlannedPart } from '../../../src/providers/smpp/parts.ts'
import { writeTlvs } from '../../../src/providers/smpp/tlvs.ts'
import type { Charset } from '../../../src/providers/smpp/text.ts'

const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 120))

const BODY = {
  serviceType: '',
  source: { ton: 5, npi: 0, address: 'Tidings' },
  destination: { ton: 1, npi: 1, address: '201009129288' },
  esmClass: 0,
  protocolId: 0,
  priorityFlag: 0,
  scheduleDeliveryTime: '',
  validityPeriod: '',
  registeredDelivery: 0,
  replaceIfPresentFlag: 0,
  dataCoding: 0,
  smDefaultMsgId: 0,
}

const charsets = fc.constantFrom<Charset>('gsm7', 'latin1')
const joinings = fc.constantFrom<Joining>('8', '16', 'sar', 'payload')

describe('a text', () => {
  it('that fits is one part without a header, however long ones are joined', () => {
    for (const joining of ['8', '16', 'sar', 'payload'] as const) {
      const plan = planOf('Your code is 482913', joining)
      expect(plan.parts).toEqual([
        { number: 1, total: 1, esmClass: 0, shortMessage: Buffer.from('Your code is 482913'), tlvs: [] },
      ])
    }
  })

  it('makes as many parts as the domain counts segments, and as a calculator by other hands does', () => {
    fc.assert(
      fc.property(texts(), fc.constantFrom<Joining>('8', 'sar'), (text, joining) => {
        const total = planOf(text, joining).parts.length
        expect(total).toBe(measureText(text).segments)
        expect(Math.abs(total - new SegmentedMessage(text).segmentsCount)).toBeLessThanOrEqual(1)
      }),
      { numRuns: Math.min(RUNS, 10_000) },
    )
  })

  it.each([
    ['8', 'a', 153],
    ['16', 'a', 152],
    ['sar', 'a', 153],
    ['8', 'س', 67],
    ['16', 'س', 66],
  ] as const)('joined by %s has parts of %j with room for %i', (joining, letter, room) => {
    expect(planOf(letter.repeat(room * 2), joining).parts).toHaveLength(2)
    expect(planOf(letter.repeat(room * 2 + 1), joining).parts).toHaveLength(3)
  })

  it('of more than 255 parts has no plan', () => {
    expect(planSubmission('a'.repeat(153 * 255), { charset: 'gsm7', joining: '8', reference: 1 })?.parts).toHaveLength(
      255,
    )
    for (const text of ['a'.repeat(153 * 255 + 1), 'س'.repeat(67 * 255 + 1)]) {
      for (const joining of ['8', 'payload'] as const) {
        expect(planSubmission(text, { charset: 'gsm7', joining, reference: 1 })).toBeNull()
      }
    }
  })
})

describe('the parts of a text', () => {
  it('give it back in their order, with what they have in common, as the look-alike reads them', () => {
    fc.assert(
      fc.property(texts(), joinings, fc.nat(70_000), (text, joining, reference) => {
        const plan = planOf(text, joining, reference)
        const read = plan.parts.map((part) => throughTheLookAlike(plan.dataCoding, part))
        const total = read.length
        expect(read.map((one) => one.text).join('')).toBe(text)
        if (total === 1) return
        const places = read.map((_, index) => ({ reference: plan.reference, total, number: index + 1 }))
        expect(read.map(({ part }) => part)).toEqual(places)
      }),
      { numRuns: RUNS },
    )
  })

  it('read by ourselves say the same, in every alphabet', () => {
    fc.assert(
      fc.property(texts(), joinings, charsets, (text, joining, charset) => {
        const plan = planSubmission(text, { charset, joining, reference: 513 })
        const read = plan?.parts.map((part) => throughUs(plan.dataCoding, part, charset)) ?? []
        expect(read.map(({ text: piece }) => piece).join('')).toBe(text)
        expect(read.map(({ part }) => part?.number ?? 1)).toEqual(read.map((_, index) => index + 1))
      }),
      { numRuns: RUNS },
    )
  })

  it('carry a header as another implementation reads it', () => {
    const plan = planOf('س'.repeat(100), '16', 0x1234)
    const bytes = plan.parts.map((part) => submitted(plan.dataCoding, part))
    const theirs = bytes.map((pdu) => new smpp.PDU(pdu).short_message)
    expect(theirs.map((message) => message?.udh?.[0]?.toString('hex'))).toEqual(['080412340201', '080412340202'])
    expect(theirs.map((message) => message?.message).join('')).toBe('س'.repeat(100))
    expect(planOf('a'.repeat(200), '8', 0x1ff).parts[1]?.shortMessage.subarray(0, 6)).toEqual(
      Buffer.of(5, 0, 3, 255, 2, 2),
    )
  })

  it('fit into the 140 octets that the network has, with the header that it has or will get', () => {
    fc.assert(
      fc.property(texts(), joinings, (text, joining) => {
        const { dataCoding, parts } = planOf(text, joining)
        for (const { shortMessage, total, esmClass } of parts) {
          const header = esmClass === 0 ? 0 : (shortMessage[0] ?? 0) + 1
          const onAir = joining === 'sar' && total > 1 ? 6 : header
          expect(onAirOctets(onAir, shortMessage.length - header, dataCoding)).toBeLessThanOrEqual(140)
        }
      }),
      { numRuns: RUNS },
    )
  })
})

describe('a text that comes in', () => {
  const inbound = (hex: string, tlvs: Buffer = Buffer.alloc(0), esmClass = 0x40): ReturnType<typeof readInboundText> =>
    readInboundText({ esmClass, dataCoding: 0, shortMessage: Buffer.from(hex, 'hex'), tlvs }, 'gsm7')

  it.each([
    ['a reference of 8 bits', '050003070201', { reference: 7, total: 2, number: 1 }],
    ['a reference of 16 bits', '0608041234 0302', { reference: 0x1234, total: 3, number: 2 }],
    ['other elements around it', '0e0504158200000003070201700101', { reference: 7, total: 2, number: 1 }],
    ['two of them, of which the last counts', '0a00030702010003080302', { reference: 8, total: 3, number: 2 }],
    ['two of them, of which the last can not be', '0a00030702010003080300', { reference: 7, total: 2, number: 1 }],
    ['a number beyond its total', '050003070203', null],
    ['a number 0', '050003070200', null],
    ['one part only', '050003070101', null],
    ['an element of another length', '06000407020100', null],
    ['an element that its header ends in', '0400030702', null],
    ['no element', '00', null],
  ])('with %s', (_, header, part) => {
    const read = inbound(`${header.replaceAll(' ', '')}48656c6c6f`)
    expect(read).toMatchObject({ text: 'Hello', part })
  })

  it('without a header keeps all its octets, as does one that has no room for the header it names', () => {
    expect(inbound('050003070201', undefined, 0)).toMatchObject({
      part: null,
      octets: Buffer.from('050003070201', 'hex'),
    })
    expect(inbound('1f41')).toMatchObject({ part: null, octets: Buffer.from('1f41', 'hex') })
    expect(inbound('')).toEqual({ text: '', octets: Buffer.alloc(0), part: null })
  })

  it('may stand in message_payload, with its header', () => {
    const tlvs = writeTlvs([{ tag: 0x0424, value: Buffer.from('05000307020148656c6c6f', 'hex') }])
    const part = { reference: 7, total: 2, number: 1 }
    expect(inbound('', tlvs)).toMatchObject({ text: 'Hello', part })
    expect(readInboundText({ esmClass: 0x40, dataCoding: 0, tlvs }, 'gsm7')).toMatchObject({ text: 'Hello', part })
  })

  it('of octets that are no text has none', () => {
    const read = readInboundText(
      { esmClass: 0, dataCoding: 4, shortMessage: Buffer.of(1), tlvs: Buffer.alloc(0) },
      'gsm7',
    )
    expect(read).toEqual({ text: null, octets: Buffer.of(1), part: null })
  })

  it('of any octets is read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), fc.nat(255), fc.nat(255), (bytes, esmClass, dataCoding) => {
        const shortMessage = Buffer.from(bytes)
        const read = readInboundText({ esmClass, dataCoding, shortMessage, tlvs: Buffer.alloc(0) }, 'gsm7')
        expect(read.octets.length).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: RUNS },
    )
  })
})

/** Septets begin at a multiple of seven bits behind the header. Source: 3GPP TS 23.040 §9.2.3.24. */
function onAirOctets(header: number, octets: number, dataCoding: number): number {
  return dataCoding === 8 ? header + octets : Math.ceil((Math.ceil((header * 8) / 7) * 7 + octets * 7) / 8)
}

function planOf(text: string, joining: Joining, reference = 1): NonNullable<ReturnType<typeof planSubmission>> {
  return planSubmission(text, { charset: 'gsm7', joining, reference }) ?? expect.unreachable('too long')
}

function submitted(dataCoding: number, part: PlannedPart): Buffer {
  const { esmClass, shortMessage } = part
  return encodeSubmitSm(1, { ...BODY, dataCoding, esmClass, shortMessage }, writeTlvs(part.tlvs))
}

interface ReadPart {
  readonly text: string
  readonly part: { readonly reference: number; readonly total: number; readonly number: number }
}

function throughTheLookAlike(dataCoding: number, part: PlannedPart): ReadPart {
  const pdu = decodeTheirs(submitted(dataCoding, part))
  const read = 'refuseWith' in pdu ? expect.unreachable('refused') : readSubmission(pdu, '')
  if (typeof read === 'string') return expect.unreachable(read)
  const { reference = 0, of: total = 1, number = 1 } = read.segment ?? {}
  return { text: read.text ?? '', part: { reference, total, number } }
}

function throughUs(dataCoding: number, part: PlannedPart, charset: Charset): ReturnType<typeof readInboundText> {
  const bytes = submitted(dataCoding, part)
  bytes.writeUInt32BE(COMMANDS.deliver_sm, 4)
  const pdu = decodePdu(bytes)
  return pdu.command === 'deliver_sm' ? readInboundText(pdu, charset) : expect.unreachable(pdu.command)
}

/** Around the capacities, of letters that take one place, two, or several that belong together. */
function texts(): fc.Arbitrary<string> {
  const gsm = fc.constantFrom('a', 'b', ' ', '€', '[', 'é', '\n')
  const wide = fc.constantFrom('س', 'a', '👍', 'e\u0301', '👨‍👩‍👧')
  return fc
    .tuple(fc.constantFrom(gsm, wide), fc.constantFrom(10, 70, 140, 160, 306, 460))
    .chain(([letter, length]) => fc.array(letter, { minLength: length - 10, maxLength: length + 10 }))
    .map((all) => all.join(''))
}
