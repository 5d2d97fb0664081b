import { useMemo, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { addressOf as addressOfInbound, EVERYTHING } from '../inbound/address.ts'
import { createInboundClient } from '../inbound/client.ts'
import { InboundRows } from '../inbound/rows.tsx'
import { counted, dayOf, MOST_COUNTED, spaced } from '../inbox/format.ts'
import { wordsOf } from '../inbox/words.ts'
import { useLoaded } from '../loaded.ts'
import { addressOfAdding, addressOfList as addressOfOptOuts } from '../opt-outs/address.ts'
import { Older, usePaged } from '../paged.tsx'
import { usePage } from '../page.ts'
import { Badge } from '../parts.tsx'
import { Shown, TO_READ } from '../shown.tsx'
import { MESSAGES } from './address.ts'
import type { Client, Flag, PersonPage } from './client.ts'
import { useMessagesClient } from './list.tsx'
import { SmsRows } from './rows.tsx'

/** Everything about one person: whether he wants messages, what was sent, what he wrote. */
export function Person({ contact }: { readonly contact: string }): JSX.Element {
  return (
    <>
      <p class="up">
        <a href={MESSAGES}>Messages</a>
      </p>
      <h1 class="mono">
        <bdi>{spaced(contact)}</bdi>
      </h1>
      <Consent contact={contact} />
      <SentTo contact={contact} />
      <WrittenBy contact={contact} />
    </>
  )
}

function Consent({ contact }: { readonly contact: string }): JSX.Element | null {
  const client = useMessagesClient()
  const { state } = useLoaded((signal) => client.optOutsOf(contact, signal), [client, contact])
  if (state.kind !== 'there') return null
  const [latest] = state.value
  if (latest === undefined) {
    return (
      <p class="standing">
        It has not opted out. <a href={addressOfAdding(contact)}>Opt out this person</a>
      </p>
    )
  }
  return (
    <p class="standing">
      <Badge look={{ shape: 'dash', tone: 'mute', word: 'Opted out' }} />{' '}
      <a href={addressOfOptOuts(contact)}>Since {dayOf(latest.since)}</a>
    </p>
  )
}

function SentTo({ contact }: { readonly contact: string }): JSX.Element {
  const client = useMessagesClient()
  const [person, setPerson] = useState<Pick<PersonPage, 'client' | 'flags'> | null>(null)
  const paging = usePaged(
    async (cursor, signal) => {
      const page = await client.person(contact, cursor, signal)
      if (page === null) return { data: [], next: null }
      setPerson(page)
      return page
    },
    [client, contact],
  )
  return (
    <section aria-labelledby="sent-title">
      <div class="section-head">
        <h2 id="sent-title">What was sent</h2>
        {person !== null && <span class="quiet">{countOf(person.client)}</span>}
      </div>
      {person !== null && <Flags flags={person.flags} />}
      <Shown loading={paging.loading} right={TO_READ}>
        {({ data }) =>
          data.length === 0 ? <p class="quiet">Nothing was sent to it yet.</p> : <SmsRows messages={data} />
        }
      </Shown>
      <Older paging={paging} />
    </section>
  )
}

/** What providers say of the number itself: that it can't be reached, and why. */
function Flags({ flags }: { readonly flags: readonly Flag[] }): JSX.Element | null {
  if (flags.length === 0) return null
  return (
    <ul class="flags">
      {flags.map(({ reason, provider, since }) => (
        <li key={reason}>
          <Badge look={{ shape: 'quarter', tone: 'wait', word: 'Hard to reach' }} /> {provider} says: {wordsOf(reason)},
          since {dayOf(since)}
        </li>
      ))}
    </ul>
  )
}

/** The service counts no further than a thousand. */
function countOf({ messages }: Client): string {
  return messages >= MOST_COUNTED
    ? `${MOST_COUNTED.toLocaleString('en')} messages or more`
    : counted(messages, 'message')
}

function WrittenBy({ contact }: { readonly contact: string }): JSX.Element {
  const { session, now } = usePage()
  const client = useMemo(() => createInboundClient(session.fetch, now), [session])
  const loading = useLoaded((signal) => client.list({ ...EVERYTHING, contact }, null, signal), [client, contact])
  return (
    <section aria-labelledby="written-title">
      <div class="section-head">
        <h2 id="written-title">What came from it</h2>
      </div>
      <Shown loading={loading} right={TO_READ}>
        {({ data, next }) => (
          <>
            {data.length === 0 ? <p class="quiet">It has written nothing.</p> : <InboundRows texts={data} />}
            {next !== null && (
              <p class="more">
                <a href={addressOfInbound({ ...EVERYTHING, contact })}>All of it</a>
              </p>
            )}
          </>
        )}
      </Shown>
    </section>
  )
}
