/** Which rows of a long list are drawn. */
export interface Window {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Drawn beyond what is seen, so that scrolling shows no gap. */
const BEYOND = 6

/** The rows that a list of `count` rows, `rowPx` high each, has to draw. */
export function windowOf(scrollPx: number, heightPx: number, rowPx: number, count: number): Window {
  const from = Math.max(0, Math.floor(scrollPx / rowPx) - BEYOND)
  const to = Math.min(count, Math.ceil((scrollPx + heightPx) / rowPx) + BEYOND)
  return { from: Math.min(from, to), to }
}

/** Where to scroll so that a row is seen; the same place if it is. */
export function scrollTo(index: number, scrollPx: number, heightPx: number, rowPx: number): number {
  const top = index * rowPx
  if (top < scrollPx) return top
  return top + rowPx > scrollPx + heightPx ? top + rowPx - heightPx : scrollPx
}
