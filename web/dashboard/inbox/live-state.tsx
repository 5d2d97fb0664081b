import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import type { Link } from './events.ts'

const STATES: Readonly<Record<Link, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
}

/** Whether what happens in the inbox is seen at once. */
export function LiveState(): JSX.Element {
  return <LiveMark link={usePage().inbox.link.value} />
}

export function LiveMark({ link }: { readonly link: Link }): JSX.Element {
  return (
    <span class="live" data-link={link} role="status">
      {STATES[link]}
    </span>
  )
}
