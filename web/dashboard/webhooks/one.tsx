import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLoaded } from '../loaded.ts'
import { usePage } from '../page.ts'
import { At, Badge, Command } from '../parts.tsx'
import { Shown } from '../shown.tsx'
import { WEBHOOKS } from './address.ts'
import type { Webhook } from './client.ts'
import { Deeds } from './deeds.tsx'
import { Deliveries } from './deliveries.tsx'
import { TO_MANAGE, useWebhooksClient } from './parts.tsx'
import { eventsOf, standingOf } from './words.ts'

export function One({ id }: { readonly id: number }): JSX.Element {
  const client = useWebhooksClient()
  const loading = useLoaded((signal) => client.read(id, signal), [client, id])
  /** Counts what was done that makes deliveries. */
  const [round, setRound] = useState(0)
  const onDone = (): void => {
    setRound((before) => before + 1)
    loading.refresh()
  }
  return (
    <>
      <p class="up">
        <a href={WEBHOOKS}>Webhooks</a>
      </p>
      <Shown loading={loading} right={TO_MANAGE}>
        {(webhook) => (
          <>
            <Head webhook={webhook} />
            <Deeds webhook={webhook} onChange={loading.put} onDone={onDone} />
            <Deliveries id={id} round={round} onDone={onDone} />
            <Command title="The same in a terminal" text={`npx tidings webhooks deliveries ${id}`} />
          </>
        )}
      </Shown>
    </>
  )
}

function Head({ webhook }: { readonly webhook: Webhook }): JSX.Element {
  const { now } = usePage()
  const { look, sentence } = standingOf(webhook, now())
  const { description, payload, created_at: made, old_secret_until: oldUntil } = webhook
  return (
    <>
      <h1 class="mono">{webhook.url}</h1>
      <p class="standing">
        <Badge look={look} /> <span>{sentence}</span>
      </p>
      <dl class="details">
        {description !== '' && (
          <>
            <dt>For</dt>
            <dd>{description}</dd>
          </>
        )}
        <dt>Events</dt>
        <dd>{eventsOf(webhook)}</dd>
        <dt>Tells</dt>
        <dd>{payload === 'full' ? 'Also numbers, tokens and texts' : 'Ids, status and reason'}</dd>
        {oldUntil !== null && (
          <>
            <dt>Secret</dt>
            <dd>
              The one before signs as well until <At at={oldUntil} />
            </dd>
          </>
        )}
        <dt>Made</dt>
        <dd>
          <At at={made} />
        </dd>
      </dl>
    </>
  )
}
