/** The candidate that was probably meant, at most two edits away and never more than a third of the word; null if there is none. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word.length > 64) return null
  const lower = word.toLowerCase()
  let best: string | null = null
  let least = Math.min(2, Math.ceil(word.length / 3)) + 1
  for (const candidate of candidates) {
    const edits = distance(lower, candidate.toLowerCase())
    if (edits < least) [best, least] = [candidate, edits]
  }
  return best
}

/** Edits from one to the other: insert, delete, replace, or swap two neighbours (optimal string alignment). */
function distance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1]
      let edits = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (swapped) edits = Math.min(edits, at(beforeLast, j - 2) + 1)
      row.push(edits)
    }
    beforeLast = last
    last = row
  }
  return at(last, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
