import { setTimeout as sleep } from 'node:timers/promises'

export const now = (): Date => new Date()
export const monotonic = (): number => performance.now()
export const chance = (): number => Math.random()
export const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

export const every = (ms: number, run: () => void): (() => void) => {
  const timer = setInterval(run, ms).unref()
  return () => clearInterval(timer)
}

/** Resolves early when `signal` ends it. */
export const pause = async (ms: number, signal?: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }).catch(() => undefined)
