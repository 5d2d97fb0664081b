import type { JSX } from 'preact'
import type { Act } from '../act.tsx'
import type { Webhook, WebhookInput } from './client.ts'
import { WebhookForm } from './form.tsx'
import { useWebhooksClient } from './parts.tsx'

interface ChangeProps {
  readonly webhook: Webhook
  readonly act: Act
  readonly onChange: (webhook: Webhook) => void
  readonly onClose: () => void
}

/** Its secret, and what waits for it, stay. */
export function Change({ webhook, act, onChange, onClose }: ChangeProps): JSX.Element {
  const client = useWebhooksClient()
  const { id, url, description, payload } = webhook
  const types = webhook.types.filter((type) => type !== '*')
  const initial = { url, description, types, payload }
  const change = (input: WebhookInput): void =>
    act.run('change', async () => {
      onChange(await client.change(id, input))
      onClose()
      return 'It was changed. Its secret is the one it was.'
    })
  return (
    <WebhookForm act={act} initial={initial} label="Change" busy="Changing …" onSubmit={change}>
      <button type="button" class="button" onClick={onClose}>
        Cancel
      </button>
    </WebhookForm>
  )
}
