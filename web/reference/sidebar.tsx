import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useReference } from './page.ts'
import { found } from './search.ts'

/** Every operation by what it is about, and a field that leaves some. */
export function Sidebar({ onChosen }: { readonly onChosen: () => void }): JSX.Element {
  const { groups, chosen } = useReference()
  const [query, setQuery] = useState('')
  const field = useSlash()
  const left = found(groups, query)
  const [first] = left.flatMap((group) => group.operations)
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setQuery('')
    if (event.key !== 'Enter' || first === undefined || query === '') return
    location.hash = first.slug
    onChosen()
  }
  return (
    <nav class="list" aria-label="Operations">
      <input
        ref={field}
        type="search"
        placeholder="Search"
        aria-label="Search the operations"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      <p class="unseen" role="status">
        {query === '' ? '' : `${left.reduce((sum, group) => sum + group.operations.length, 0)} found`}
      </p>
      {left.length === 0 && <p class="none">No operation has this in it.</p>}
      {left.map((group) => (
        <section key={group.name} aria-labelledby={`group-${group.name}`}>
          <h2 id={`group-${group.name}`}>{group.name}</h2>
          <ul>
            {group.operations.map(({ slug, method, path, summary }) => (
              <li key={slug}>
                <a
                  href={`#${slug}`}
                  title={`${method} ${path}`}
                  aria-current={chosen.value?.slug === slug ? 'page' : undefined}
                  onClick={onChosen}
                >
                  <span>{summary}</span> <span class="method">{method}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}

/** `/` leads to the search, unless something is written elsewhere, or single keys are switched off. */
function useSlash() {
  const { keys } = useReference()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event
      const isWritten = target instanceof Element && target.closest('input, textarea, select') !== null
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isWritten || !keys.value) return
      event.preventDefault()
      field.current?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [keys])
  return field
}
