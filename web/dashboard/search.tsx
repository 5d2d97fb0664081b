import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'

interface SearchProps {
  readonly q: string
  readonly label: string
  readonly placeholder: string
  /** Of the list that a search finds. */
  readonly addressOf: (q: string) => string
}

/** A line to search a list by, in the grammar of the API. */
export function Search({ q, label, placeholder, addressOf }: SearchProps): JSX.Element {
  const { route } = useLocation()
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  const submit = (event: Event): void => {
    event.preventDefault()
    route(addressOf(text.trim()))
  }
  return (
    <form class="find" role="search" onSubmit={submit}>
      <label class="unseen" for="search">
        {label}
      </label>
      <input
        id="search"
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        Search
      </button>
    </form>
  )
}
