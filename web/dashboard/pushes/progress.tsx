import type { JSX } from 'preact'
import { Badge } from '../parts.tsx'
import type { Push } from './client.ts'
import { sharesOf, wordsOfShare } from './words.ts'

/** How far a push is: a bar, and how many of its devices stand where. One to a single target says it by its status. */
export function Progress({ push }: { readonly push: Push }): JSX.Element | null {
  const shares = sharesOf(push)
  if (push.targets < 2 || shares.length === 0) return null
  return (
    <div class="progress">
      <span class="bar" aria-hidden="true">
        {shares.map(({ status, count, look, isAhead }) => (
          <i key={status} data-tone={look.tone} data-ahead={isAhead} style={{ flexGrow: count }} />
        ))}
      </span>
      <span class="shares">
        {shares.map((share) => (
          <Badge key={share.status} look={share.look} word={wordsOfShare(share)} />
        ))}
      </span>
    </div>
  )
}
