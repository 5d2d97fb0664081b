import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { placeOf } from './address.ts'
import { List } from './list.tsx'
import { One } from './one.tsx'
import { Person } from './person.tsx'

/** What was sent: all of it, one message, or everything about one person. */
export function MessagesPage(): JSX.Element {
  const { url, path } = useLocation()
  const place = placeOf(url)
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = place.kind === 'person' ? `${place.contact} · Tidings` : 'Messages · Tidings'
    // What had the focus is gone with the page before.
    if (!isFirst.current) document.getElementById('content')?.focus()
    isFirst.current = false
  }, [path])
  return (
    <div class="page messages-page">
      {place.kind === 'list' && <List q={place.q} />}
      {place.kind === 'one' && <One key={place.id} id={place.id} />}
      {place.kind === 'person' && <Person key={place.contact} contact={place.contact} />}
    </div>
  )
}
