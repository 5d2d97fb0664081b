import { createAborts } from '../../http2/aborts.ts'
import type { Flow } from './flow.ts'
import type { Session } from './session-parts.ts'
import { SPENT, type Answer, type Submission } from './submission.ts'

/** Submissions on their way to any of an account's sessions. */
export interface Queue {
  /** Written as soon as a session has room and the rate allows it. */
  submit(submission: Submission, signal: AbortSignal): Ticket
  /** There is a session more, or less. */
  pump(): void
  /** There may be room: looked at once, after what has just been answered was understood; it may have been a throttling. */
  pumpSoon(): void
  /** Settles all that were not written. */
  refuse(reason: 'not_bound' | 'throttled'): void
}

export interface Ticket {
  /** Where it was written; null: it was not. */
  session(): Session | null
  /** It is not wanted any more; one that was written goes on. */
  withdraw(): void
}

export interface QueueParts {
  readonly sessions: () => readonly Session[]
  readonly flow: Flow
  readonly after: (ms: number, run: () => void) => () => void
}

interface Entry {
  submission: Submission
  readonly signal: AbortSignal
  placed: { readonly session: Session; readonly sequence: number } | null
}

export function createQueue({ sessions, flow, after }: QueueParts): Queue {
  const aborts = createAborts<Entry>((entry) => {
    if (entry.placed === null) drop(entry, 'aborted')
    else entry.placed.session.abort(entry.placed.sequence)
  })
  const waiting = new Set<Entry>()
  let again: (() => void) | null = null
  let soon = false

  function settle(entry: Entry, answer: Answer): void {
    aborts.unwatch(entry.signal, entry)
    const { settle: tell } = entry.submission
    entry.submission = SPENT
    tell(answer)
  }

  function drop(entry: Entry, reason: 'not_bound' | 'throttled' | 'aborted' | 'withdrawn'): void {
    if (waiting.delete(entry)) settle(entry, { kind: 'unwritten', reason })
  }

  function refuse(reason: 'not_bound' | 'throttled'): void {
    for (const entry of [...waiting]) drop(entry, reason)
  }

  function write(entry: Entry, session: Session): void {
    waiting.delete(entry)
    const { encode, late } = entry.submission
    const sequence = session.submit({ encode, late, settle: (answer) => settle(entry, answer) })
    entry.placed = { session, sequence }
  }

  function pump(): void {
    for (const entry of waiting) {
      const bound = sessions()
      if (bound.length === 0) return refuse('not_bound')
      const session = roomiest(bound)
      if (session === null) return
      const waitMs = flow.take()
      if (waitMs > 0) {
        again ??= after(waitMs, () => {
          again = null
          pump()
        })
        return
      }
      write(entry, session)
    }
  }

  function pumpSoon(): void {
    if (soon || waiting.size === 0) return
    soon = true
    setImmediate(() => {
      soon = false
      pump()
    })
  }

  return {
    submit(submission, signal) {
      const entry: Entry = { submission, signal, placed: null }
      waiting.add(entry)
      aborts.watch(signal, entry)
      if (signal.aborted) drop(entry, 'aborted')
      else if (flow.pausedMs() > 0) drop(entry, 'throttled')
      else if (waiting.size === 1 || sessions().length === 0) pump()
      return {
        session: () => entry.placed?.session ?? null,
        withdraw: () => drop(entry, 'withdrawn'),
      }
    },
    pump,
    pumpSoon,
    refuse,
  }
}

/** The one with the most room; null: none has any. */
function roomiest(sessions: readonly Session[]): Session | null {
  let [best, most]: [Session | null, number] = [null, 0]
  for (const session of sessions) {
    const room = session.room()
    if (room > most) [best, most] = [session, room]
  }
  return best
}
