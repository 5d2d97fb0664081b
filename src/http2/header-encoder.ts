import { createHeaderTable, type Field, sizeOf, TABLE_BYTES } from './header-table.ts'
import type { Http2Request } from './client.ts'

export interface HeaderEncoder {
  /**
   * The header block of a POST, which is valid until the next one. Throws, before anything has changed, where a header cannot be
   * written: that is a bug of who made it.
   */
  encode(request: Pick<Http2Request, 'path' | 'headers'>): Buffer
  /** The peer's SETTINGS_HEADER_TABLE_SIZE, in bytes. */
  setTableBytes(bytes: number): void
}

/** What names and values may hold. Source: RFC 9113 §8.2.1. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * A value that comes a second time in a row goes into the table, so that what is the same for every request takes a byte from the
 * third on; what is another one each time (the path of a device) never gets there. This holds for `authorization`, too: it could be
 * guessed from the length of what is sent by somebody whose headers were on the same connection, and nobody else's are.
 * Source: RFC 7541 §7.1.
 */
export function createHeaderEncoder(scheme: string, authority: string): HeaderEncoder {
  const table = createHeaderTable()
  const lately = new Map<string, string>()
  const out = createBytes()
  let last: { readonly path: string; readonly headers: Http2Request['headers']; readonly block: Buffer } | null = null
  let [tableBytes, leastBytes, changed] = [TABLE_BYTES, TABLE_BYTES, false]
  let resized = false

  function write({ name, value }: Field): void {
    const index = table.find(name, value)
    if (index > 0) {
      out.number(0x80, 7, index)
      return
    }
    const isKnown = lately.get(name) === value
    const isAdded = isKnown && sizeOf({ name, value }) <= tableBytes
    changed ||= isAdded || !isKnown
    lately.set(name, value)
    if (isAdded) out.number(0x40, 6, -index)
    else out.number(0, 4, -index)
    if (index === 0) out.text(name)
    out.text(value)
    if (isAdded) table.add({ name, value })
  }
  /** A table that was smaller in between is said to have been. Source: RFC 7541 §4.2. */
  function writeSize(): void {
    if (leastBytes < tableBytes) out.number(0x20, 5, leastBytes)
    out.number(0x20, 5, tableBytes)
    table.resize(leastBytes)
    table.resize(tableBytes)
    leastBytes = tableBytes
    resized = false
  }
  function encodeAnew({ path, headers }: Pick<Http2Request, 'path' | 'headers'>): Buffer {
    const fields = fieldsOf(scheme, authority, path, headers)
    changed = resized
    out.clear()
    if (resized) writeSize()
    fields.forEach(write)
    const block = out.bytes()
    last = changed ? null : { path, headers, block: Buffer.from(block) }
    return block
  }
  return {
    encode(request) {
      const known = last !== null && last.headers === request.headers && last.path === request.path
      return known && last !== null ? last.block : encodeAnew(request)
    },
    setTableBytes(bytes) {
      const next = Math.min(bytes, TABLE_BYTES)
      if (next === tableBytes && !resized) return
      leastBytes = Math.min(leastBytes, next)
      tableBytes = next
      resized = true
      last = null
    },
  }
}

function fieldsOf(scheme: string, authority: string, path: string, headers: Http2Request['headers']): Field[] {
  const fields = [
    { name: ':method', value: 'POST' },
    { name: ':scheme', value: scheme },
    { name: ':authority', value: authority },
    { name: ':path', value: path },
  ]
  if (!VALUE.test(path)) throw new Error('HTTP/2: the path of a request holds what none may hold')
  for (const [name, value] of Object.entries(headers)) {
    // The value may be a secret.
    if (!NAME.test(name) || !VALUE.test(value)) throw new Error(`HTTP/2: the header ${name} holds what none may hold`)
    fields.push({ name, value })
  }
  return fields
}

/** Bytes that grow; numbers and texts as HPACK writes them. Source: RFC 7541 §5. */
function createBytes() {
  let [bytes, length] = [Buffer.allocUnsafeSlow(1_024), 0]
  function reserve(more: number): void {
    if (length + more <= bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (length + more))
    bytes.copy(larger, 0, 0, length)
    bytes = larger
  }
  function put(byte: number): void {
    reserve(1)
    bytes[length] = byte
    length += 1
  }
  function number(flags: number, bits: number, value: number): void {
    const mask = 2 ** bits - 1
    if (value < mask) {
      put(flags | value)
      return
    }
    put(flags | mask)
    let rest = value - mask
    for (; rest >= 128; rest = Math.floor(rest / 128)) put((rest % 128) | 128)
    put(rest)
  }
  return {
    clear: () => void (length = 0),
    bytes: () => bytes.subarray(0, length),
    number,
    text(text: string): void {
      number(0, 7, text.length)
      reserve(text.length)
      length += bytes.write(text, length, 'latin1')
    },
  }
}
