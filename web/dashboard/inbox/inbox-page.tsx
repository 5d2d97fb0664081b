import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import { stepOf } from './address.ts'
import { Announcer } from './announcer.tsx'
import { AwayInbox, EmptyInbox } from './empty.tsx'
import { Facts } from './facts.tsx'
import { recipientOf } from './recipient.tsx'
import { Stage } from './stage.tsx'
import { People } from './people.tsx'
import { useAddress } from './use-address.ts'
import { useKeys } from './use-keys.ts'

/** Who got something, the phone it came to, and what is known about it. Without a choice the newest message is shown. */
export function InboxPage(): JSX.Element {
  const { inbox } = usePage()
  const [address, go] = useAddress()
  const { threads, load } = inbox.listing
  const key = address.thread ?? threads.value[0]?.key ?? null
  const { item, conversation } = useShown(key, address.item)
  useKeys()
  useEffect(() => inbox.listing.search(address.q), [address.q])
  useEffect(() => {
    const recipient = item === null ? null : recipientOf(item)
    document.title = address.thread === null || recipient === null ? 'Inbox · Tidings' : `${recipient} · Tidings`
  }, [address.thread, item?.id])
  /** Whoever touches what is shown wants to keep it, whatever comes. */
  const hold = (): void => {
    if (address.thread === null && key !== null) go({ thread: key }, true)
  }
  if (load.value === 'failed') return <AwayInbox />
  if (load.value === 'ready' && threads.value.length === 0 && address.q === '' && address.thread === null) {
    return <EmptyInbox />
  }
  return (
    <div class="inbox" data-step={stepOf(address)}>
      <People shown={key} />
      <Stage conversation={conversation} item={item} wanted={address.thread} onTouch={hold} />
      <Facts item={item} onTouch={hold} />
      <Announcer />
    </div>
  )
}

function useShown(key: string | null, id: string | null) {
  const { inbox } = usePage()
  const { threads } = inbox.listing
  const opened = useRef<string | null>(null)
  useEffect(() => {
    if (opened.current === key) return
    opened.current = key
    inbox.reading.open(key, threads.value.find((thread) => thread.key === key) ?? null)
  })
  const conversation = inbox.reading.conversation.value
  if (conversation === null || conversation.key !== key) return { conversation: null, item: null }
  const item = conversation.items.find((one) => one.id === id) ?? conversation.items.at(-1) ?? null
  return { conversation, item }
}
