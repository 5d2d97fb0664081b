import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { shortToken } from '../inbox/format.ts'
import { lookOf, wordsOf } from '../inbox/words.ts'
import { Older, usePaged } from '../paged.tsx'
import { At, Badge } from '../parts.tsx'
import { Shown, TO_READ } from '../shown.tsx'
import type { Delivery, Push } from './client.ts'
import { usePushesClient } from './use-client.ts'

/** What became of it on each device, page by page; a push to a topic has one line. */
export function Deliveries({ push }: { readonly push: Push }): JSX.Element {
  const { notification_id: id, updated_at: at } = push
  const client = usePushesClient()
  const paging = usePaged((cursor, signal) => client.deliveries(id, cursor, signal), [client, id])
  const { state, refresh } = paging.loading
  const seen = useRef(at)
  useEffect(() => {
    if (seen.current === at) return
    seen.current = at
    // Who has gone further keeps what he looks at.
    if (state.kind !== 'there' || state.value.isFirst) refresh()
  }, [at])
  return (
    <section aria-labelledby="deliveries-title">
      <div class="section-head">
        <h2 id="deliveries-title">Deliveries</h2>
        <a href={`/notifications/${id}/deliveries/export?format=csv`} download>
          All as a file (CSV)
        </a>
      </div>
      <Shown loading={paging.loading} right={TO_READ}>
        {({ data }) => (data.length === 0 ? <p class="quiet">There are none.</p> : <Rows deliveries={data} />)}
      </Shown>
      <Older paging={paging} word="More" />
    </section>
  )
}

function Rows({ deliveries }: { readonly deliveries: readonly Delivery[] }): JSX.Element {
  return (
    <ul class="rows">
      {deliveries.map((delivery) => (
        <li key={`${delivery.kind} ${delivery.token}`} class="target">
          <Badge look={lookOf(delivery.status)} />
          <bdi class="mono" title={delivery.token}>
            {shortToken(delivery.token)}
          </bdi>
          <span class="quiet">
            <About delivery={delivery} />
          </span>
          <At at={delivery.updated_at} />
        </li>
      ))}
    </ul>
  )
}

/** Why, under which id there, in which words, and when the device reported. */
function About({ delivery }: { readonly delivery: Delivery }): JSX.Element {
  const { reason, provider_message_id: id, locale, received_at: received, opened_at: opened } = delivery
  return (
    <>
      {reason !== null && <span>{wordsOf(reason)}</span>}
      {received !== null && (
        <span>
          received <At at={received} />
        </span>
      )}
      {opened !== null && (
        <span>
          opened <At at={opened} />
        </span>
      )}
      {locale !== null && <span>in {locale}</span>}
      {id !== null && <bdi class="mono id">{id}</bdi>}
    </>
  )
}
