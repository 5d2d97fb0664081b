import type { Check } from '../contract/health.ts'

/** What is wrong, why it matters, and the steps that mend it. */
export interface Trouble {
  readonly what: string
  readonly why: string
  readonly fix: readonly string[]
  readonly more: string | null
}

export function fine(check: string, what: string): Check {
  return { check, state: 'ok', what, why: null, fix: [], more: null }
}

/** It works, and somebody should know. */
export function warning(check: string, { what, why, fix, more }: Trouble): Check {
  return { check, state: 'warn', what, why, fix: [...fix], more }
}

export function failing(check: string, { what, why, fix, more }: Trouble): Check {
  return { check, state: 'fail', what, why, fix: [...fix], more }
}

/** `3 messages` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** `40 s`, `12 min`, `5 h`, `3 days` */
export function lasting(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`
}
