import { isFinal, type Status } from '../status.ts'

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
  /** No receipt was asked for it: that of another part speaks for it, too. */
  readonly unasked?: boolean
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
 * Pure. What a handset can't join counts by itself: the newest parts that have a reference in common decide, unless the handset has all that
 * have an older one. Among those, a part that was submitted more than once counts as its newest submission, unless the handset has it from an
 * earlier one. As long as the handset has none, the reason is that of the first part that failed; it depends on what is known, not on the
 * order in which that came.
 */
export function sumUp(parts: readonly PartState[]): PartsSum {
  const sums = joinable(parts).map(sumUpJoined)
  return sums.find(({ status }) => status === 'delivered') ?? sums[0] ?? { whole: false, status: 'sent', reason: null }
}

/** Pure. Those that decide what becomes of the message, unless older ones have been delivered. */
export function newestParts(parts: readonly PartState[]): readonly PartState[] {
  return joinable(parts)[0] ?? []
}

/** Those with one reference, cut in the same way, together; the newest first. */
function joinable(parts: readonly PartState[]): readonly (readonly PartState[])[] {
  const groups = new Map<string, PartState[]>()
  for (const part of parts.toSorted(
    (a, b) => b.attempt - a.attempt || b.total - a.total || b.reference - a.reference,
  )) {
    const key = `${part.reference} ${part.total}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [part])
    else group.push(part)
  }
  return [...groups.values()]
}

/** Pure. The first of them that will not arrive; null: none is known to be lost. */
export function lostPart(parts: readonly PartState[]): PartState | null {
  return latestOf(newestParts(parts)).find(isLost) ?? null
}

function isLost({ status }: PartState): boolean {
  return status !== 'delivered' && isFinal(status)
}

function sumUpJoined(parts: readonly PartState[]): PartsSum {
  const latest = latestOf(parts)
  const whole = latest.length >= (parts[0]?.total ?? 1)
  const first = latest.find(isLost)
  if (first !== undefined) {
    const some = latest.some(({ status }) => status === 'delivered')
    return { whole, status: 'undelivered', reason: some ? PARTIALLY_FAILED : first.reason }
  }
  return { whole, status: whole && areDelivered(latest) ? 'delivered' : 'sent', reason: null }
}

/** Those for which a receipt was asked speak for the others: of these nothing may ever be heard. */
function areDelivered(parts: readonly PartState[]): boolean {
  const asked = parts.filter(({ unasked }) => unasked !== true)
  return (asked.length > 0 ? asked : parts).every(({ status }) => status === 'delivered')
}

/** One for each number, in order. */
function latestOf(parts: readonly PartState[]): readonly PartState[] {
  const latest = new Map<number, PartState>()
  for (const part of parts.toSorted((a, b) => a.attempt - b.attempt)) {
    if (latest.get(part.number)?.status !== 'delivered') latest.set(part.number, part)
  }
  return [...latest.values()].toSorted((a, b) => a.number - b.number)
}
