import type { JSX } from 'preact'
import { useLoaded } from '../loaded.ts'
import { usePage } from '../page.ts'
import { Badge, Command } from '../parts.tsx'
import { Shown } from '../shown.tsx'
import { WEBHOOKS } from './address.ts'
import type { Webhook } from './client.ts'
import { TO_MANAGE, useWebhooksClient } from './parts.tsx'
import { eventsOf, standingOf } from './words.ts'

const EXAMPLE = { url: 'https://hooks.example.com/tidings', types: ['sms.delivered', 'sms.failed'] }

export function List(): JSX.Element {
  const client = useWebhooksClient()
  const loading = useLoaded((signal) => client.list(signal), [client])
  return (
    <>
      <header>
        <h1>Webhooks</h1>
        <a class="button primary" href={`${WEBHOOKS}/add`}>
          Add a webhook
        </a>
      </header>
      <Shown loading={loading} right={TO_MANAGE}>
        {(webhooks) => (webhooks.length === 0 ? <None /> : <Rows webhooks={webhooks} />)}
      </Shown>
    </>
  )
}

function None(): JSX.Element {
  const { origin } = usePage()
  return (
    <>
      <p class="lead">Nobody is told of events yet.</p>
      <p class="quiet">
        A webhook is an address of yours that is told what happens: an SMS was delivered, a push failed, a token is
        dead. <a href="/docs/webhooks.md">How it works</a>.
      </p>
      <Command
        title="Or from a terminal"
        text={`curl ${origin}/webhooks \\\n  -H 'content-type: application/json' \\\n  -d '${JSON.stringify(EXAMPLE)}'`}
      />
    </>
  )
}

function Rows({ webhooks }: { readonly webhooks: readonly Webhook[] }): JSX.Element {
  const { now } = usePage()
  return (
    <ul class="rows">
      {webhooks.map((webhook) => (
        <li key={webhook.id}>
          <a class="webhook" href={`${WEBHOOKS}/${webhook.id}`}>
            <span class="mono url">{webhook.url}</span>
            <Badge look={standingOf(webhook, now()).look} />
            <span class="quiet">
              {webhook.description !== '' && `${webhook.description} · `}
              {eventsOf(webhook)}
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}
