import { isFinal, type Status } from './status.ts'

/** One part of a long SMS that a provider took by itself, with what was heard of it since. */
export interface PartState {
  /** The submission it was taken in. */
  readonly attempt: number
  /** 1..`total` */
  readonly number: number
  readonly total: number
  /** What the parts of one submission have in common on the handset. */
  readonly reference: number
  readonly providerMessageId: string | null
  readonly status: Status
  readonly reason: string | null
}

/** What the parts of a message come to together. */
export interface PartsSum {
  /** A provider took each of them, in one submission or another. */
  readonly whole: boolean
  /** `delivered`: the handset has all of them · `undelivered`: one will not arrive, so that nobody can read the message. */
  readonly status: 'sent' | 'delivered' | 'undelivered'
  /** Of `undelivered`. */
  readonly reason: string | null
}

/** The reason where some parts of a message came to nothing and others did not. */
export const PARTIALLY_FAILED = 'partially_failed'

/**
 * Pure. A part that was submitted more than once counts as its newest submission, unless the handset has it from an earlier one. As long as
 * the handset has none, the reason is that of the first part that failed; it depends on what is known, not on the order in which that came.
 */
export function sumUp(parts: readonly PartState[]): PartsSum {
  const latest = latestOf(parts)
  const total = parts.reduce((most, part) => Math.max(most, part.total), 0)
  const whole = total > 0 && latest.length >= total
  const failed = latest.filter(({ status }) => status !== 'delivered' && isFinal(status))
  const [first] = failed
  if (first !== undefined) {
    const some = latest.some(({ status }) => status === 'delivered')
    return { whole, status: 'undelivered', reason: some ? PARTIALLY_FAILED : first.reason }
  }
  return {
    whole,
    status: whole && latest.every(({ status }) => status === 'delivered') ? 'delivered' : 'sent',
    reason: null,
  }
}

/** One for each number, in order. */
function latestOf(parts: readonly PartState[]): readonly PartState[] {
  const latest = new Map<number, PartState>()
  for (const part of parts.toSorted((a, b) => a.attempt - b.attempt)) {
    if (latest.get(part.number)?.status !== 'delivered') latest.set(part.number, part)
  }
  return [...latest.values()].toSorted((a, b) => a.number - b.number)
}
