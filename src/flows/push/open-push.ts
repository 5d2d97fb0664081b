import { TidingsError } from '../../domain/errors.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { readNotification, type NotificationRecord } from '../../store/push/read-notifications.ts'

/** Throws TidingsError: `not_found`. */
export async function readPush(db: Db, id: number): Promise<NotificationRecord> {
  const push = await refusing(() => readNotification(db, id))
  if (push === null) throw new TidingsError('not_found', 'Not Found')
  return push
}

/** Some of its targets were not handed over, or will be again. */
export function waits({ counts }: NotificationRecord): boolean {
  return (counts.scheduled ?? 0) + (counts.queued ?? 0) > 0
}

/** `done`: what can't be done to it any more. */
export function tooLate(done: string, push: NotificationRecord): TidingsError {
  const [most] = Object.entries(push.counts).toSorted(([, a], [, b]) => b - a)
  return tooLateFor(done, most?.[0] ?? 'sent')
}

/** The same by the status of a message, or of most targets. */
export function tooLateFor(done: string, status: string): TidingsError {
  const why =
    status === 'sending' ? 'it is being handed to the provider at this moment' : `its status is \`${status}\` already`
  return new TidingsError('too_late', `It can’t be ${done}: ${why}`, {
    details: [{ path: 'status', message: status }],
  })
}
