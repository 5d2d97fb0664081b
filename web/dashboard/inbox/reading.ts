import { signal, type ReadonlySignal } from '@preact/signals'
import { Refused } from '../call.ts'
import type { InboxClient } from './client.ts'
import { beginningOf, withChanges, withItems, withOlder, type Conversation } from './conversation.ts'
import type { Item, Thread } from './item.ts'
import { createTurn } from './turn.ts'

/** The thread that is read. */
export interface Reading {
  readonly conversation: ReadonlySignal<Conversation | null>
  /** True: the service has no message of the thread that was asked for. */
  readonly isMissing: ReadonlySignal<boolean>
  /** `known`: what the list knows of it, which is shown until its messages are there. */
  open(key: string | null, known: Thread | null): void
  loadEarlier(): void
  /** Asks for its messages again; `anew`: what is known already counts for nothing. */
  read(how: 'anew' | 'again'): void
  take(arrived: readonly Item[], updated: readonly Item[]): void
  close(): void
}

/** A thread that is passed over is not asked for. */
const SETTLE_MS = 150

/** Between questions while nothing answers. */
const RETRY_MS = 3_000

export function createReading(client: InboxClient): Reading {
  const conversation = signal<Conversation | null>(null)
  const isMissing = signal(false)
  const turn = createTurn()
  let wanted: string | null = null

  async function read(key: string, cursor: string | null, abort: AbortSignal): Promise<void> {
    try {
      const { data, next } = await client.messages(key, cursor, abort)
      if (abort.aborted) return
      const [first] = data
      const known = conversation.value ?? (first === undefined ? null : beginningOf({ key, count: 1, last: first }))
      isMissing.value = known === null
      conversation.value = known === null ? null : withOlder(known, data, next)
    } catch (error) {
      if (abort.aborted) return
      if (error instanceof Refused && error.status < 500) isMissing.value = conversation.value === null
      else turn.soon(RETRY_MS, (again) => read(key, cursor, again))
    }
  }

  function ask(ms: number): void {
    const key = wanted
    if (key === null) turn.stop()
    else turn.soon(ms, (abort) => read(key, null, abort))
  }

  return {
    conversation,
    isMissing,
    open(key, known) {
      if (key === wanted) return
      wanted = key
      isMissing.value = false
      conversation.value = known === null ? null : beginningOf(known)
      ask(SETTLE_MS)
    },
    loadEarlier() {
      const { key, earlier } = conversation.value ?? { key: '', earlier: null }
      if (earlier !== null) turn.soon(0, (abort) => read(key, earlier, abort))
    },
    read(how) {
      if (how === 'anew') conversation.value = null
      ask(0)
    },
    take(arrived, updated) {
      const shown = conversation.value
      if (shown !== null) conversation.value = withChanges(withItems(shown, arrived), updated)
      else if (isMissing.value && arrived.length > 0) ask(SETTLE_MS)
    },
    close: turn.stop,
  }
}
