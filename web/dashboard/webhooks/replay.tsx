import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Outcome, useAct } from '../act.tsx'
import { usePage } from '../page.ts'
import { useWebhooksClient } from './parts.tsx'
import { replayedOf, toField } from './words.ts'

const DAY_MS = 86_400_000

/** Everything since a time, once more. */
export function Replay({ id, onDone }: { readonly id: number; readonly onDone: () => void }): JSX.Element {
  const { now } = usePage()
  const client = useWebhooksClient()
  const act = useAct()
  const [since, setSince] = useState(() => toField(new Date(now().getTime() - DAY_MS)))
  const [onlyFailed, setOnlyFailed] = useState(true)
  const submit = (event: Event): void => {
    event.preventDefault()
    act.run('replay', async () => {
      const queued = await client.replay(id, new Date(since), onlyFailed)
      onDone()
      return replayedOf(queued)
    })
  }
  return (
    <form class="replay" onSubmit={submit}>
      <h3>Deliver again everything since</h3>
      <div class="buttons">
        <input
          type="datetime-local"
          aria-label="Since"
          required
          value={since}
          onInput={(event) => setSince(event.currentTarget.value)}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={onlyFailed}
            onChange={(event) => setOnlyFailed(event.currentTarget.checked)}
          />
          Only what was given up
        </label>
        <button type="submit" class="button" disabled={act.busy !== null}>
          {act.busy === null ? 'Deliver again' : 'Asking …'}
        </button>
      </div>
      <Outcome act={act} />
    </form>
  )
}
