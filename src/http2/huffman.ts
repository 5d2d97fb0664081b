/** Bits of the code of each byte, as digits of base 36; the codes are canonical. Source: RFC 7541, Appendix B. */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca' +
  'd67777777777777777777777878djde6f56565666577666567655677777fbeds' +
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn' +
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq'

const EOS = 256
const EOS_BITS = 30
/** Of a symbol in the tree: nodes have numbers below it. */
const LEAF = 1_024

/** Two places for each node, one for each bit; a node's number, or `LEAF` and the symbol. */
const TREE = grow()

function grow(): Uint16Array {
  const symbols = Array.from(LENGTHS, (digit, symbol) => ({ symbol, bits: Number.parseInt(digit, 36) }))
  symbols.push({ symbol: EOS, bits: EOS_BITS })
  symbols.sort((a, b) => a.bits - b.bits || a.symbol - b.symbol)
  const tree = new Uint16Array(2 * LEAF)
  let [nodes, code, length] = [1, 0, 0]
  for (const { symbol, bits } of symbols) {
    code *= 2 ** (bits - length)
    length = bits
    let node = 0
    for (let bit = bits - 1; bit > 0; bit -= 1) {
      const place = node * 2 + ((code >>> bit) & 1)
      if (tree[place] === 0) tree[place] = nodes++
      node = tree[place] ?? 0
    }
    tree[node * 2 + (code & 1)] = LEAF + symbol
    code += 1
  }
  return tree
}

/** The text from `start` to `end`, in Latin-1; null where it is no valid code. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | null {
  const text = Buffer.allocUnsafe(Math.ceil(((end - start) * 8) / 5))
  let [length, node, depth, ones] = [0, 0, 0, true]
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0
    for (let shift = 7; shift >= 0; shift -= 1) {
      const bit = (byte >>> shift) & 1
      const next = TREE[node * 2 + bit] ?? 0
      if (next < LEAF) {
        node = next
        depth += 1
        ones &&= bit === 1
        continue
      }
      if (next === LEAF + EOS) return null
      text[length] = next - LEAF
      length += 1
      ;[node, depth, ones] = [0, 0, true]
    }
  }
  // What is left over is the beginning of EOS, and less than a byte. Source: RFC 7541 §5.2.
  return depth > 7 || !ones ? null : text.toString('latin1', 0, length)
}
