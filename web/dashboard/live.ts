import { useEffect, useRef, useState } from 'preact/hooks'
import type { Link } from './inbox/events.ts'

/** What comes within this time is looked at together: hundreds a second must not hold up a page. */
const GATHER_MS = 500

/** A browser comes back by itself unless the service has refused; then we do. */
const AGAIN_MS = 5_000

/**
 * Follows events of these types (`sms.inbound,client.opted_out`) while the page is there. `look` is called when some came, and when the
 * link is there, for what came before.
 */
export function useEvents(types: string, look: () => void): Link {
  const [link, setLink] = useState<Link>('connecting')
  const latest = useRef(look)
  latest.current = look
  useEffect(
    () =>
      follow(
        () => new EventSource(`/events?types=${types}`),
        setLink,
        () => latest.current(),
      ),
    [types],
  )
  return link
}

/** Returns what ends it. */
export function follow(open: () => EventSource, onLink: (link: Link) => void, look: () => void): () => void {
  let source: EventSource | null = null
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

  connect()
  return () => {
    source?.close()
    if (gathering !== null) clearTimeout(gathering)
    if (again !== null) clearTimeout(again)
  }
}
