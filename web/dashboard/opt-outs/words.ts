import type { OptOut } from './client.ts'

/** How somebody came to want no more: `Wrote STOP`. */
export function sourceOf({ source, keyword }: Pick<OptOut, 'source' | 'keyword'>): string {
  switch (source) {
    case 'inbound':
      return keyword === null ? 'Wrote a STOP' : `Wrote “${keyword}”`
    case 'api':
      return 'Entered by hand'
    case 'provider':
      return 'The provider refused a message for it'
  }
}

/** Whose messages are kept back; null: those of all senders that are in no other group, which mostly are all there are. */
export function groupOf({ sender_group: group }: Pick<OptOut, 'sender_group'>): string | null {
  return group === 'default' ? null : `Senders of ${group}`
}

/** An opt-out among others. */
export function keyOf({ contact, sender_group: group, since }: OptOut): string {
  return `${contact ?? ''} ${group} ${since}`
}
