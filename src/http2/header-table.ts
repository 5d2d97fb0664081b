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

/** By name, then by value: where a field stands. */
type Places = Map<string, { newest: number; readonly values: Map<string, number> }>

/** The first place of each name counts for the name alone. */
const STATIC_PLACES: Places = new Map()
STATIC.forEach(({ name, value }, at) => {
  const places = STATIC_PLACES.get(name) ?? { newest: at + 1, values: new Map<string, number>() }
  places.values.set(value, at + 1)
  STATIC_PLACES.set(name, places)
})

export function createHeaderTable(): HeaderTable {
  const entries: Field[] = []
  // Entries by how many were added before them: that stays, whatever comes and goes.
  const places: Places = new Map()
  let [version, bytes, most, added] = [0, 0, TABLE_BYTES, 0]

  function enter({ name, value }: Field): void {
    const known = places.get(name) ?? { newest: added, values: new Map<string, number>() }
    known.newest = added
    known.values.set(value, added)
    places.set(name, known)
    added += 1
  }
  function leave({ name, value }: Field, place: number): void {
    const known = places.get(name)
    if (known?.newest === place) places.delete(name)
    else if (known?.values.get(value) === place) known.values.delete(value)
  }
  function shrink(to: number): void {
    while (bytes > to) {
      const place = added - entries.length
      const oldest = entries.shift()
      bytes -= oldest === undefined ? bytes : sizeOf(oldest)
      if (oldest !== undefined) leave(oldest, place)
    }
  }
  const indexOf = (place: number): number => STATIC.length + added - place

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
      enter(field)
      bytes += size
    },
    resize(size) {
      version += 1
      most = size
      shrink(most)
    },
    find(name, value) {
      const fixed = STATIC_PLACES.get(name)
      const index = fixed?.values.get(value)
      if (index !== undefined) return index
      const own = places.get(name)
      const place = own?.values.get(value)
      if (place !== undefined) return indexOf(place)
      if (fixed !== undefined) return -fixed.newest
      return own === undefined ? 0 : -indexOf(own.newest)
    },
  }
}
