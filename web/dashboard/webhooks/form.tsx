import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Act } from '../act.tsx'
import type { WebhookInput } from './client.ts'
import { Field } from '../field.tsx'
import { wordsIn } from './words.ts'

interface WebhookFormProps {
  readonly act: Act
  readonly initial: WebhookInput
  readonly label: string
  readonly busy: string
  readonly onSubmit: (input: WebhookInput) => void
  /** What leads away from it. */
  readonly children: ComponentChildren
}

/** What is said of a webhook when it is made, and when it is changed. */
export function WebhookForm({ act, initial, label, busy, onSubmit, children }: WebhookFormProps): JSX.Element {
  const [url, setUrl] = useState(initial.url)
  const [description, setDescription] = useState(initial.description)
  const [types, setTypes] = useState(initial.types.join(', '))
  const [isFull, setFull] = useState(initial.payload === 'full')
  const submit = (event: Event): void => {
    event.preventDefault()
    const payload = isFull ? 'full' : 'thin'
    onSubmit({ url: url.trim(), description: description.trim(), types: wordsIn(types), payload })
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
          {act.busy === null ? label : busy}
        </button>
        {children}
      </div>
    </form>
  )
}
