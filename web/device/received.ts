import { signal, type ReadonlySignal } from '@preact/signals'
import type { Payload } from './registrar.ts'

/** A push that reached this browser while the page was open. */
export interface Received {
  readonly id: number
  readonly at: Date
  readonly title: string
  readonly body: string
  /** Its address, as a text: pictures of other hosts are not loaded here. */
  readonly image: string | null
  /** As JSON; null where there is none. */
  readonly data: string | null
  /** `page`: nothing but this page shows it. */
  readonly where: 'page' | 'notification'
}

export interface ReceivedList {
  /** The newest first. */
  readonly items: ReadonlySignal<readonly Received[]>
  /** For those who hear the page: changes every 5 s at most. */
  readonly spoken: ReadonlySignal<string>
  add(payload: Payload, where: Received['where']): void
}

const MOST_ITEMS = 50
const SPEAK_MS = 5_000

export function createReceived(now: () => Date, after: (ms: number, run: () => void) => void): ReceivedList {
  const items = signal<readonly Received[]>([])
  const spoken = signal('')
  let count = 0
  let silent = false

  function speak(): void {
    if (silent) return
    silent = true
    const said = count
    spoken.value = count === 1 ? '1 push received' : `${count} pushes received`
    after(SPEAK_MS, () => {
      silent = false
      if (count !== said) speak()
    })
  }

  return {
    items,
    spoken,
    add({ notification, data }, where) {
      const item: Received = {
        id: (count += 1),
        at: now(),
        title: notification?.title ?? data?.['title'] ?? (notification === undefined ? 'Data message' : 'No title'),
        body: notification?.body ?? data?.['body'] ?? '',
        image: notification?.image ?? null,
        data: data === undefined || Object.keys(data).length === 0 ? null : JSON.stringify(data, null, 2),
        where,
      }
      items.value = [item, ...items.value].slice(0, MOST_ITEMS)
      speak()
    },
  }
}
