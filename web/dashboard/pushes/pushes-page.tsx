import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { usePageTitle } from '../page-title.ts'
import { placeOf } from './address.ts'
import { List } from './list.tsx'
import { One } from './one.tsx'

/** Pushes: all of them, or one. */
export function PushesPage(): JSX.Element {
  const { url, path } = useLocation()
  const place = placeOf(url)
  usePageTitle('Pushes', path)
  return (
    <div class="page pushes-page">
      {place.kind === 'list' && <List q={place.q} />}
      {place.kind === 'one' && <One key={place.id} id={place.id} />}
    </div>
  )
}
