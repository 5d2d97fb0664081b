import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { Outcome, useAct, type Act } from '../act.tsx'
import { WEBHOOKS } from './address.ts'
import type { Webhook, WebhookAttempt } from './client.ts'
import { AttemptView } from './attempt-view.tsx'
import { Secret, useWebhooksClient } from './parts.tsx'
import { Change } from './change.tsx'
import { Remove } from './remove.tsx'
import { testedOf } from './words.ts'

interface DeedsProps {
  readonly webhook: Webhook
  readonly onChange: (webhook: Webhook) => void
  /** It was called. */
  readonly onDone: () => void
}

/** What a person does with one webhook. */
export function Deeds({ webhook, onChange, onDone }: DeedsProps): JSX.Element {
  const client = useWebhooksClient()
  const { route } = useLocation()
  const act = useAct()
  const [secret, setSecret] = useState<string | null>(null)
  const [attempt, setAttempt] = useState<WebhookAttempt | null>(null)
  const [isChanging, setChanging] = useState(false)
  const { id, enabled } = webhook

  const test = (): void =>
    act.run('test', async () => {
      setAttempt(null)
      const came = await client.test(id)
      setAttempt(came)
      onDone()
      return testedOf(came)
    })
  const toggle = (): void =>
    act.run('toggle', async () => {
      onChange(await client.setEnabled(id, !enabled))
      return enabled ? 'It was disabled. Nothing is sent there.' : 'It was enabled. What was waiting goes on.'
    })
  const rotate = (): void =>
    act.run('rotate', async () => {
      const made = await client.rotate(id)
      setSecret(made.secret)
      onChange(made.data)
      return 'It has another secret. The one before signs as well for a day.'
    })
  const remove = (): void =>
    act.run('remove', async () => {
      await client.remove(id)
      route(WEBHOOKS, true)
      return null
    })

  return (
    <section class="deeds" aria-label="What can be done">
      <div class="buttons">
        <Deed act={act} name="test" label="Send a test event" busy="Sending …" onPress={test} isPrimary />
        <Deed act={act} name="open" label="Change…" busy="Change…" onPress={() => setChanging(true)} />
        <Deed act={act} name="toggle" label={enabled ? 'Disable' : 'Enable'} busy="Changing …" onPress={toggle} />
        <Deed act={act} name="rotate" label="Replace the secret" busy="Replacing …" onPress={rotate} />
        <Remove isBusy={act.busy !== null} onRemove={remove} />
      </div>
      {isChanging && <Change webhook={webhook} act={act} onChange={onChange} onClose={() => setChanging(false)} />}
      <Outcome act={act} />
      {attempt !== null && <AttemptView attempt={attempt} />}
      {secret !== null && (
        <Secret secret={secret}>
          <button type="button" class="button" onClick={() => setSecret(null)}>
            I have kept it
          </button>
        </Secret>
      )}
    </section>
  )
}

function Deed(props: {
  readonly act: Act
  readonly name: string
  readonly label: string
  readonly busy: string
  readonly onPress: () => void
  readonly isPrimary?: boolean
}): JSX.Element {
  const { act, name, label, busy, onPress, isPrimary = false } = props
  return (
    <button
      type="button"
      class={isPrimary ? 'button primary' : 'button'}
      disabled={act.busy !== null}
      onClick={onPress}
    >
      {act.busy === name ? busy : label}
    </button>
  )
}
