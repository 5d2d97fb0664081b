import { useEffect, useRef, useState } from 'preact/hooks'
import type { Link } from './inbox/events.ts'
import { follow } from './follow.ts'

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
        document,
      ),
    [types],
  )
  return link
}
