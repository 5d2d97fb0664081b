import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import { writeAddress } from './address.ts'
import type { Conversation } from './conversation.ts'
import { Delete } from './delete.tsx'
import { counted, deletionOf } from './format.ts'
import { threadOf, type Item } from './item.ts'
import { Phone } from './phone.tsx'
import { ThreadName } from './recipient.tsx'
import { useAddress } from './use-address.ts'

interface StageProps {
  readonly conversation: Conversation | null
  readonly item: Item | null
  /** The thread that was asked for; null: the newest. */
  readonly wanted: string | null
  readonly onTouch: () => void
}

/** The middle column: whose phone it is, and the phone. */
export function Stage({ conversation, item, wanted, onTouch }: StageProps): JSX.Element {
  const { reading, listing } = usePage().inbox
  const isMissing = reading.isMissing.value
  return (
    <section class="stage" aria-labelledby="stage-title" onPointerDown={onTouch} onKeyDown={onTouch}>
      <BackToPeople />
      {item === null ? (
        <h2 id="stage-title" class="unseen">
          Phone
        </h2>
      ) : (
        <StageHead thread={conversation?.key ?? threadOf(item)} item={item} isNewest={wanted === null} />
      )}
      {conversation !== null && item !== null && <Phone conversation={conversation} item={item} />}
      {conversation === null && (isMissing || (wanted === null && listing.load.value === 'ready')) && (
        <p class="note">{wanted === null ? 'Nobody is chosen.' : 'Nothing is kept here for this recipient.'}</p>
      )}
    </section>
  )
}

/** On a small screen the phone is a page of its own. */
function BackToPeople(): JSX.Element {
  const [address] = useAddress()
  return (
    <a class="back" href={writeAddress({ thread: null, item: null, q: address.q })}>
      Inbox
    </a>
  )
}

interface HeadProps {
  readonly thread: string
  readonly item: Item
  readonly isNewest: boolean
}

function StageHead({ thread: shown, item, isNewest }: HeadProps): JSX.Element {
  const { listing } = usePage().inbox
  const [{ thread, item: chosen }] = useAddress()
  const title = useRef<HTMLHeadingElement>(null)
  const known = listing.threads.value.find(({ key }) => key === shown)
  useEffect(() => {
    if (thread !== null && chosen === null && isHidden('.people')) title.current?.focus()
  }, [thread, chosen])
  return (
    <header class="stage-head">
      <h2 id="stage-title" ref={title} tabIndex={-1}>
        <ThreadName item={item} thread={shown} />
      </h2>
      <p>{isNewest ? 'The newest message' : counted(known?.count ?? 1, 'message')}</p>
      {/* A push to several devices is not deleted with one of them. */}
      {shown === threadOf(item) && <Delete thread={shown} question={deletionOf(known?.count ?? null, false)} />}
    </header>
  )
}

/** Where steps are pages of their own, the focus goes with them. */
export function isHidden(selector: string): boolean {
  const element = document.querySelector(selector)
  return element !== null && getComputedStyle(element).display === 'none'
}
