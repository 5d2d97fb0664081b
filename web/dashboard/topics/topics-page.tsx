import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { usePageTitle } from '../page-title.ts'
import { placeOf } from './address.ts'
import { List } from './list.tsx'
import { One } from './one.tsx'

/** Who follows which topic, as far as this service subscribed them. */
export function TopicsPage(): JSX.Element {
  const { url, path } = useLocation()
  const place = placeOf(url)
  usePageTitle('Topics', path)
  return (
    <div class="page topics">
      {place.kind === 'list' && <List />}
      {place.kind === 'one' && <One key={place.topic} topic={place.topic} />}
    </div>
  )
}
