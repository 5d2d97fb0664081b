/** The candidate that a slip of the fingers would turn into `word`: within `edits` changes, the closest first; null when none is. */
export function nearest(word: string, candidates: readonly string[], edits: number): string | null {
  const ranked = candidates
    .filter((candidate) => Math.abs(candidate.length - word.length) <= edits)
    .map((candidate) => ({ candidate, distance: distance(word, candidate) }))
    .filter((ranking) => ranking.distance <= edits)
    .toSorted((a, b) => a.distance - b.distance)
  return ranked[0]?.candidate ?? null
}

/**
 * How many characters must be put in, taken out, replaced or swapped with their neighbour. Source: the restricted
 * Damerau-Levenshtein distance.
 */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(beforeLast, j - 2) + 1 : Infinity
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1), swapped))
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
