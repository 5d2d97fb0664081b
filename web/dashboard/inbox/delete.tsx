import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { whyOf } from '../call.ts'
import { usePage } from '../page.ts'
import { useAddress } from './use-address.ts'

/**
 * Deletes a recipient's messages, or all of them (null), after a second press elsewhere: nothing brings them back. `question` says
 * what would be gone.
 */
export function Delete(props: { readonly thread: string | null; readonly question: string }): JSX.Element {
  const { thread, question } = props
  const { inbox } = usePage()
  const [, go] = useAddress()
  const { isAsked, setAsked, button } = useQuestion(thread)
  const [refusal, setRefusal] = useState<string | null>(null)
  const remove = (): void => {
    setRefusal(null)
    inbox
      .remove(thread)
      .then(() => go({ thread: null, item: null }, true))
      .catch((error: unknown) => setRefusal(whyOf(error)))
      .finally(() => setAsked(false))
  }
  const name = thread === null ? 'Delete all' : 'Delete'
  if (!isAsked) {
    return (
      <span class="delete">
        <button key="ask" ref={button} type="button" class="button small quiet" onClick={() => setAsked(true)}>
          {name}…
        </button>
        {refusal !== null && <span role="alert">{refusal}</span>}
      </span>
    )
  }
  return (
    <span class="delete" role="group" aria-label={question}>
      <button key="keep" ref={button} type="button" class="button small" onClick={() => setAsked(false)}>
        Keep
      </button>
      <span class="delete-question">
        {question}
        <button type="button" class="button small danger" onClick={remove}>
          {name}
        </button>
      </span>
    </span>
  )
}

/** Whether it is asked; Escape takes it back. The focus stays on the button that stands in this place. */
function useQuestion(thread: string | null) {
  const [isAsked, setAsked] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const wasAsked = useRef(false)
  useEffect(() => setAsked(false), [thread])
  useLayoutEffect(() => {
    if (isAsked !== wasAsked.current) button.current?.focus()
    wasAsked.current = isAsked
    if (!isAsked) return undefined
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setAsked(false)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [isAsked])
  return { isAsked, setAsked, button }
}
