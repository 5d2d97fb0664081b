import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Outcome, useAct } from '../act.tsx'
import type { Listed } from '../call.ts'
import { useLoaded, type Loaded } from '../loaded.ts'
import { usePage } from '../page.ts'
import { Shown } from '../shown.tsx'
import type { WebhookDelivery } from './client.ts'
import { DeliveryRow } from './delivery-row.tsx'
import { TO_MANAGE, useWebhooksClient } from './parts.tsx'
import { Replay } from './replay.tsx'

type Filter = WebhookDelivery['status'] | null

const FILTERS: readonly (readonly [Filter, string])[] = [
  [null, 'All'],
  ['queued', 'Waiting'],
  ['failed', 'Given up'],
  ['delivered', 'Taken'],
]

/** Pages of deliveries that were asked for, as one. */
interface Deliveries extends Listed<WebhookDelivery> {
  readonly isFirstPage: boolean
}

/** Events on their way to one webhook. `round` changes when there may be others. */
export function Deliveries(props: {
  readonly id: number
  readonly round: number
  readonly onDone: () => void
}): JSX.Element {
  const { id, round, onDone } = props
  const client = useWebhooksClient()
  const [filter, setFilter] = useState<Filter>(null)
  const loading = useLoaded(
    async (signal): Promise<Deliveries> => ({
      ...(await client.deliveries(id, filter, null, signal)),
      isFirstPage: true,
    }),
    [client, id, filter],
  )
  useEffect(() => {
    if (round > 0) loading.refresh()
  }, [round])
  useWatch(loading.state, onDone)
  const chosen = useRef(filter)
  chosen.current = filter
  return (
    <section aria-labelledby="deliveries-title">
      <div class="section-head">
        <h2 id="deliveries-title">Deliveries</h2>
        <button type="button" class="button small" onClick={onDone}>
          Look again
        </button>
      </div>
      <Filters filter={filter} onChange={setFilter} />
      <Shown loading={loading} right={TO_MANAGE}>
        {(deliveries) => (
          <Rows
            id={id}
            filter={filter}
            deliveries={deliveries}
            onChange={(changed) => {
              // Asked for under another filter, it comes too late.
              if (chosen.current === filter) loading.put(changed)
            }}
          />
        )}
      </Shown>
      <Replay id={id} onDone={onDone} />
    </section>
  )
}

/** Between two looks, while something is due or under way, and while all that waits is due later. */
const WATCH_MS = { least: 4_000, most: 60_000 }

/** While something waits, looks again about when it is due; not where a person has gone further back. */
function useWatch(state: Loaded<Deliveries>, look: () => void): void {
  const { now } = usePage()
  useEffect(() => {
    if (state.kind !== 'there' || !state.value.isFirstPage) return undefined
    const waits = state.value.data
      .filter(({ status }) => status === 'queued')
      .map(({ next_attempt_at: at }) => (at === null ? 0 : Date.parse(at) - now().getTime()))
      // Overdue for long: it waits for somebody to enable the webhook.
      .map((ms) => (ms < -WATCH_MS.most ? WATCH_MS.most : ms))
    if (waits.length === 0) return undefined
    const timer = setTimeout(look, Math.min(Math.max(Math.min(...waits), WATCH_MS.least), WATCH_MS.most))
    return () => clearTimeout(timer)
  }, [state])
}

function Filters({
  filter,
  onChange,
}: {
  readonly filter: Filter
  readonly onChange: (to: Filter) => void
}): JSX.Element {
  return (
    <fieldset class="choice">
      <legend class="unseen">Which deliveries</legend>
      {FILTERS.map(([value, name]) => (
        <label key={name}>
          <input type="radio" name="filter" checked={filter === value} onChange={() => onChange(value)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  )
}

function Rows(props: {
  readonly id: number
  readonly filter: Filter
  readonly deliveries: Deliveries
  readonly onChange: (deliveries: Deliveries) => void
}): JSX.Element {
  const { id, filter, deliveries, onChange } = props
  const client = useWebhooksClient()
  const act = useAct()
  const { data, next } = deliveries
  if (data.length === 0) {
    return <p class="quiet">{filter === null ? 'Nothing was to be sent there yet.' : 'There are none of these.'}</p>
  }
  const more = (): void =>
    act.run('more', async () => {
      const page = await client.deliveries(id, filter, next)
      onChange({ data: [...data, ...page.data], next: page.next, isFirstPage: false })
      return null
    })
  // Where it stands: another look would begin at the first page.
  const replace = (fresh: WebhookDelivery): void =>
    onChange({ ...deliveries, data: data.map((one) => (one.id === fresh.id ? fresh : one)) })
  return (
    <>
      <ul class="rows">
        {data.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} onDone={replace} />
        ))}
      </ul>
      {next !== null && (
        <button type="button" class="button more" disabled={act.busy !== null} onClick={more}>
          {act.busy === null ? 'Older ones' : 'Loading …'}
        </button>
      )}
      <Outcome act={act} />
    </>
  )
}
