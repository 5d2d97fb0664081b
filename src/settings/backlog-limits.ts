import type { VariableName } from './variables.ts'

/** What may wait to be sent, and what of the disk is kept free. */
export interface BacklogLimits {
  /** SMS and targets of pushes that one key may have waiting; 0: any number. */
  readonly queueLimitPerKey: number
  /** The same of all keys together. */
  readonly queueLimit: number
  /** MiB; null: 2,048, or a tenth of a smaller disk. 0: none. */
  readonly diskReserveMb: number | null
}

export function readBacklogLimits(read: (name: VariableName) => string | null): BacklogLimits {
  const reserve = read('DISK_RESERVE_MB')
  return {
    queueLimitPerKey: Number(read('QUEUE_LIMIT_PER_KEY')),
    queueLimit: Number(read('QUEUE_LIMIT')),
    diskReserveMb: reserve === null ? null : Number(reserve),
  }
}
