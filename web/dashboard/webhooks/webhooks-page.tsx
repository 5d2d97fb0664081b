import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { Add } from './add.tsx'
import { placeOf } from './address.ts'
import { List } from './list.tsx'
import { One } from './one.tsx'

/** Who is told of events, and what became of each call. */
export function WebhooksPage(): JSX.Element {
  const { path } = useLocation()
  const place = placeOf(path)
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = 'Webhooks · Tidings'
    // What had the focus is gone with the page before.
    if (!isFirst.current) document.getElementById('content')?.focus()
    isFirst.current = false
  }, [path])
  return (
    <div class="page webhooks">
      {place.kind === 'list' && <List />}
      {place.kind === 'add' && <Add />}
      {place.kind === 'one' && <One key={place.id} id={place.id} />}
    </div>
  )
}
