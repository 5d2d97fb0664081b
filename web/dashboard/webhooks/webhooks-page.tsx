import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { usePageTitle } from '../page-title.ts'
import { Add } from './add.tsx'
import { placeOf } from './address.ts'
import { List } from './list.tsx'
import { One } from './one.tsx'

/** Who is told of events, and what became of each call. */
export function WebhooksPage(): JSX.Element {
  const { path } = useLocation()
  const place = placeOf(path)
  usePageTitle('Webhooks', path)
  return (
    <div class="page webhooks">
      {place.kind === 'list' && <List />}
      {place.kind === 'add' && <Add />}
      {place.kind === 'one' && <One key={place.id} id={place.id} />}
    </div>
  )
}
