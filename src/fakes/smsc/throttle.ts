/** Whether one more is within so many in any second; true always where `perSecond` is null. `now`: milliseconds. */
export type Throttle = (now: number) => boolean

export function createThrottle(perSecond: number | null): Throttle {
  if (perSecond === null) return () => true
  const admitted = new Float64Array(perSecond).fill(-Infinity)
  let count = 0
  return (now) => {
    // The one that was admitted `perSecond` before it.
    const place = count % perSecond
    if (now - (admitted[place] ?? 0) < 1_000) return false
    admitted[place] = now
    count += 1
    return true
  }
}
