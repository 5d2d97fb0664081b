/** How many bits are set. */
export function countBits(bits: Buffer): number {
  let count = 0
  for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1
  return count
}

/** Sets one bit, the lowest of the first byte being number 0, as Postgres counts them. */
export function mark(bits: Buffer, index: number): void {
  const byte = index >> 3
  bits.writeUInt8(bits.readUInt8(byte) | (1 << (index & 7)), byte)
}

export function isMarked(bits: Buffer, index: number): boolean {
  return (bits.readUInt8(index >> 3) & (1 << (index & 7))) !== 0
}
