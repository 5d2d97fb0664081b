import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFramer, type FramingProblem } from '../../../src/providers/smpp/framer.ts'

/** PROPERTY_RUNS=100000 for the long run. */
const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 25_000) / 100)

interface Rig {
  readonly framer: ReturnType<typeof createFramer>
  readonly pdus: Buffer[]
  readonly problems: FramingProblem[]
}

function rig(): Rig {
  const pdus: Buffer[] = []
  const problems: FramingProblem[] = []
  const framer = createFramer(
    (pdu) => pdus.push(pdu),
    (problem) => problems.push(problem),
  )
  return { framer, pdus, problems }
}

/** Of any octets behind its length. */
function pduOf(length: number, fill: number): Buffer {
  const pdu = Buffer.alloc(length, fill)
  pdu.writeUInt32BE(length, 0)
  return pdu
}

describe('a stream', () => {
  it('gives the same PDUs however it is cut', () => {
    const lengths = fc.array(fc.oneof(fc.integer({ min: 16, max: 60 }), fc.integer({ min: 16, max: 2_000 })), {
      minLength: 1,
      maxLength: 8,
    })
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 700 })), { minLength: 1 })
    fc.assert(
      fc.property(lengths, sizes, (all, cuts) => {
        const written = all.map((length, index) => pduOf(length, index + 1))
        const { framer, pdus, problems } = rig()
        for (const chunk of cutInto(Buffer.concat(written), cuts)) framer.feed(chunk)
        expect(pdus.length).toBe(written.length)
        expect(pdus.every((pdu, index) => written[index]?.equals(pdu))).toBe(true)
        expect([problems, framer.pending()]).toEqual([[], 0])
      }),
      { numRuns: RUNS },
    )
  })

  it('is not copied where one chunk holds the whole PDU', () => {
    const { framer, pdus } = rig()
    const chunk = Buffer.concat([pduOf(16, 1), pduOf(20, 2)])
    framer.feed(chunk)
    chunk.fill(7, 4)
    expect(pdus.map((pdu) => pdu.at(-1))).toEqual([7, 7])
  })

  it('tells how much of a PDU is held, and holds no more than one', () => {
    const { framer, pdus } = rig()
    framer.feed(Buffer.of(0, 0))
    expect(framer.pending()).toBe(2)
    framer.feed(Buffer.concat([Buffer.of(0xff, 0xff), Buffer.alloc(65_530, 1)]))
    expect(framer.pending()).toBe(65_534)
    framer.feed(Buffer.concat([Buffer.alloc(1, 1), pduOf(16, 1), pduOf(16, 1).subarray(0, 5)]))
    expect(pdus.map((pdu) => pdu.length)).toEqual([65_535, 16])
    expect(framer.pending()).toBe(5)
  })
})

describe('a length that no PDU has', () => {
  it.each<[string, Buffer, FramingProblem]>([
    ['of nothing', Buffer.alloc(16), { kind: 'too_short', length: 0 }],
    ['of less than a header', Buffer.of(0, 0, 0, 15), { kind: 'too_short', length: 15 }],
    ['of one octet too many', Buffer.of(0, 1, 0, 1), { kind: 'too_long', length: 65_537 }],
    ['of words of another protocol', Buffer.from('HTTP/1.1'), { kind: 'too_long', length: 0x48545450 }],
  ])('%s is told once, whole or in pieces, and all behind it is dropped', (_, wrong, problem) => {
    for (const sizes of [[100], [1], [3]]) {
      const { framer, pdus, problems } = rig()
      for (const chunk of cutInto(Buffer.concat([pduOf(17, 1), wrong, pduOf(16, 1)]), sizes)) framer.feed(chunk)
      expect(problems).toEqual([problem])
      expect(pdus.map((pdu) => pdu.length)).toEqual([17])
      expect(framer.pending()).toBe(0)
    }
  })

  it('is none at its two ends', () => {
    const { framer, pdus, problems } = rig()
    framer.feed(pduOf(16, 1))
    framer.feed(pduOf(65_536, 1))
    expect(pdus.map((pdu) => pdu.length)).toEqual([16, 65_536])
    expect(problems).toEqual([])
  })
})

/** Pieces of these sizes in turn. */
function cutInto(stream: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const end = at + (sizes[turn % sizes.length] ?? 1)
    chunks.push(stream.subarray(at, end))
    at = end
  }
  return chunks
}
