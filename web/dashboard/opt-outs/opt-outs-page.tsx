import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { usePageTitle } from '../page-title.ts'
import { Add } from './add.tsx'
import { placeOf } from './address.ts'
import { List } from './list.tsx'

/** Who wants no more messages, and since when. */
export function OptOutsPage(): JSX.Element {
  const { url, path } = useLocation()
  const place = placeOf(url)
  usePageTitle('Opt-outs', path)
  return (
    <div class="page opt-outs">
      {place.kind === 'list' && <List contact={place.contact} />}
      {place.kind === 'add' && <Add contact={place.contact} />}
    </div>
  )
}
