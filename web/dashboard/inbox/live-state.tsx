import type { JSX } from 'preact'
import { usePage } from '../page.ts'

const STATES = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
} as const

/** Whether what happens is seen at once. */
export function LiveState(): JSX.Element {
  const { link } = usePage().inbox
  return (
    <span class="live" data-link={link.value} role="status">
      {STATES[link.value]}
    </span>
  )
}
