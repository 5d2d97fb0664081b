import type { Outcome } from '../../domain/provider.ts'

/** How many pushes may be under way at once: halved when Apple has too much, one more for each window that went well. */
export interface Window {
  size(): number
  count(outcome: Outcome): void
}

const LEAST = 4

/** Answers of the same moment count once. */
const CUT_EVERY_MS = 1_000

/** What says that it is too much; `device_rate` speaks of one device alone. */
const BUSY = new Set(['unavailable', 'rate_exceeded', 'enhance_your_calm'])

/** `monotonic` is in milliseconds. Apple publishes no rate: what it takes is found by its answers. */
export function createWindow(most: number, monotonic: () => number): Window {
  let size = most
  let cutAt = -Infinity
  return {
    size: () => Math.floor(size),
    count(outcome) {
      if (outcome.kind === 'accepted') {
        size = Math.min(most, size + 1 / size)
        return
      }
      if (!BUSY.has(outcome.failure.reason) || monotonic() - cutAt < CUT_EVERY_MS) return
      cutAt = monotonic()
      size = Math.max(Math.min(LEAST, most), size / 2)
    },
  }
}
