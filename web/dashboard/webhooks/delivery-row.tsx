import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Outcome, useAct } from '../act.tsx'
import { useLoaded } from '../loaded.ts'
import { usePage } from '../page.ts'
import { At, Badge } from '../parts.tsx'
import { Shown } from '../shown.tsx'
import { AttemptView } from './attempt-view.tsx'
import type { WebhookDelivery } from './client.ts'
import { TO_MANAGE, useWebhooksClient } from './parts.tsx'
import { deliveryLook, triesOf } from './words.ts'

interface DeliveryRowProps {
  readonly delivery: WebhookDelivery
  /** It is due again. */
  readonly onDone: (fresh: WebhookDelivery) => void
}

/** One event on its way; opened, every try. */
export function DeliveryRow({ delivery, onDone }: DeliveryRowProps): JSX.Element {
  const { now } = usePage()
  const [isOpen, setOpen] = useState(false)
  const { id, type, created_at: made } = delivery
  return (
    <li>
      <button
        type="button"
        class="delivery"
        aria-expanded={isOpen}
        aria-controls={`delivery-${id}`}
        onClick={() => setOpen(!isOpen)}
      >
        <Badge look={deliveryLook(delivery)} />
        <span class="mono">{type}</span>
        <span class="quiet">{triesOf(delivery, now())}</span>
        <At at={made} />
      </button>
      <div id={`delivery-${id}`} class="tries">
        {isOpen && <Tries delivery={delivery} onDone={onDone} />}
      </div>
    </li>
  )
}

function Tries({ delivery, onDone }: DeliveryRowProps): JSX.Element {
  const client = useWebhooksClient()
  const act = useAct()
  const { id, updated_at: changed, attempt_count: count } = delivery
  const loading = useLoaded((signal) => client.delivery(id, signal), [client, id])
  useEffect(() => {
    if (loading.state.kind === 'there') loading.refresh()
  }, [changed, count])
  const again = (): void =>
    act.run('again', async () => {
      const fresh = await client.redeliver(id)
      loading.put(fresh)
      onDone(fresh)
      return 'It is due again.'
    })
  return (
    <>
      <Shown loading={loading} right={TO_MANAGE}>
        {({ attempts }) =>
          attempts.length === 0 ? (
            <p class="quiet">It was not tried yet.</p>
          ) : (
            <ol>
              {attempts.map((attempt) => (
                <li key={attempt.number}>
                  <AttemptView attempt={attempt} />
                </li>
              ))}
            </ol>
          )
        }
      </Shown>
      <button type="button" class="button small" disabled={act.busy !== null} onClick={again}>
        {act.busy === null ? 'Deliver again' : 'Asking …'}
      </button>
      <Outcome act={act} />
    </>
  )
}
