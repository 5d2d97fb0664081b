import type { BatchRow } from '../store/sms/batches.ts'
import type { Intake } from './intake.ts'

/** A long batch, and a long push, have parts that nobody holds: this node looks for them now, not at its next turn. */
export function startingAtOnce(intake: Intake, look: () => void): Intake {
  return {
    ...intake,
    async addBatch(messages, key, judge) {
      const stored = await intake.addBatch(messages, key, judge)
      if (stored.kind === 'stored' && stored.rows.some(waits)) look()
      return stored
    },
    async addLongPush(long) {
      const id = await intake.addLongPush(long)
      look()
      return id
    },
    async addPush(notification) {
      const made = await intake.addPush(notification)
      if (made !== null && made.chunkIds.length > 1) look()
      return made
    },
  }
}

function waits(row: BatchRow): boolean {
  return row.kind === 'made' && !row.held && row.ended === null
}
