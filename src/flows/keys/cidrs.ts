import { isWithin, readCidr } from '../../domain/public-address.ts'

export interface CidrList {
  /** `address` as a socket gives it. */
  has(address: string): boolean
}

/**
 * Each is an address or a block, as `203.0.113.7`, `10.0.0.0/8`, `2001:db8::/32`; what `isCidr` refuses holds nothing. A block of IPv6
 * holds no IPv4.
 */
export function createCidrList(cidrs: readonly string[]): CidrList {
  const blocks = cidrs.map(readCidr).filter((cidr) => cidr !== null)
  return { has: (address) => isWithin(withoutZone(address), blocks) }
}

export function isCidr(text: string): boolean {
  return readCidr(text) !== null
}

/** An IPv4 address is the same whichever socket it arrives at. Source: RFC 4291 §2.5.5.2. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}

/** Of a neighbour a socket also says by which interface it came. Source: RFC 4007 §11. */
function withoutZone(address: string): string {
  const [plain = ''] = address.split('%')
  return plain
}
