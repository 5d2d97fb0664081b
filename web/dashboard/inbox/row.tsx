import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import { Badge } from '../parts.tsx'
import { writeAddress } from './address.ts'
import { MOST_COUNTED, whenOf } from './format.ts'
import type { Item, Thread } from './item.ts'
import { ThreadName } from './recipient.tsx'
import { useAddress } from './use-address.ts'
import { isMixed, outcomeOf } from './words.ts'

interface RowProps {
  readonly thread: Thread
  readonly top: number
  readonly place: number
  readonly of: number
  readonly isShown: boolean
  /** Whether the Tab key stops here; the arrow keys go to the others. */
  readonly isStop: boolean
  readonly isFresh: boolean
}

/** One recipient: who, when, and the latest message. */
export function Row(props: RowProps): JSX.Element {
  const { thread, top, place, of, isShown, isStop, isFresh } = props
  const { now } = usePage()
  const [address] = useAddress()
  const { last, count, key } = thread
  return (
    <li
      class="row"
      style={{ transform: `translateY(${top}px)` }}
      data-fresh={isFresh}
      aria-setsize={of}
      aria-posinset={place}
    >
      <a
        href={writeAddress({ thread: key, item: null, q: address.q })}
        aria-current={isShown ? 'true' : undefined}
        tabIndex={isStop ? 0 : -1}
      >
        <span class="row-who">
          <ThreadName item={last} />
          {count > 1 && (
            <span class="count">
              {count.toLocaleString('en')}
              {count === MOST_COUNTED && '+'}
              <span class="unseen"> messages</span>
            </span>
          )}
          <time dateTime={last.created_at}>{whenOf(last.created_at, now())}</time>
        </span>
        <span class="row-what">
          <Preview item={last} />
          {isMixed(last) && <Badge look={outcomeOf(last)} word="Mixed" />}
          {last.status !== 'captured' && !isMixed(last) && <Badge look={outcomeOf(last)} />}
        </span>
      </a>
    </li>
  )
}

/** Each part has the direction of its own letters, so that what is cut off is its end. */
function Preview({ item }: { readonly item: Item }): JSX.Element {
  return (
    <span class="row-text">
      {item.channel === 'push' && (
        <span class="row-title" dir="auto">
          {item.title}
        </span>
      )}{' '}
      <span class="row-body" dir="auto">
        {item.body.slice(0, 160)}
      </span>
    </span>
  )
}
