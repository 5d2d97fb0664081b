import type { Item } from './item.ts'

export type Link = 'connecting' | 'live' | 'reconnecting'

export interface Heard {
  readonly kind: 'message' | 'updated' | 'deleted' | 'reset'
  /** Null for `deleted` and `reset`, after which the inbox is read again. */
  readonly item: Item | null
}

export interface Listener {
  onLink(link: Link): void
  /** What came since the last call, in order. */
  onHeard(heard: readonly Heard[]): void
}

/** What has come is put on the page together, this often at most: hundreds a second must not hold it up. */
const GATHER_MS = 100

/** A browser comes back by itself unless the service has refused; then we do. */
const AGAIN_MS = 2_000

/** Listens for as long as the page is there. `open` makes a source; the browser resumes with the last event's id. */
export function listen(open: () => EventSource, listener: Listener): { close(): void } {
  let source: EventSource | null = null
  let heard: Heard[] = []
  let gathering: ReturnType<typeof setTimeout> | null = null
  let again: ReturnType<typeof setTimeout> | null = null

  function hear(kind: Heard['kind'], event: MessageEvent<string>): void {
    heard.push({ kind, item: kind === 'message' || kind === 'updated' ? (JSON.parse(event.data) as Item) : null })
    gathering ??= setTimeout(tell, GATHER_MS)
  }

  function tell(): void {
    gathering = null
    const all = heard
    heard = []
    listener.onHeard(all)
  }

  function connect(): void {
    again = null
    const opened = open()
    source = opened
    for (const kind of ['message', 'updated', 'deleted', 'reset'] as const) {
      opened.addEventListener(kind, (event: MessageEvent<string>) => hear(kind, event))
    }
    // From here on nothing is left out; `open` would be too early.
    opened.addEventListener('ready', () => listener.onLink('live'))
    opened.addEventListener('error', () => {
      listener.onLink('reconnecting')
      if (opened.readyState === EventSource.CLOSED) again ??= setTimeout(connect, AGAIN_MS)
    })
  }

  connect()
  return {
    close() {
      source?.close()
      if (gathering !== null) clearTimeout(gathering)
      if (again !== null) clearTimeout(again)
    },
  }
}
