import { useEffect, useMemo } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { LiveMark } from '../inbox/live-state.tsx'
import { useEvents } from '../live.ts'
import { Older, usePaged, type Paging } from '../paged.tsx'
import { usePage } from '../page.ts'
import { Command } from '../parts.tsx'
import { Shown, TO_READ } from '../shown.tsx'
import { filterOf, INBOUND, isEverything, type InboundFilter } from './address.ts'
import { createInboundClient, type Inbound } from './client.ts'
import { Filters } from './filters.tsx'
import { InboundRows } from './rows.tsx'

/** What people wrote to numbers of ours, as it comes. */
export function InboundPage(): JSX.Element {
  const { session, now } = usePage()
  const { url } = useLocation()
  const filter = useMemo(() => filterOf(url), [url])
  const client = useMemo(() => createInboundClient(session.fetch, now), [session])
  const paging = usePaged((cursor, signal) => client.list(filter, cursor, signal), [client, filter])
  const link = useEvents('sms.inbound', () => lookFor(paging))
  useEffect(() => {
    document.title = 'Inbound · Tidings'
  }, [])
  return (
    <div class="page inbound">
      <header>
        <h1>Inbound</h1>
        <LiveMark link={link} />
      </header>
      <Filters filter={filter} />
      <Shown loading={paging.loading} right={TO_READ}>
        {({ data }) => (data.length === 0 ? <None filter={filter} /> : <InboundRows texts={data} />)}
      </Shown>
      <Older paging={paging} />
    </div>
  )
}

/** Who has gone back to older ones, or is about to, stays there: a fresh first page would take them away. */
function lookFor({ loading, act }: Paging<Inbound>): void {
  const { state } = loading
  if (state.kind === 'there' && state.value.isFirst && act.busy === null) loading.refresh()
}

function None({ filter }: { readonly filter: InboundFilter }): JSX.Element {
  const { live } = usePage()
  if (!isEverything(filter)) {
    return (
      <>
        <p class="lead">No text fits.</p>
        <p class="quiet">
          <a href={INBOUND}>Show all of them</a>
        </p>
      </>
    )
  }
  return (
    <>
      <p class="lead">Nobody has written to you yet.</p>
      <p class="quiet">
        What people send to a number of yours appears here once its provider is told where to hand it over:{' '}
        <a href="/docs/inbound.md">how to receive texts</a>.
      </p>
      {!live.includes('sms') && <Example />}
    </>
  )
}

/** In capture mode one number answers by itself. Source: the magic contacts of docs/inbound.md. */
const ANSWERS_STOP = { contact: '+15005550107', subject: 'Hello', message: 'Shall we write to you?' }

function Example(): JSX.Element {
  const { origin } = usePage()
  return (
    <Command
      title="Or let a number answer that always says STOP"
      text={`curl ${origin}/smss \\\n  -H 'content-type: application/json' \\\n  -d '${JSON.stringify(ANSWERS_STOP)}'`}
    />
  )
}
