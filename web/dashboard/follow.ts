import type { Sight } from './when-seen.ts'

/** What of an EventSource is used here. */
interface Stream {
  readonly readyState: number
  readonly CLOSED: number
  addEventListener(type: 'message' | 'ready' | 'error', listener: () => void): void
  close(): void
}

/** What comes within this time is looked at together: hundreds a second must not hold up a page. */
const GATHER_MS = 500

/** A browser comes back by itself unless the service has refused; then we do. */
const AGAIN_MS = 5_000

/**
 * While somebody sees the page: a browser has six connections for all of its tabs (HTTP/1.1), and those that nobody sees must not take them.
 * Returns what ends it.
 */
export function follow(
  open: () => Stream,
  onLink: (link: 'live' | 'reconnecting') => void,
  look: () => void,
  sight: Sight,
): () => void {
  let source: Stream | null = null
  let gathering: ReturnType<typeof setTimeout> | null = null
  let again: ReturnType<typeof setTimeout> | null = null

  function heard(): void {
    gathering ??= setTimeout(() => {
      gathering = null
      look()
    }, GATHER_MS)
  }

  function connect(): void {
    again = null
    const opened = open()
    source = opened
    opened.addEventListener('message', heard)
    opened.addEventListener('ready', () => {
      onLink('live')
      heard()
    })
    opened.addEventListener('error', () => {
      onLink('reconnecting')
      if (opened.readyState !== opened.CLOSED) return
      again ??= setTimeout(connect, AGAIN_MS)
      // Why it was refused it does not say; a call does: the session may be over.
      heard()
    })
  }

  function leave(): void {
    source?.close()
    source = null
    if (again !== null) clearTimeout(again)
    again = null
  }

  function turn(): void {
    if (sight.visibilityState !== 'hidden') return source === null ? connect() : undefined
    leave()
    onLink('reconnecting')
  }

  sight.addEventListener('visibilitychange', turn)
  if (sight.visibilityState !== 'hidden') connect()
  return () => {
    sight.removeEventListener('visibilitychange', turn)
    leave()
    if (gathering !== null) clearTimeout(gathering)
  }
}
