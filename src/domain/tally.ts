import { statusRank, type Status } from './status.ts'

export type StatusCounts = Readonly<Partial<Record<Status, number>>>

/**
 * Counts as they add up. A device may report before its outcome is written: it is taken from those that were sent, and where there are none
 * yet, from what its outcome is written as, the likeliest first. None is below zero or zero.
 */
export function addUp(counts: StatusCounts): StatusCounts {
  const entries = Object.entries(counts) as [Status, number][]
  if (entries.every(([, count]) => count > 0)) return counts
  let missing = entries.reduce((sum, [, count]) => sum + Math.max(0, -count), 0)
  const likeliest = entries.filter(([, count]) => count > 0).toSorted(([a], [b]) => likelihood(a) - likelihood(b))
  const left: Partial<Record<Status, number>> = {}
  for (const [status, count] of likeliest) {
    const taken = isReported(status) ? 0 : Math.min(missing, count)
    missing -= taken
    if (count > taken) left[status] = count - taken
  }
  return left
}

function isReported(status: Status): boolean {
  return status === 'received' || status === 'opened'
}

/** Whatever is nearest to a device first. */
function likelihood(status: Status): number {
  return status === 'uncertain' ? 0 : 10 - statusRank(status)
}
