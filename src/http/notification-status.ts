import { statusRank, type Status } from '../domain/status.ts'

export interface Summary {
  readonly status: Status
  /** `partial`: the targets ended differently. `paused`: what waits of them stays for now. */
  readonly reason: string | null
}

/**
 * One status for many targets: what is still under way first, then the best end, never a better one than some target has. `paused`: somebody
 * has paused what it is.
 */
export function summarise(counts: Readonly<Partial<Record<Status, number>>>, paused = false): Summary {
  const present = STATUS_ORDER.filter((status) => (counts[status] ?? 0) > 0)
  const waiting = present.find((status) => statusRank(status) <= 1 && status !== 'uncertain')
  const best = waiting ?? present[0] ?? 'queued'
  if (best === 'queued') return { status: best, reason: paused ? 'paused' : null }
  return { status: best, reason: waiting === undefined && present.length > 1 ? 'partial' : null }
}

/** Under way first, then from the best end to the worst. */
const STATUS_ORDER: readonly Status[] = [
  'sending',
  'queued',
  'scheduled',
  'opened',
  'received',
  'delivered',
  'sent',
  'captured',
  'uncertain',
  'undelivered',
  'failed',
  'rejected',
  'expired',
  'suppressed',
  'cancelled',
]
