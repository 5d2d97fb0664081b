import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { placeOf } from './address.ts'
import { List } from './list.tsx'
import { One } from './one.tsx'

/** Who follows which topic, as far as this service subscribed them. */
export function TopicsPage(): JSX.Element {
  const { url, path } = useLocation()
  const place = placeOf(url)
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = 'Topics · Tidings'
    // What had the focus is gone with the page before.
    if (!isFirst.current) document.getElementById('content')?.focus()
    isFirst.current = false
  }, [path])
  return (
    <div class="page topics">
      {place.kind === 'list' && <List />}
      {place.kind === 'one' && <One key={place.topic} topic={place.topic} />}
    </div>
  )
}
