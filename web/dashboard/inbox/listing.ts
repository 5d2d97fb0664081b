import { batch, signal, type ReadonlySignal } from '@preact/signals'
import type { InboxClient } from './client.ts'
import { threadOf, type Item, type Thread } from './item.ts'
import { MOST_THREADS, newAmong, withArrived, withFirstPage, withPage, withUpdated } from './threads.ts'
import { createTurn } from './turn.ts'

/** `failed`: nothing is known, and the service does not answer. */
export type Load = 'loading' | 'ready' | 'failed'

/** Who has got something, latest first. */
export interface Listing {
  readonly threads: ReadonlySignal<readonly Thread[]>
  readonly load: ReadonlySignal<Load>
  /** Whether there are older threads than these. */
  readonly hasMore: ReadonlySignal<boolean>
  /** Threads that something came to a moment ago. */
  readonly fresh: ReadonlySignal<ReadonlySet<string>>
  /** What is shown fits this; empty: everything. */
  readonly q: ReadonlySignal<string>
  search(q: string): void
  loadMore(): void
  /** Reads the first page again; `anew`: what is known already counts for nothing. */
  read(how: 'anew' | 'again'): void
  /** Says how many of those that arrived were new. */
  take(arrived: readonly Item[], updated: readonly Item[]): number
  close(): void
}

/** How long a new row is tinted. */
const FRESH_MS = 1_200

/** Between what a person types, or what comes while he looks for something, and the question. */
const SETTLE_MS = 200

/** As many as any screen shows; until then it is not left to scrolling to ask for more. */
const ENOUGH = 40

/** Between questions while nothing answers. */
const RETRY_MS = 3_000

export function createListing(client: InboxClient): Listing {
  const threads = signal<readonly Thread[]>([])
  const load = signal<Load>('loading')
  const cursor = signal<string | null>(null)
  const hasMore = signal(false)
  const fresh = signal<ReadonlySet<string>>(new Set())
  const q = signal('')
  const turn = createTurn()
  const older = createTurn()

  async function readFirst(how: 'anew' | 'again', abort: AbortSignal): Promise<void> {
    const page = await client.threads(q.value, null, abort).catch(() => null)
    if (abort.aborted) return
    if (page === null) {
      if (load.value !== 'ready') load.value = 'failed'
      return turn.soon(RETRY_MS, (again) => readFirst(how, again))
    }
    const joined = how === 'again' ? withFirstPage(threads.value, page.data) : null
    if (joined === null) older.stop()
    batch(() => {
      threads.value = joined ?? page.data
      if (joined === null) setCursor(page.next)
      load.value = 'ready'
    })
    fill()
  }

  async function readMore(from: string, abort: AbortSignal): Promise<void> {
    const page = await client.threads(q.value, from, abort).catch(() => null)
    if (abort.aborted) return
    if (page === null) return setCursor(from)
    batch(() => {
      threads.value = withPage(threads.value, page.data)
      setCursor(threads.value.length < MOST_THREADS ? page.next : null)
    })
    fill()
  }

  /** A page may hold few, or none, although there are more. */
  function fill(): void {
    if (threads.value.length < ENOUGH) loadMore()
  }

  function loadMore(): void {
    const from = cursor.value
    if (from === null) return
    cursor.value = null
    older.soon(0, (abort) => readMore(from, abort))
  }

  function setCursor(next: string | null): void {
    cursor.value = next
    hasMore.value = next !== null
  }

  function tint(keys: readonly string[]): void {
    if (keys.length === 0) return
    fresh.value = new Set([...fresh.value, ...keys])
    setTimeout(() => {
      const over = new Set(keys)
      fresh.value = new Set([...fresh.value].filter((key) => !over.has(key)))
    }, FRESH_MS)
  }

  return {
    threads,
    load,
    hasMore,
    fresh,
    q,
    search(text) {
      if (text === q.value) return
      q.value = text
      turn.soon(SETTLE_MS, (abort) => readFirst('anew', abort))
    },
    loadMore,
    read: (how) => turn.soon(0, (abort) => readFirst(how, abort)),
    take(arrived, updated) {
      const unknown = newAmong(threads.value, arrived)
      if (q.value !== '' && arrived.length > 0) turn.unlessDue(SETTLE_MS, (abort) => readFirst('again', abort))
      threads.value = withUpdated(q.value === '' ? withArrived(threads.value, arrived) : threads.value, updated)
      tint(unknown.map(threadOf))
      return unknown.length
    },
    close() {
      turn.stop()
      older.stop()
    },
  }
}
