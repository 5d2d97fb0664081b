import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { usePageTitle } from '../page-title.ts'
import { placeOf } from './address.ts'
import { List } from './list.tsx'
import { One } from './one.tsx'
import { Person } from './person.tsx'

/** What was sent: all of it, one message, or everything about one person. */
export function MessagesPage(): JSX.Element {
  const { url, path } = useLocation()
  const place = placeOf(url)
  usePageTitle(place.kind === 'person' ? place.contact : 'Messages', path)
  return (
    <div class="page messages-page">
      {place.kind === 'list' && <List q={place.q} />}
      {place.kind === 'one' && <One key={place.id} id={place.id} />}
      {place.kind === 'person' && <Person key={place.contact} contact={place.contact} />}
    </div>
  )
}
