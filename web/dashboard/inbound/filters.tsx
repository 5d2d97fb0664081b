import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { addressOf, type InboundFilter } from './address.ts'

const SPANS: readonly (readonly [days: number | null, name: string])[] = [
  [null, 'Any time'],
  [1, 'Last 24 hours'],
  [7, 'Last 7 days'],
  [30, 'Last 30 days'],
]

/** Whose texts, which of them, and since when. */
export function Filters({ filter }: { readonly filter: InboundFilter }): JSX.Element {
  const { route } = useLocation()
  const go = (to: Partial<InboundFilter>): void => route(addressOf({ ...filter, ...to }), true)
  return (
    <>
      <Whose contact={filter.contact} onChange={(contact) => go({ contact })} />
      <div class="filters">
        <fieldset class="choice">
          <legend class="unseen">Which texts</legend>
          {[false, true].map((review) => (
            <label key={String(review)}>
              <input type="radio" name="review" checked={filter.review === review} onChange={() => go({ review })} />
              <span>{review ? 'To be looked at' : 'All'}</span>
            </label>
          ))}
        </fieldset>
        <label>
          <span class="unseen">Since when</span>
          <select value={String(filter.days)} onChange={(event) => go({ days: daysOf(event.currentTarget.value) })}>
            {SPANS.map(([days, name]) => (
              <option key={name} value={String(days)}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
    </>
  )
}

function daysOf(value: string): number | null {
  return SPANS.find(([days]) => String(days) === value)?.[0] ?? null
}

/** Asked when it is sent: half a number is nobody's. */
export function Whose(props: { readonly contact: string; readonly onChange: (contact: string) => void }): JSX.Element {
  const { contact, onChange } = props
  const [text, setText] = useState(contact)
  useEffect(() => setText(contact), [contact])
  const submit = (event: Event): void => {
    event.preventDefault()
    onChange(text.trim())
  }
  return (
    <form class="find" role="search" onSubmit={submit}>
      <label class="unseen" for="contact">
        Only this number
      </label>
      <input
        id="contact"
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder="Only this number: +201009129288"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        Show
      </button>
    </form>
  )
}
