import { createHash } from 'node:crypto'

/** Numbers 0 <= n < 1, the same ones for the same seed and purpose: what one purpose draws does not shift what another does. */
export function seeded(seed: string, purpose: string): () => number {
  let drawn = 0
  return () => createHash('sha256').update(`${seed} ${purpose} ${drawn++}`).digest().readUInt32BE() / 2 ** 32
}
