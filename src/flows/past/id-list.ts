/** Ids at eight bytes each: some millions stay small. */
export interface IdList {
  add(id: number): void
  size(): number
  /** All of them in order, in blocks of `blockSize`; the last one may be shorter. */
  blocks(): readonly Float64Array[]
}

export function createIdList(blockSize: number): IdList {
  const full: Float64Array[] = []
  let block = new Float64Array(blockSize)
  let used = 0
  return {
    add(id) {
      if (used === blockSize) {
        full.push(block)
        block = new Float64Array(blockSize)
        used = 0
      }
      block[used] = id
      used += 1
    },
    size: () => full.length * blockSize + used,
    blocks: () => (used === 0 ? full : [...full, block.subarray(0, used)]),
  }
}

/** Ids that were seen, at a bit each where they lie close together. */
export interface IdSet {
  /** False: it was there already. */
  add(id: number): boolean
}

/** Ids that share a block of bits: 8 KiB. */
const BITS = 65_536

export function createIdSet(): IdSet {
  const blocks = new Map<number, Uint8Array>()
  return {
    add(id) {
      const high = Math.floor(id / BITS)
      const low = id % BITS
      const bits = blocks.get(high) ?? new Uint8Array(BITS / 8)
      blocks.set(high, bits)
      const before = bits[low >>> 3] ?? 0
      bits[low >>> 3] = before | (1 << (low & 7))
      return (before & (1 << (low & 7))) === 0
    },
  }
}
