/** A block of addresses. */
export interface Cidr {
  readonly version: 4 | 6
  readonly first: bigint
  /** How many leading bits are the block's. */
  readonly length: number
}

interface Address {
  readonly version: 4 | 6
  readonly value: bigint
}

/**
 * What no stranger may make us call. Sources: the IANA registries of special-purpose addresses (RFC 6890 and its successors), with
 * multicast (RFC 5771) and the reserved rest (RFC 1112 §4). 192.88.99.0/24 is the relay of 6to4 (RFC 7526).
 */
const NOT_PUBLIC_4 = blocks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

/**
 * Of IPv6 only this is given out for the public (RFC 4291 §2.4, RFC 3587): loopback, NAT64, IPv4-compatible, discard-only, SRv6, unique
 * local, link-local, site-local and multicast addresses are all outside.
 */
const GLOBAL_6 = blocks(['2000::/3'])

/** Inside 2000::/3: protocol assignments with Teredo and ORCHID (RFC 2928, 4380, 7343), documentation (RFC 3849, 9637), 6to4 (RFC 3056). */
const NOT_PUBLIC_6 = blocks(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])

/**
 * Whether an address that a stranger chose may be called: it is public, or in a block that the operator named. What can't be read is
 * not allowed. An IPv4 address written as IPv6 counts as what it is (RFC 4291 §2.5.5.2).
 */
export function isAllowedAddress(ip: string, allowedPrivate: readonly Cidr[]): boolean {
  const address = readAddress(ip)
  return address !== null && (isPublic(address) || holds(allowedPrivate, address))
}

/** Whether one of the blocks holds the address; false for what can't be read. */
export function isWithin(ip: string, cidrs: readonly Cidr[]): boolean {
  const address = readAddress(ip)
  return address !== null && holds(cidrs, address)
}

/** An address, or a block such as `10.0.0.0/8` or `fd00::/8`; null: neither. */
export function readCidr(text: string): Cidr | null {
  const [, ip = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const [address, wide] = [readAddress(ip), ip.includes(':')]
  if (address === null) return null
  const length = Number(bits ?? (wide ? 128 : 32)) - (wide && address.version === 4 ? 96 : 0)
  if (length < 0 || length > width(address)) return null
  return { version: address.version, first: head(address, length), length }
}

function blocks(texts: readonly string[]): readonly Cidr[] {
  return texts.map(readCidr).filter((cidr) => cidr !== null)
}

function isPublic(address: Address): boolean {
  if (address.version === 4) return !holds(NOT_PUBLIC_4, address)
  return holds(GLOBAL_6, address) && !holds(NOT_PUBLIC_6, address)
}

function holds(cidrs: readonly Cidr[], address: Address): boolean {
  return cidrs.some(
    ({ version, first, length }) =>
      version === address.version && head(address, length) === head({ version, value: first }, length),
  )
}

function head({ version, value }: Address, length: number): bigint {
  const rest = BigInt((version === 4 ? 32 : 128) - length)
  return (value >> rest) << rest
}

function width({ version }: Address): number {
  return version === 4 ? 32 : 128
}

/** Only the plain spelling of IPv4, whose octal and short forms are read differently by different programs; zones are refused. */
function readAddress(ip: string): Address | null {
  if (!ip.includes(':')) {
    const value = readDotted(ip)
    return value === null ? null : { version: 4, value }
  }
  const value = readGroups(ip)
  if (value === null) return null
  return value >> 32n === 0xffffn ? { version: 4, value: value & 0xffffffffn } : { version: 6, value }
}

function readDotted(ip: string): bigint | null {
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(ip)) return null
  const octets = ip.split('.').map(Number)
  return octets.some((octet) => octet > 255) ? null : octets.reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
}

/** Source: RFC 4291 §2.2. */
function readGroups(ip: string): bigint | null {
  const halves = withoutDots(ip).split('::')
  if (halves.length > 2) return null
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - left.length - right.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}

/** The last two groups may be written as IPv4. */
function withoutDots(ip: string): string {
  const at = ip.lastIndexOf(':') + 1
  const value = readDotted(ip.slice(at))
  return value === null ? ip : `${ip.slice(0, at)}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`
}
