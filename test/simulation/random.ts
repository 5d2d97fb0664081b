/** Draws from one seed, always the same ones. */
export interface Random {
  /** 0 <= n < 1 */
  next(): number
  /** A whole number, both ends included. */
  between(least: number, most: number): number
  /** True in `share` of all draws. */
  happens(share: number): boolean
  pick<T>(from: readonly [T, ...T[]]): T
}

/** Mulberry32: 32 bits of state, a few nanoseconds a draw. `seed` is any whole number. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    happens: (share) => next() < share,
    pick: (from) => from[Math.floor(next() * from.length)] ?? from[0],
  }
}
