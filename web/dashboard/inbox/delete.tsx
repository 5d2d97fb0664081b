import { useEffect, useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import { threadOf, type Item } from './item.ts'
import { useAddress } from './use-address.ts'

/** Deletes a recipient's messages, or all of them (null), after a second press: nothing brings them back. */
export function Delete({ thread }: { readonly thread: Item | null }): JSX.Element {
  const { inbox } = usePage()
  const [, go] = useAddress()
  const [asked, setAsked] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const keep = useRef<HTMLButtonElement>(null)
  const key = thread === null ? null : threadOf(thread)
  useEffect(() => setAsked(false), [key])
  useEffect(() => {
    if (asked) keep.current?.focus()
  }, [asked])
  const remove = (): void => {
    setRefusal(null)
    inbox
      .remove(key)
      .then(() => go({ thread: null, item: null }, true))
      .catch((error: unknown) => setRefusal(error instanceof Error ? error.message : 'The service does not answer'))
      .finally(() => setAsked(false))
  }
  if (!asked) {
    return (
      <span class="delete">
        <button type="button" class="button small quiet" onClick={() => setAsked(true)}>
          {key === null ? 'Delete all…' : 'Delete…'}
        </button>
        {refusal !== null && <span role="alert">{refusal}</span>}
      </span>
    )
  }
  return (
    <span class="delete" role="group" aria-label="Delete for good?">
      <button ref={keep} type="button" class="button small" onClick={() => setAsked(false)}>
        Keep
      </button>
      <button type="button" class="button small danger" onClick={remove}>
        {key === null ? 'Delete all' : 'Delete'}
      </button>
    </span>
  )
}
