import type { JSX } from 'preact'
import { firstLine } from '../inbox/curl.ts'
import { Older, usePaged } from '../paged.tsx'
import { usePage } from '../page.ts'
import { Command } from '../parts.tsx'
import { Search } from '../search.tsx'
import { Shown, TO_READ } from '../shown.tsx'
import { addressOfList } from './address.ts'
import { usePushesClient } from './use-client.ts'
import { PushRows } from './rows.tsx'

/** Pushes, newest first, or what a search finds of them. */
export function List({ q }: { readonly q: string }): JSX.Element {
  const client = usePushesClient()
  const paging = usePaged((cursor, signal) => client.list(q, cursor, signal), [client, q])
  return (
    <>
      <header>
        <h1>Pushes</h1>
        <button type="button" class="button small" onClick={paging.loading.again}>
          Look again
        </button>
      </header>
      <Search
        q={q}
        label="Search the pushes"
        placeholder="Text or token, topic:news status:failed last:24h"
        addressOf={addressOfList}
      />
      <Shown loading={paging.loading} right={TO_READ}>
        {({ data, next }) => (data.length === 0 && next === null ? <None q={q} /> : <PushRows pushes={data} />)}
      </Shown>
      <Older paging={paging} />
    </>
  )
}

function None({ q }: { readonly q: string }): JSX.Element {
  const { origin } = usePage()
  if (q === '') {
    return (
      <>
        <p class="lead">No push was sent yet.</p>
        <Command title="Send one" text={firstLine(origin, 'push')} />
      </>
    )
  }
  return (
    <>
      <p class="lead">
        No push fits <bdi class="quoted">{q}</bdi>.
      </p>
      <p class="quiet">
        <a href={addressOfList('')}>Show all of them</a>, or see <a href="/docs/history.md#searching">how to search</a>.
      </p>
    </>
  )
}
