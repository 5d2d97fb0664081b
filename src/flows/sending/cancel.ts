import { TidingsError } from '../../domain/errors.ts'
import { cancelChunks, cancelMessage, clearDue } from '../../store/past/cancel.ts'
import type { Db } from '../../store/db.ts'
import { cancelFallback } from '../../store/push/fallbacks.ts'
import { refusing } from '../../store/faults.ts'
import { readMessage, type MessageRecord } from '../../store/sms/read-messages.ts'
import type { NotificationRecord } from '../../store/push/read-notifications.ts'
import { readPush, tooLate, tooLateFor, waits } from '../push/open-push.ts'

/** Takes back what has not left. Both may be repeated; both throw TidingsError: `not_found`, `too_late`. */
export interface Cancels {
  /** From its COMMIT on nobody submits the message. One that may have been sent stays `uncertain` and is not repeated. */
  sms(id: number): Promise<MessageRecord>
  /** Targets that were not handed over never are, and no SMS stands in for them; the others go on. Too late: none is left, and no SMS to come. */
  push(id: number): Promise<NotificationRecord>
}

export function createCancels(db: Db): Cancels {
  return {
    async sms(id) {
      const done = await refusing(() => cancelMessage(db, id))
      // What is left there does no harm: whoever finds it removes it.
      if (done) await clearDue(db, id).catch(() => undefined)
      const message = await refusing(() => readMessage(db, id))
      if (message === null) throw new TidingsError('not_found', 'Not Found')
      if (done || isCancelled(message)) return message
      throw tooLateFor('cancelled', message.status)
    },
    async push(id) {
      await refusing(() => cancelFallback(db, id))
      const before = await readPush(db, id)
      if (!waits(before)) return cancelledOnly(before)
      while ((await refusing(() => cancelChunks(db, id))) > 0);
      const after = await readPush(db, id)
      return waits(after) ? after : cancelledOnly(after)
    },
  }
}

function isCancelled({ status, reason }: MessageRecord): boolean {
  return status === 'cancelled' || (status === 'uncertain' && reason === 'called_off')
}

function cancelledOnly(push: NotificationRecord): NotificationRecord {
  if ((push.counts.cancelled ?? 0) > 0 || push.fallback?.state === 'cancelled') return push
  throw tooLate('cancelled', push)
}
