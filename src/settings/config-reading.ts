import type { VariableName } from './variables.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** A variable's value, else what it is unless set; null: neither. */
export type Read = (name: VariableName) => string | null

/** One thing that keeps Tidings from starting. */
export interface ConfigFault {
  readonly variable: string
  /** What is wrong, a sentence that holds no secret. */
  readonly problem: string
  readonly fix: string
}

/** `value` null: it is not set, or not as it must be. */
export interface Reading<Value> {
  readonly value: Value | null
  readonly faults: readonly ConfigFault[]
}

export const NOTHING = { value: null, faults: [] }

/** An empty value counts as unset. */
export function given(env: Env, name: string): string | null {
  const value = env[name]?.trim()
  return value === undefined || value === '' ? null : value
}

export function withoutSlash(url: string | null): string | null {
  return url?.replace(/(?<!\/)\/+$/, '') ?? null
}
