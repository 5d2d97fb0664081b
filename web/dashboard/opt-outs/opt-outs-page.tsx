import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { Add } from './add.tsx'
import { placeOf } from './address.ts'
import { List } from './list.tsx'

/** Who wants no more messages, and since when. */
export function OptOutsPage(): JSX.Element {
  const { url, path } = useLocation()
  const place = placeOf(url)
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = 'Opt-outs · Tidings'
    // What had the focus is gone with the page before.
    if (!isFirst.current) document.getElementById('content')?.focus()
    isFirst.current = false
  }, [path])
  return (
    <div class="page opt-outs">
      {place.kind === 'list' && <List contact={place.contact} />}
      {place.kind === 'add' && <Add contact={place.contact} />}
    </div>
  )
}
