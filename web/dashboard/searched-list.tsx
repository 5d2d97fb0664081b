import type { ComponentChildren, JSX } from 'preact'
import { Older, type Paging } from './paged.tsx'
import { Search } from './search.tsx'
import { Shown, TO_READ } from './shown.tsx'

interface SearchedListProps<T> {
  readonly q: string
  readonly title: string
  /** One of what is listed: `push`. */
  readonly one: string
  readonly label: string
  readonly placeholder: string
  readonly addressOf: (q: string) => string
  readonly paging: Paging<T>
  readonly rows: (data: readonly T[]) => JSX.Element
  /** In place of the rows where nothing was ever listed. */
  readonly children: ComponentChildren
}

/** A page of what there is, newest first, or what a search finds of it. */
export function SearchedList<T>(props: SearchedListProps<T>): JSX.Element {
  const { q, title, label, placeholder, addressOf, paging, rows, children } = props
  return (
    <>
      <header>
        <h1>{title}</h1>
        <button type="button" class="button small" onClick={paging.loading.again}>
          Look again
        </button>
      </header>
      <Search q={q} label={label} placeholder={placeholder} addressOf={addressOf} />
      <Shown loading={paging.loading} right={TO_READ}>
        {({ data, next }) => {
          if (data.length > 0 || next !== null) return rows(data)
          return q === '' ? <>{children}</> : <NoneFits {...props} />
        }}
      </Shown>
      <Older paging={paging} />
    </>
  )
}

function NoneFits<T>({ q, one, addressOf }: SearchedListProps<T>): JSX.Element {
  return (
    <>
      <p class="lead">
        No {one} fits <bdi class="quoted">{q}</bdi>.
      </p>
      <p class="quiet">
        <a href={addressOf('')}>Show all of them</a>, or see <a href="/docs/history.md#searching">how to search</a>.
      </p>
    </>
  )
}
