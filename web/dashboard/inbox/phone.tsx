import { useLayoutEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { Case } from '../../look/phone-case.tsx'
import { usePage } from '../page.ts'
import type { Conversation } from './conversation.ts'
import { dayOf, minuteOf } from './format.ts'
import type { Item } from './item.ts'
import { PushBanner } from './push-banner.tsx'
import { SmsBubble } from './sms-bubble.tsx'

/** What the recipient would have before him: messages one below the other, or banners on a locked screen. */
export function Phone({
  conversation,
  item,
}: {
  readonly conversation: Conversation
  readonly item: Item
}): JSX.Element {
  const { channel } = item
  return (
    <Case time={minuteOf(item.created_at)}>
      {channel === 'sms' ? (
        <SmsScreen conversation={conversation} item={item} />
      ) : (
        <PushScreen conversation={conversation} item={item} />
      )}
    </Case>
  )
}

interface ScreenProps {
  readonly conversation: Conversation
  readonly item: Item
}

function SmsScreen({ conversation, item }: ScreenProps): JSX.Element {
  const { items, key } = conversation
  const { screen, content } = useEnd(key)
  return (
    <div class="screen messages" ref={screen} tabIndex={0} role="region" aria-label="Messages on the phone">
      <Earlier conversation={conversation} />
      <ol ref={content}>
        {items.map((one, index) => (
          <li key={one.id}>
            {dayBefore(items, index) && <p class="day">{dayOf(one.created_at)}</p>}
            <SmsBubble item={one} isChosen={one.id === item.id} isAlone={items.length === 1} />
          </li>
        ))}
      </ol>
    </div>
  )
}

/** On a lock screen the latest is on top. */
function PushScreen({ conversation, item }: ScreenProps): JSX.Element {
  const items = conversation.items.toReversed()
  return (
    <div class="screen locked" tabIndex={0} role="region" aria-label="Banners on the phone">
      <p class="lock-time" aria-hidden="true">
        {minuteOf(item.created_at)}
      </p>
      <p class="lock-day" aria-hidden="true">
        {dayOf(item.created_at)}
      </p>
      <ol>
        {items.map((one) => (
          <li key={one.id}>
            <PushBanner item={one} isChosen={one.id === item.id} isAlone={items.length === 1} />
          </li>
        ))}
      </ol>
      <Earlier conversation={conversation} />
    </div>
  )
}

function Earlier({ conversation }: { readonly conversation: Conversation }): JSX.Element | null {
  const { reading } = usePage().inbox
  if (conversation.earlier === null) return null
  return (
    <button type="button" class="button small earlier" onClick={() => reading.loadEarlier()}>
      Show earlier ones
    </button>
  )
}

function dayBefore(items: readonly Item[], index: number): boolean {
  const [one, before] = [items[index], items[index - 1]]
  return one !== undefined && (before === undefined || dayOf(before.created_at) !== dayOf(one.created_at))
}

/**
 * Keeps the end in view when messages come, or when the phone itself comes into view, unless a person has scrolled away from it: then
 * that place.
 */
function useEnd(key: string) {
  const screen = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLOListElement>(null)
  /** Null: at the end. */
  const place = useRef<number | null>(null)
  useLayoutEffect(() => {
    place.current = null
    if (screen.current !== null) screen.current.scrollTop = screen.current.scrollHeight
  }, [key])
  useLayoutEffect(() => {
    const [element, list] = [screen.current, content.current]
    if (element === null || list === null) return undefined
    let isHidden = element.clientHeight === 0
    const observer = new ResizeObserver(() => {
      const wasHidden = isHidden
      isHidden = element.clientHeight === 0
      if (place.current === null) element.scrollTop = element.scrollHeight
      else if (wasHidden) element.scrollTop = place.current
    })
    observer.observe(element)
    observer.observe(list)
    const look = (): void => {
      if (element.clientHeight === 0) return
      const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40
      place.current = isAtEnd ? null : element.scrollTop
    }
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [])
  return { screen, content }
}
