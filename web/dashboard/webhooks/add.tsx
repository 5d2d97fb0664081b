import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { WEBHOOKS } from './address.ts'
import type { Made } from './client.ts'
import { Outcome, Secret, useAct, useWebhooksClient } from './parts.tsx'
import { wordsIn } from './words.ts'

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

function Form({ onMade }: { readonly onMade: (made: Made) => void }): JSX.Element {
  const client = useWebhooksClient()
  const act = useAct()
  const [url, setUrl] = useState('')
  const [description, setDescription] = useState('')
  const [types, setTypes] = useState('')
  const [isFull, setFull] = useState(false)
  const submit = (event: Event): void => {
    event.preventDefault()
    act.run('add', async () => {
      const payload = isFull ? 'full' : 'thin'
      onMade(await client.create({ url: url.trim(), description: description.trim(), types: wordsIn(types), payload }))
      return null
    })
  }
  return (
    <form class="fields" onSubmit={submit}>
      <Field
        name="url"
        label="Address"
        value={url}
        onInput={setUrl}
        isRequired
        placeholder="https://hooks.example.com/tidings"
      >
        Public, and https, unless <a href="/docs/configuration.md#webhooks">the configuration</a> allows more.
      </Field>
      <Field name="types" label="Events" value={types} onInput={setTypes} placeholder="sms.delivered, sms.failed">
        With commas between. Empty: all of them. <a href="/docs/events.md">What there is</a>.
      </Field>
      <Field name="description" label="What it is for" value={description} onInput={setDescription}>
        For people; as you like.
      </Field>
      <label class="check">
        <input type="checkbox" checked={isFull} onChange={(event) => setFull(event.currentTarget.checked)} />
        Also tell numbers, tokens and texts
      </label>
      <div class="buttons">
        <button type="submit" class="button primary" disabled={act.busy !== null}>
          {act.busy === null ? 'Add' : 'Adding …'}
        </button>
        <a class="button" href={WEBHOOKS}>
          Cancel
        </a>
      </div>
      <Outcome act={act} />
    </form>
  )
}

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly isRequired?: boolean
  readonly placeholder?: string
  readonly children: JSX.Element | string | (JSX.Element | string)[]
}

function Field({
  name,
  label,
  value,
  onInput,
  isRequired = false,
  placeholder = '',
  children,
}: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        autocomplete="off"
        spellcheck={false}
        required={isRequired}
        placeholder={placeholder}
        aria-describedby={`${name}-help`}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <p class="help" id={`${name}-help`}>
        {children}
      </p>
    </div>
  )
}
