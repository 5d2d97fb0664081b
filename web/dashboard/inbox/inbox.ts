import { batch, signal, type ReadonlySignal } from '@preact/signals'
import type { InboxClient } from './client.ts'
import { listen, type Heard, type Link } from './events.ts'
import type { Item, Life } from './item.ts'
import { createListing, type Listing } from './listing.ts'
import { createReading, type Reading } from './reading.ts'

/** The inbox as the page knows it, kept up to date by the service. */
export interface Inbox {
  readonly listing: Listing
  readonly reading: Reading
  readonly link: ReadonlySignal<Link>
  /** Messages that came since the page was opened. */
  readonly arrivals: ReadonlySignal<number>
  /** Rejects with the service's refusal. */
  play(id: string, life: Life): Promise<void>
  /** Deletes a thread; null: everything. Rejects with the service's refusal. */
  remove(key: string | null): Promise<void>
  /** Reads everything again, now. */
  refresh(): void
  /** Listens no more. */
  close(): void
}

export function createInbox(client: InboxClient, openEvents: () => EventSource): Inbox {
  const listing = createListing(client)
  const reading = createReading(client)
  const link = signal<Link>('connecting')
  const arrivals = signal(0)

  function read(how: 'anew' | 'again'): void {
    listing.read(how)
    reading.read(how)
  }

  function take(arrived: readonly Item[], updated: readonly Item[]): void {
    batch(() => {
      arrivals.value += listing.take(arrived, updated)
      reading.take(arrived, updated)
    })
  }

  function onLink(now: Link): void {
    link.value = now
    // What happened while nobody listened, before the first time, too.
    if (now === 'live') read('again')
  }

  const listening = listen(openEvents, {
    onLink,
    onHeard(heard) {
      take(itemsOf(heard, 'message'), itemsOf(heard, 'updated'))
      if (heard.some(({ kind }) => kind === 'deleted')) read('anew')
      else if (heard.some(({ kind }) => kind === 'reset')) read('again')
    },
  })
  listing.read('anew')
  return {
    listing,
    reading,
    link,
    arrivals,
    play: async (id, life) => take([], [await client.play(id, life)]),
    async remove(key) {
      await client.remove(key)
      read('anew')
    },
    refresh: () => read('again'),
    close: () => listening.close(),
  }
}

function itemsOf(heard: readonly Heard[], kind: Heard['kind']): readonly Item[] {
  return heard.flatMap((one) => (one.kind === kind && one.item !== null ? [one.item] : []))
}
