import type { SettledSms } from '../../delivery/ledger.ts'
import type { Status } from '../../domain/status.ts'
import type { Db } from '../../store/db.ts'
import { countOutcomes } from '../../store/push/notifications.ts'
import { readStatus } from '../../store/sms/messages.ts'

/** For callers that wait: what became of a message just accepted. */
export interface Outcomes {
  /** From the ledger, after each COMMIT. */
  settled(messages: readonly SettledSms[]): void
  ofMessage(messageId: number, waitMs: number): Promise<{ status: Status; reason: string | null }>
  ofNotification(notificationId: number, waitMs: number): Promise<{ counts: Partial<Record<Status, number>> }>
}

/** Another node may settle it: asked this often. */
const ASK_MS = 250

/** `now` is monotonic, in milliseconds. */
export function createOutcomes(db: Db, now: () => number, sleep: (ms: number) => Promise<void>): Outcomes {
  const waiters = new Map<number, Set<() => void>>()

  function woken(messageId: number, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const set = waiters.get(messageId) ?? new Set()
      const wake = (): void => {
        set.delete(wake)
        if (set.size === 0) waiters.delete(messageId)
        resolve()
      }
      waiters.set(messageId, set.add(wake))
      void sleep(ms).then(wake)
    })
  }

  return {
    settled(messages) {
      if (waiters.size === 0) return
      for (const { id } of messages) for (const wake of [...(waiters.get(id) ?? [])]) wake()
    },
    async ofMessage(messageId, waitMs) {
      const until = now() + waitMs
      for (;;) {
        const state = await readStatus(db, messageId)
        if (state === null) throw new Error('a message that was just accepted is not there')
        if (!PENDING.has(state.status) || now() >= until) return state
        await woken(messageId, Math.min(ASK_MS, until - now()))
      }
    },
    async ofNotification(notificationId, waitMs) {
      const until = now() + waitMs
      for (;;) {
        const found = await countOutcomes(db, notificationId)
        if (found === null) throw new Error('a notification that was just accepted is not there')
        const { counts, pending } = found
        if (pending === 0 || now() >= until) return { counts: pending === 0 ? counts : { ...counts, queued: pending } }
        await sleep(Math.min(ASK_MS, until - now()))
      }
    },
  }
}

const PENDING: ReadonlySet<Status> = new Set<Status>(['scheduled', 'queued', 'sending'])
