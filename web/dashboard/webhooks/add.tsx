import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Outcome, useAct } from '../act.tsx'
import { WEBHOOKS } from './address.ts'
import type { Made, WebhookInput } from './client.ts'
import { WebhookForm } from './form.tsx'
import { Secret, useWebhooksClient } from './parts.tsx'

export function Add(): JSX.Element {
  const [made, setMade] = useState<Made | null>(null)
  return (
    <>
      <p class="up">
        <a href={WEBHOOKS}>Webhooks</a>
      </p>
      <h1>{made === null ? 'Add a webhook' : 'The webhook was made'}</h1>
      {made === null ? <Form onMade={setMade} /> : <Done made={made} />}
    </>
  )
}

function Done({ made: { secret, data } }: { readonly made: Made }): JSX.Element {
  return (
    <Secret secret={secret}>
      <p>
        <a class="button primary" href={`${WEBHOOKS}/${data.id}`}>
          I have kept it
        </a>
      </p>
    </Secret>
  )
}

const NOTHING: WebhookInput = { url: '', description: '', types: [], payload: 'thin' }

function Form({ onMade }: { readonly onMade: (made: Made) => void }): JSX.Element {
  const client = useWebhooksClient()
  const act = useAct()
  const add = (input: WebhookInput): void =>
    act.run('add', async () => {
      onMade(await client.create(input))
      return null
    })
  return (
    <>
      <WebhookForm act={act} initial={NOTHING} label="Add" busy="Adding …" onSubmit={add}>
        <a class="button" href={WEBHOOKS}>
          Cancel
        </a>
      </WebhookForm>
      <Outcome act={act} />
    </>
  )
}
