/**
 * The life of a message, SMS or push. The order is the order of knowledge: a receipt may only move a status to a higher rank.
 * `uncertain` = the request may have reached the provider, its answer is unknown.
 */
export const STATUSES = [
  'captured',
  'scheduled',
  'queued',
  'sending',
  'sent',
  'delivered',
  'received',
  'opened',
  'uncertain',
  'undelivered',
  'failed',
  'rejected',
  'expired',
  'suppressed',
  'cancelled',
] as const

export type Status = (typeof STATUSES)[number]

/** 0 waits, 1 is with us, 2 is with the provider, 3 has ended, 4 the handset has it, 5 the device itself spoke. */
const RANK: Record<Status, number> = {
  scheduled: 0,
  queued: 0,
  sending: 1,
  uncertain: 1,
  sent: 2,
  captured: 3,
  undelivered: 3,
  failed: 3,
  rejected: 3,
  expired: 3,
  suppressed: 3,
  cancelled: 3,
  delivered: 4,
  received: 5,
  opened: 6,
}

/** The rank of a status; the database function `status_rank` holds the same table and a test compares both. */
export function statusRank(status: Status): number {
  return RANK[status]
}

/** Delivered outranks every other end: a phone that has the message outweighs any report that it has not. */
export function isForward(from: Status, to: Status): boolean {
  return RANK[to] > RANK[from]
}

/** An SMS message in one of these is settled: no attempt is due and only a receipt with a higher rank may change it. */
export function isFinal(status: Status): boolean {
  return RANK[status] >= 3
}
