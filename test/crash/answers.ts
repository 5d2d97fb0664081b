import { join } from 'node:path'
import { readJournal, type Entry } from './journal.ts'

/** What a client was told, and after how long. */
export interface Answer {
  /** When it asked, in milliseconds since 1970. */
  readonly at: number
  readonly ms: number
  readonly kind: 'acknowledged' | 'refused' | 'failed' | 'unknown'
  /** `503 database_unavailable`; empty for an acknowledged call. */
  readonly why: string
}

/** All answers to calls with one client each, in the order they came. */
export function readAnswers(directory: string): Answer[] {
  const asked = new Map<string, number>()
  return readJournal(join(directory, 'journal')).flatMap((entry: Entry) => {
    if (entry.kind === 'intent') asked.set(entry.key, entry.at)
    if (!('key' in entry) || entry.kind === 'intent' || entry.kind === 'planned') return []
    const at = asked.get(entry.key) ?? entry.at
    return [{ at, ms: entry.at - at, kind: entry.kind, why: 'why' in entry ? entry.why : '' }]
  })
}

/** The value that `share` of them don't exceed; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/** `503 outcome_unknown 12, 503 database_unavailable 3` */
export function countWhys(answers: readonly Answer[]): string {
  const counts = new Map<string, number>()
  for (const { why } of answers) if (why !== '') counts.set(why, (counts.get(why) ?? 0) + 1)
  return [...counts].map(([why, count]) => `${why} ${count}`).join(', ') || 'none'
}
