import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Listed } from '../call.ts'
import { useLoaded, type Loading } from '../loaded.ts'
import type { WebhookDelivery } from './client.ts'
import { DeliveryRow } from './delivery-row.tsx'
import { Outcome, Shown, useAct, useWebhooksClient } from './parts.tsx'
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
  useWatch(loading)
  return (
    <section aria-labelledby="deliveries-title">
      <div class="section-head">
        <h2 id="deliveries-title">Deliveries</h2>
        <button type="button" class="button small" onClick={loading.refresh}>
          Look again
        </button>
      </div>
      <Filters filter={filter} onChange={setFilter} />
      <Shown loading={loading}>
        {(deliveries) => <Rows id={id} filter={filter} deliveries={deliveries} onMore={loading.put} onDone={onDone} />}
      </Shown>
      <Replay id={id} onDone={onDone} />
    </section>
  )
}

const WATCH_MS = 4_000

/** While something waits, looks again; not where a person has gone further back. */
function useWatch({ state, refresh }: Loading<Deliveries>): void {
  const isBusy =
    state.kind === 'there' && state.value.isFirstPage && state.value.data.some(({ status }) => status === 'queued')
  useEffect(() => {
    if (!isBusy) return undefined
    const timer = setTimeout(refresh, WATCH_MS)
    return () => clearTimeout(timer)
  }, [isBusy, state])
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
  readonly onMore: (deliveries: Deliveries) => void
  readonly onDone: () => void
}): JSX.Element {
  const { id, filter, deliveries, onMore, onDone } = props
  const client = useWebhooksClient()
  const act = useAct()
  const { data, next } = deliveries
  if (data.length === 0) {
    return <p class="quiet">{filter === null ? 'Nothing was to be sent there yet.' : 'There are none of these.'}</p>
  }
  const more = (): void =>
    act.run('more', async () => {
      const page = await client.deliveries(id, filter, next)
      onMore({ data: [...data, ...page.data], next: page.next, isFirstPage: false })
      return null
    })
  return (
    <>
      <ul class="rows">
        {data.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} onDone={onDone} />
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
