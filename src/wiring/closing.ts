import type { Log } from './log.ts'

/** Closes in this order, and what stands in one step at the same time. What fails is told, and what comes after it is closed all the same. */
export async function closeInOrder(log: Log, steps: readonly (() => readonly Promise<unknown>[])[]): Promise<void> {
  for (const step of steps) {
    for (const end of await Promise.allSettled(step())) {
      if (end.status === 'fulfilled') continue
      log.error({ event: 'close.failed', err: end.reason as unknown }, 'a part of this service could not be closed')
    }
  }
}
