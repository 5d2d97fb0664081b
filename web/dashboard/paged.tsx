import { useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import type { Inputs } from 'preact/hooks'
import { Outcome, useAct, type Act } from './act.tsx'
import type { Listed } from './call.ts'
import { useLoaded, type Loading } from './loaded.ts'

/** Pages of a list that were asked for, as one. */
export interface Pages<T> extends Listed<T> {
  /** Whether nothing older than the first page was asked for. */
  readonly isFirst: boolean
}

/** A list that is read page by page, newest first. */
export interface Paging<T> {
  readonly loading: Loading<Pages<T>>
  readonly act: Act
  /** Adds the next page to those that are there. */
  readonly more: () => void
}

/** Begins anew whenever one of `inputs` changes. */
export function usePaged<T>(
  load: (cursor: string | null, signal: AbortSignal | null) => Promise<Listed<T>>,
  inputs: Inputs,
): Paging<T> {
  const loading = useLoaded(
    async (signal): Promise<Pages<T>> => ({ ...(await load(null, signal)), isFirst: true }),
    inputs,
  )
  const act = useAct()
  const shown = useRef(loading.state)
  shown.current = loading.state
  const more = (): void => {
    const { state } = loading
    if (state.kind !== 'there') return
    const { value } = state
    // A fresh first page that is on its way would take the place of what is asked for.
    loading.put(value)
    act.run('more', async () => {
      const { data, next } = await load(value.next, null)
      const now = shown.current
      // What was asked for under another question comes too late.
      if (now.kind === 'there' && now.value === value)
        loading.put({ data: [...value.data, ...data], next, isFirst: false })
      return null
    })
  }
  return { loading, act, more }
}

/** The way to what is older; `word`: as the button says where the list is in another order. */
export function Older<T>({
  paging,
  word = 'Older ones',
}: {
  readonly paging: Paging<T>
  readonly word?: string
}): JSX.Element {
  const { loading, act, more } = paging
  const hasMore = loading.state.kind === 'there' && loading.state.value.next !== null
  return (
    <>
      {hasMore && (
        <button type="button" class="button more" disabled={act.busy !== null} onClick={more}>
          {act.busy === null ? word : 'Loading …'}
        </button>
      )}
      <Outcome act={act} />
    </>
  )
}
