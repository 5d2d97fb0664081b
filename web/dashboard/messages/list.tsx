import { useMemo } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePaged } from '../paged.tsx'
import { usePage } from '../page.ts'
import { SearchedList } from '../searched-list.tsx'
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
    <SearchedList
      q={q}
      title="Messages"
      one="SMS"
      label="Search the messages"
      placeholder="Number or text, status:failed via:twilio last:24h"
      addressOf={addressOfList}
      paging={paging}
      rows={(messages) => <SmsRows messages={messages} />}
    >
      <p class="lead">No SMS was sent yet.</p>
      <p class="quiet">
        <a href="/dashboard">The inbox</a> shows how to send the first one.
      </p>
    </SearchedList>
  )
}
