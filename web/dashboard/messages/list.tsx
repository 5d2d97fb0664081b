import { useMemo } from 'preact/hooks'
import type { JSX } from 'preact'
import { Older, usePaged } from '../paged.tsx'
import { usePage } from '../page.ts'
import { Search } from '../search.tsx'
import { Shown, TO_READ } from '../shown.tsx'
import { addressOfList } from './address.ts'
import { createMessagesClient, type MessagesClient } from './client.ts'
import { SmsRows } from './rows.tsx'

export function useMessagesClient(): MessagesClient {
  const { session } = usePage()
  return useMemo(() => createMessagesClient(session.fetch), [session])
}

/** What was sent, newest first, or what a search finds of it. */
export function List({ q }: { readonly q: string }): JSX.Element {
  const client = useMessagesClient()
  const paging = usePaged((cursor, signal) => client.list(q, cursor, signal), [client, q])
  return (
    <>
      <header>
        <h1>Messages</h1>
        <button type="button" class="button small" onClick={paging.loading.again}>
          Look again
        </button>
      </header>
      <Search
        q={q}
        label="Search the messages"
        placeholder="Number or text, status:failed via:twilio last:24h"
        addressOf={addressOfList}
      />
      <Shown loading={paging.loading} right={TO_READ}>
        {({ data, next }) => (data.length === 0 && next === null ? <None q={q} /> : <SmsRows messages={data} />)}
      </Shown>
      <Older paging={paging} />
    </>
  )
}

function None({ q }: { readonly q: string }): JSX.Element {
  if (q === '') {
    return (
      <>
        <p class="lead">No SMS was sent yet.</p>
        <p class="quiet">
          <a href="/dashboard">The inbox</a> shows how to send the first one.
        </p>
      </>
    )
  }
  return (
    <>
      <p class="lead">
        No SMS fits <bdi class="quoted">{q}</bdi>.
      </p>
      <p class="quiet">
        <a href={addressOfList('')}>Show all of them</a>, or see <a href="/docs/history.md#searching">how to search</a>.
      </p>
    </>
  )
}
