import { useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import { Delete } from './delete.tsx'
import { deletionOf, MOST_COUNTED } from './format.ts'
import type { Thread } from './item.ts'
import { List } from './list.tsx'
import { LiveState } from './live-state.tsx'
import { useAddress } from './use-address.ts'

/** The left column: what is live, the search, and who got something. */
export function People({ shown }: { readonly shown: string | null }): JSX.Element {
  const { inbox } = usePage()
  const [address] = useAddress()
  const { threads, load, hasMore } = inbox.listing
  return (
    <section class="people" aria-labelledby="inbox-title">
      <div class="people-head">
        <h1 id="inbox-title">Inbox</h1>
        <LiveState />
        {threads.value.length > 0 && address.q === '' && (
          <Delete thread={null} question={questionOf(threads.value, hasMore.value)} />
        )}
      </div>
      <Search />
      {(load.value === 'loading' || (threads.value.length === 0 && hasMore.value)) && <p class="note slow">Loading…</p>}
      {load.value === 'ready' && threads.value.length === 0 && !hasMore.value && <Nothing q={address.q} />}
      {threads.value.length > 0 && <List shown={shown} />}
    </section>
  )
}

/** The number is known where every recipient is, and all of theirs are counted. */
function questionOf(threads: readonly Thread[], hasMore: boolean): string {
  const isKnown = !hasMore && threads.every(({ count }) => count < MOST_COUNTED)
  return deletionOf(isKnown ? threads.reduce((sum, { count }) => sum + count, 0) : null, true)
}

function Search(): JSX.Element {
  const [address, go] = useAddress()
  const { settings } = usePage()
  const input = useRef<HTMLInputElement>(null)
  const [isOn, setOn] = useState(false)
  const clear = (): void => {
    go({ q: '' }, true)
    input.current?.blur()
  }
  return (
    <div class="search">
      <label class="unseen" for="search">
        Search the inbox
      </label>
      <input
        ref={input}
        id="search"
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder="Number, topic or token"
        value={address.q}
        onInput={(event) => go({ q: event.currentTarget.value, thread: null, item: null }, true)}
        onKeyDown={(event) => event.key === 'Escape' && clear()}
        onFocus={() => setOn(true)}
        onBlur={() => setOn(false)}
      />
      {settings.keys.value && !isOn && address.q === '' && <kbd aria-hidden="true">/</kbd>}
    </div>
  )
}

function Nothing({ q }: { readonly q: string }): JSX.Element {
  const [, go] = useAddress()
  return (
    <div class="note">
      <p>
        No number, topic or token fits <bdi class="quoted">{q}</bdi>.
      </p>
      <button type="button" class="button" onClick={() => go({ q: '' }, true)}>
        Show everything
      </button>
    </div>
  )
}
