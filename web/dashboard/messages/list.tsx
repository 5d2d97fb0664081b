import { useEffect, useMemo, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { Older, usePaged } from '../paged.tsx'
import { usePage } from '../page.ts'
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
      <Search q={q} />
      <Shown loading={paging.loading} right={TO_READ}>
        {({ data, next }) => (data.length === 0 && next === null ? <None q={q} /> : <SmsRows messages={data} />)}
      </Shown>
      <Older paging={paging} />
    </>
  )
}

function Search({ q }: { readonly q: string }): JSX.Element {
  const { route } = useLocation()
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  const submit = (event: Event): void => {
    event.preventDefault()
    route(addressOfList(text.trim()))
  }
  return (
    <form class="find" role="search" onSubmit={submit}>
      <label class="unseen" for="search">
        Search the messages
      </label>
      <input
        id="search"
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder="Number or text, status:failed via:twilio last:24h"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="button">
        Search
      </button>
    </form>
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
