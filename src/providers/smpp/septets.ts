/** Fills up seven bits that are left, which would read as `@`. Source: 3GPP TS 23.038 §6.1.2.3.1. */
const CARRIAGE_RETURN = 0x0d

/**
 * Septets, one an octet, packed eight into seven octets. `headerOctets` of user data stand in front of them: the first begins at the next
 * multiple of seven bits. Sources: 3GPP TS 23.038 §6.1.2.1.1, TS 23.040 §9.2.3.24.
 */
export function packSeptets(septets: Buffer, headerOctets: number): Buffer {
  const fill = fillBits(headerOctets)
  const bits = fill + septets.length * 7
  const octets = Buffer.alloc(Math.ceil(bits / 8))
  for (let index = 0; index < septets.length; index++) put(octets, fill + index * 7, septets[index] ?? 0)
  if (octets.length * 8 - bits === 7) put(octets, bits, CARRIAGE_RETURN)
  return octets
}

/** The septets, one an octet. How many there are is told by the octets alone: a filler at the end is taken off. */
export function unpackSeptets(octets: Buffer, headerOctets: number): Buffer {
  const fill = fillBits(headerOctets)
  const bits = octets.length * 8 - fill
  const count = Math.max(0, Math.floor(bits / 7))
  const septets = Buffer.alloc(count)
  for (let index = 0; index < count; index++) septets[index] = take(octets, fill + index * 7)
  return bits % 7 === 0 && septets.at(-1) === CARRIAGE_RETURN ? septets.subarray(0, -1) : septets
}

function fillBits(headerOctets: number): number {
  return (7 - ((headerOctets * 8) % 7)) % 7
}

function put(octets: Buffer, bit: number, septet: number): void {
  const at = bit >> 3
  const shifted = septet << (bit & 7)
  octets[at] = (octets[at] ?? 0) | (shifted & 0xff)
  if (shifted > 0xff) octets[at + 1] = (octets[at + 1] ?? 0) | (shifted >> 8)
}

function take(octets: Buffer, bit: number): number {
  const at = bit >> 3
  const pair = (octets[at] ?? 0) | ((octets[at + 1] ?? 0) << 8)
  return (pair >> (bit & 7)) & 0x7f
}
