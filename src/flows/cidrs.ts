import { BlockList, isIP } from 'node:net'

export interface CidrList {
  /** `address` as a socket gives it. */
  has(address: string): boolean
}

/** Each is an address or a block, as `203.0.113.7`, `10.0.0.0/8`, `2001:db8::/32`; throws for what `isCidr` refuses. */
export function createCidrList(cidrs: readonly string[]): CidrList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', length] = cidr.split('/')
    const family = familyOf(address)
    if (length === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(length), family)
  }
  return {
    has(address) {
      const plain = plainAddress(address)
      return isIP(plain) !== 0 && list.check(plain, familyOf(plain))
    },
  }
}

export function isCidr(text: string): boolean {
  const [, address = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0 || address.includes('%')) return false
  return length === undefined || Number(length) <= (version === 4 ? 32 : 128)
}

/** An IPv4 address is the same whichever socket it arrives at. Source: RFC 4291 §2.5.5.2. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}
