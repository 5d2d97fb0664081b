import type { Category } from './category.ts'

/** Messages to one recipient. */
export interface Caps {
  /** Within any ten minutes. */
  readonly perTenMinutes: number
  /** Within any 24 hours. */
  readonly perDay: number
}

/** `codes`: one-time codes are held to the caps, of the others it is told. `observe`: of all it is told. */
export type CapsMode = 'off' | 'observe' | 'codes' | 'enforce'

export const TEN_MINUTES_MS = 600_000
export const DAY_MS = 86_400_000

/** Whether a message above a cap is not sent. */
export function isCapped(mode: CapsMode, category: Category): boolean {
  return mode === 'enforce' || (mode === 'codes' && category === 'otp')
}

/**
 * Which cap the last of some messages to one recipient goes beyond, in words; null: none. `times`: when each was accepted, ascending, the last
 * one included; those older than a day count for nothing.
 */
export function capProblem(times: readonly number[], { perTenMinutes, perDay }: Caps): string | null {
  const last = times.at(-1) ?? 0
  const within = (ms: number): number => times.filter((time) => time > last - ms).length
  if (within(TEN_MINUTES_MS) > perTenMinutes) return `more than ${perTenMinutes} messages within ten minutes`
  return within(DAY_MS) > perDay ? `more than ${perDay} messages within a day` : null
}
