import { CODE, ProtocolError } from './frames.ts'
import { createHeaderTable, type Field, sizeOf, TABLE_BYTES } from './header-table.ts'
import { decodeHuffman } from './huffman.ts'

/** What a list of headers may have, names, values and 32 bytes for each, and what it may have while it is compressed. */
export const HEADERS_BYTES = 65_536

/** Fields in their order; `null` where they are more than 65,536 bytes. */
export type HeaderList = readonly Field[] | null

export interface HeaderDecoder {
  /** Rises with each change of the table: the same block means the same as long as it stays. */
  readonly version: number
  /** A whole header block. Throws a `ProtocolError` for one that cannot be read: the table is lost with it. */
  decode(block: Buffer): HeaderList
}

/** Source: RFC 7541 §6: the first bits that say what an entry is, and how many bits of its number are in the first byte. */
const INDEXED = { bit: 0x80, bits: 7 }
const ADDED = { bit: 0x40, bits: 6 }
const RESIZED = { bit: 0x20, bits: 5 }
const PLAIN_BITS = 4
const HUFFMAN = { bit: 0x80, bits: 7 }

export function createHeaderDecoder(): HeaderDecoder {
  const table = createHeaderTable()
  let block: Buffer = Buffer.alloc(0)
  let at = 0

  function number(bits: number): number {
    const mask = 2 ** bits - 1
    const first = byte() & mask
    if (first < mask) return first
    let value = first
    for (let factor = 1; ; factor *= 128) {
      const next = byte()
      value += (next & 127) * factor
      if (value > HEADERS_BYTES || factor > HEADERS_BYTES) throw broken('a number is too large')
      if (next < 128) return value
    }
  }
  function byte(): number {
    const found = block[at]
    if (found === undefined) throw broken('it ends within a field')
    at += 1
    return found
  }
  function text(): string {
    const isHuffman = ((block[at] ?? 0) & HUFFMAN.bit) !== 0
    const length = number(HUFFMAN.bits)
    const start = at
    at += length
    if (at > block.length) throw broken('it ends within a text')
    if (!isHuffman) return block.toString('latin1', start, at)
    const decoded = decodeHuffman(block, start, at)
    if (decoded === null) throw broken('a text is no Huffman code')
    return decoded
  }
  function fieldAt(index: number): Field {
    const found = table.at(index)
    if (found === undefined) throw broken('an index means nothing')
    return found
  }
  function literal(bits: number): Field {
    const index = number(bits)
    const name = index === 0 ? text() : fieldAt(index).name
    return { name, value: text() }
  }
  function field(first: number): Field {
    if (first & INDEXED.bit) return fieldAt(number(INDEXED.bits))
    if ((first & ADDED.bit) === 0) return literal(PLAIN_BITS)
    const added = literal(ADDED.bits)
    table.add(added)
    return added
  }
  function resize(): void {
    const size = number(RESIZED.bits)
    if (size > TABLE_BYTES) throw broken('a table larger than was offered')
    table.resize(size)
  }
  const isResize = (first: number) => (first & 0xe0) === RESIZED.bit

  return {
    get version() {
      return table.version
    },
    decode(bytes) {
      ;[block, at] = [bytes, 0]
      while (isResize(block[at] ?? 0)) resize()
      const fields: Field[] = []
      let size = 0
      while (at < block.length) {
        const first = block[at] ?? 0
        if (isResize(first)) throw broken('its table changes size after a field')
        const one = field(first)
        size += sizeOf(one)
        if (size <= HEADERS_BYTES) fields.push(one)
      }
      return size > HEADERS_BYTES ? null : fields
    },
  }
}

function broken(what: string): ProtocolError {
  return new ProtocolError(CODE.COMPRESSION_ERROR, `a header block cannot be read: ${what}`)
}
