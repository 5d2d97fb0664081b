import type { JSX } from 'preact'
import { Badge } from '../parts.tsx'
import { minuteOf } from './format.ts'
import { threadOf, type Item } from './item.ts'
import { Text } from './text.tsx'
import { writeAddress } from './address.ts'
import { useAddress } from './use-address.ts'
import { isMixed, outcomeOf } from './words.ts'

interface BubbleProps {
  readonly item: Item
  readonly isChosen: boolean
  readonly isAlone: boolean
}

/** One SMS on the phone, with the way to what is known about it. */
export function SmsBubble({ item, isChosen, isAlone }: BubbleProps): JSX.Element {
  const open = useOpen(item)
  return (
    <article class="bubble-row" data-chosen={isChosen && !isAlone} onClick={open}>
      <div class="bubble">
        <Text item={item} />
      </div>
      <ToFacts item={item} isChosen={isChosen} />
    </article>
  )
}

/** A press anywhere on a message leads to its facts, unless it was meant for something in it, or ended a selection. */
export function useOpen(item: Item): (event: MouseEvent) => void {
  const [{ thread }, go] = useAddress()
  return ({ target }) => {
    if (target instanceof Element && target.closest('button, a') !== null) return
    if (document.getSelection()?.type !== 'Range') go({ thread: thread ?? threadOf(item), item: item.id })
  }
}

/** When, and what became of it; leads to the facts. */
export function ToFacts({ item, isChosen }: { readonly item: Item; readonly isChosen: boolean }): JSX.Element {
  const [address] = useAddress()
  const isCaptured = item.status === 'captured' && !isMixed(item)
  return (
    <a
      class="to-facts"
      href={writeAddress({ ...address, thread: address.thread ?? threadOf(item), item: item.id })}
      aria-current={isChosen ? 'true' : undefined}
    >
      <time dateTime={item.created_at}>{minuteOf(item.created_at)}</time>
      <Badge look={outcomeOf(item)} {...(isCaptured ? { word: 'Captured' } : {})} />
    </a>
  )
}
