import type { JSX } from 'preact'
import { firstLine } from '../inbox/curl.ts'
import { usePaged } from '../paged.tsx'
import { usePage } from '../page.ts'
import { Command } from '../parts.tsx'
import { SearchedList } from '../searched-list.tsx'
import { addressOfList } from './address.ts'
import { PushRows } from './rows.tsx'
import { usePushesClient } from './use-client.ts'

/** Pushes, newest first, or what a search finds of them. */
export function List({ q }: { readonly q: string }): JSX.Element {
  const client = usePushesClient()
  const { origin } = usePage()
  const paging = usePaged((cursor, signal) => client.list(q, cursor, signal), [client, q])
  return (
    <SearchedList
      q={q}
      title="Pushes"
      one="push"
      label="Search the pushes"
      placeholder="Text or token, topic:news status:failed last:24h"
      addressOf={addressOfList}
      paging={paging}
      rows={(pushes) => <PushRows pushes={pushes} />}
    >
      <p class="lead">No push was sent yet.</p>
      <Command title="Send one" text={firstLine(origin, 'push')} />
    </SearchedList>
  )
}
