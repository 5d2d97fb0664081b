import { setFlagsFromString } from 'node:v8'

/**
 * How far the heap may grow before it is collected as a whole: to twice what was left by the last time. V8's own factor is up to four, for which a
 * push to a million devices needs half as much memory again.
 */
const GROWING_PERCENT = 100

/** To be called before the heap has grown. A V8 that does not know the flag says so on stderr, and goes on. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`)
}
