import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { OperationPage } from './operation-page.tsx'
import { Overview } from './overview.tsx'
import { useReference } from './page.ts'
import { Sidebar } from './sidebar.tsx'

/** The list on the left, beside it what was chosen of it. */
export function Layout(): JSX.Element {
  const { chosen } = useReference()
  const operation = chosen.value
  const content = useContentOnTop(operation?.slug ?? '')
  const [isOpen, setOpen] = useState(false)
  return (
    <div class="reference" data-list={isOpen ? 'open' : 'closed'}>
      <a class="skip" href="#content" onClick={(event) => skip(event, content.current)}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          Tidings
        </a>
        <nav aria-label="Tidings">
          <a href="/dashboard">Dashboard</a>
          <a href="/docs" aria-current="page">
            API
          </a>
          <a href="/errors">Errors</a>
        </nav>
        <button type="button" class="button small to-list" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Operations
        </button>
      </header>
      <Sidebar onChosen={() => setOpen(false)} />
      <main id="content" tabIndex={-1} ref={content}>
        {operation === null ? <Overview /> : <OperationPage key={operation.slug} operation={operation} />}
      </main>
    </div>
  )
}

/** The address names an operation, so it can't name a place of the page. */
function skip(event: Event, content: HTMLElement | null): void {
  event.preventDefault()
  content?.focus()
}

/** Another operation begins at its top, for eyes and for the keyboard; the first one is where the browser puts it. */
function useContentOnTop(slug: string) {
  const content = useRef<HTMLElement>(null)
  const before = useRef(slug)
  useEffect(() => {
    if (before.current === slug) return
    before.current = slug
    window.scrollTo(0, 0)
    content.current?.focus({ preventScroll: true })
  }, [slug])
  return content
}
