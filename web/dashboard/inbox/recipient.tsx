import type { JSX } from 'preact'
import { counted, shortToken, spaced } from './format.ts'
import { SEVERAL, threadOf, type Item } from './item.ts'

/** Who got it, in one line. */
export function recipientOf({ channel, to, topic, targets }: Item): string {
  if (topic !== null) return `Topic ${topic}`
  if (to === null) return counted(targets, 'device')
  return channel === 'sms' ? spaced(to) : shortToken(to)
}

/** The same; what a person would read out digit by digit stands in digits of one width. */
export function Recipient({ item }: { readonly item: Item }): JSX.Element {
  if (item.topic !== null) {
    return (
      <span class="recipient">
        Topic <bdi class="mono">{item.topic}</bdi>
      </span>
    )
  }
  return <bdi class={item.to === null ? 'recipient' : 'recipient mono'}>{recipientOf(item)}</bdi>
}

interface ThreadNameProps {
  readonly item: Item
  /** Where it is known: a push to several devices is in each one's thread, too. */
  readonly thread?: string | null
}

/** Whose thread a message is in. */
export function ThreadName({ item, thread = null }: ThreadNameProps): JSX.Element {
  if (thread !== null && thread !== SEVERAL && threadOf(item) === SEVERAL) {
    return <bdi class="recipient mono">{shortToken(thread)}</bdi>
  }
  if (threadOf(item) === SEVERAL) return <span class="recipient">Several devices</span>
  return <Recipient item={item} />
}
