export interface Field {
  readonly name: string
  readonly value: string
}

/** Source: RFC 7541, Appendix A. */
const STATIC_TEXT = `:authority
:method=GET
:method=POST
:path=/
:path=/index.html
:scheme=http
:scheme=https
:status=200
:status=204
:status=206
:status=304
:status=400
:status=404
:status=500
accept-charset
accept-encoding=gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`

export const STATIC: readonly Field[] = STATIC_TEXT.split('\n').map((line) => {
  const [name = '', value = ''] = line.split('=')
  return { name, value }
})

/** Of a dynamic table, unless SETTINGS_HEADER_TABLE_SIZE says otherwise. */
export const TABLE_BYTES = 4_096
/** Source: RFC 7541 §4.1. */
const ENTRY_BYTES = 32

export function sizeOf({ name, value }: Field): number {
  return name.length + value.length + ENTRY_BYTES
}

/** One direction's table: the static entries are 1 to 61, then the dynamic ones, the newest first. Source: RFC 7541 §2.3. */
export interface HeaderTable {
  /** Rises with each change of what an index means. */
  readonly version: number
  at(index: number): Field | undefined
  add(field: Field): void
  /** In bytes; what does not fit any more goes, the oldest first. */
  resize(most: number): void
  /** The index of this field; below 0: of its name alone, negated. 0: neither is there. */
  find(name: string, value: string): number
}

export function createHeaderTable(): HeaderTable {
  const entries: Field[] = []
  let [version, bytes, most] = [0, 0, TABLE_BYTES]

  function shrink(to: number): void {
    while (bytes > to) {
      const oldest = entries.shift()
      bytes -= oldest === undefined ? bytes : sizeOf(oldest)
    }
  }
  return {
    get version() {
      return version
    },
    at: (index) => (index <= STATIC.length ? STATIC[index - 1] : entries[entries.length - index + STATIC.length]),
    add(field) {
      version += 1
      const size = sizeOf(field)
      shrink(Math.max(0, most - size))
      if (size > most) return
      entries.push(field)
      bytes += size
    },
    resize(size) {
      version += 1
      most = size
      shrink(most)
    },
    find(name, value) {
      let named = 0
      for (let index = 1; index <= STATIC.length + entries.length; index += 1) {
        const field = this.at(index)
        if (field?.name !== name) continue
        if (field.value === value) return index
        named ||= -index
      }
      return named
    },
  }
}
