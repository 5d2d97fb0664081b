import type { Logger } from 'pino'
import type { Receipt } from '../../domain/provider.ts'

/**
 * Answers to submissions that came after their time. An SMSC repeats a receipt that could not be stored, and never an answer: what it says of
 * a message that is in doubt is tried again here.
 */
export interface LateAnswers {
  take(answer: Receipt): void
  /** Tries what is left once more, at once. */
  close(): Promise<void>
}

export interface LateAnswersParts {
  readonly log: Logger
  /** What it returns calls it off. */
  readonly after: (ms: number, run: () => void) => () => void
  /** Resolves after COMMIT, rejects when it could not be stored. */
  readonly takeReceipt: (receipt: Receipt) => Promise<void>
}

/** Between tries: together about as long as a database takes to be put up again. */
const WAITS_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000]

/** Answers that wait at once; of more the oldest is given up. */
const MOST = 10_000

interface Waiting {
  readonly answer: Receipt
  tries: number
  callOff: () => void
}

export function createLateAnswers(provider: string, { log, after, takeReceipt }: LateAnswersParts): LateAnswers {
  const waiting = new Set<Waiting>()
  let closing = false

  async function attempt(one: Waiting): Promise<void> {
    try {
      await takeReceipt(one.answer)
      waiting.delete(one)
    } catch (error) {
      const waitMs = closing ? undefined : WAITS_MS[one.tries]
      one.tries += 1
      if (waitMs === undefined) giveUp(one, error)
      else if (waiting.has(one)) one.callOff = after(waitMs, () => void attempt(one))
    }
  }

  function giveUp(one: Waiting, error: unknown): void {
    one.callOff()
    if (!waiting.delete(one)) return
    const line = { event: 'receipt.lost', provider, message_id: one.answer.attempt?.messageId, tries: one.tries }
    log.error({ ...line, err: error }, 'an answer that came late could not be stored; its message stays in doubt')
  }

  return {
    take(answer) {
      const [oldest] = waiting
      if (waiting.size >= MOST && oldest !== undefined) giveUp(oldest, null)
      const one: Waiting = { answer, tries: 0, callOff: () => undefined }
      waiting.add(one)
      void attempt(one)
    },
    async close() {
      closing = true
      const left = [...waiting]
      for (const one of left) one.callOff()
      await Promise.all(left.map(attempt))
    },
  }
}
