import { SPENT, type Submission } from './submission.ts'

/** The submissions of one session that were written, by their sequence numbers. */
export interface Pending {
  /** Those whose answer is waited for. */
  open(): number
  add(submission: Submission): number
  /** `unknown`: nobody waits for it: its number was never used, or was answered before. */
  answer(sequence: number, status: number, messageId: string): 'settled' | 'late' | 'unknown'
  /** Nobody waits any more; an answer is still known as its own. */
  abort(sequence: number): void
  /** Gives up those that waited too long; answers how many were given up one after the other, without an answer in between. */
  expire(): number
  /** The connection is gone, and with it every number. */
  lose(): void
  /** The next sequence number that is free: also for what is no submission. */
  nextSequence(): number
}

interface Waiting {
  submission: Submission
  readonly writtenAt: number
}

/** Source: SMPP v3.4 §3.2. */
const LAST_SEQUENCE = 0x7fff_ffff

/** Numbers whose answer may still come. A session that loses so many has long been bound anew. */
const MOST_LATE = 10_000

/** `now` is monotonic; `responseMs`: how long an answer is waited for. A number is used again only when its answer has come, or with the next session. */
export function createPending(now: () => number, responseMs: number): Pending {
  // In the order in which they were written, which is the order of their time.
  const waiting = new Map<number, Waiting>()
  const late = new Map<number, Submission>()
  let last = 0
  let unanswered = 0

  function nextSequence(): number {
    do last = last === LAST_SEQUENCE ? 1 : last + 1
    while (waiting.has(last) || late.has(last))
    return last
  }

  function giveUp(sequence: number, { submission }: Waiting, reason: 'timeout' | 'aborted'): void {
    waiting.delete(sequence)
    const [oldest] = late.keys()
    if (late.size >= MOST_LATE && oldest !== undefined) late.delete(oldest)
    late.set(sequence, submission)
    submission.settle({ kind: 'lost', reason })
  }

  return {
    open: () => waiting.size,
    nextSequence,
    add(submission) {
      const sequence = nextSequence()
      waiting.set(sequence, { submission, writtenAt: now() })
      return sequence
    },
    answer(sequence, status, messageId) {
      const found = waiting.get(sequence)
      const tardy = late.get(sequence)
      if (found === undefined && tardy === undefined) return 'unknown'
      unanswered = 0
      waiting.delete(sequence)
      late.delete(sequence)
      tardy?.late(status, messageId)
      if (found === undefined) return 'late'
      const { settle } = found.submission
      found.submission = SPENT
      settle({ kind: 'answered', status, messageId })
      return 'settled'
    },
    abort(sequence) {
      const found = waiting.get(sequence)
      if (found !== undefined) giveUp(sequence, found, 'aborted')
    },
    expire() {
      const before = now() - responseMs
      for (const [sequence, found] of waiting) {
        if (found.writtenAt > before) break
        unanswered += 1
        giveUp(sequence, found, 'timeout')
      }
      return unanswered
    },
    lose() {
      const all = [...waiting.values()]
      waiting.clear()
      late.clear()
      for (const { submission } of all) submission.settle({ kind: 'lost', reason: 'connection_lost' })
    },
  }
}
