import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Nobody writes it by mistake. */
const WORD = 'remove'

/** Removes a webhook, once the word was written: nothing brings it back. */
export function Remove({ isBusy, onRemove }: { readonly isBusy: boolean; readonly onRemove: () => void }): JSX.Element {
  const [isAsked, setAsked] = useState(false)
  const [word, setWord] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const wasAsked = useRef(false)
  useLayoutEffect(() => {
    if (isAsked) field.current?.focus()
    else if (wasAsked.current) button.current?.focus()
    wasAsked.current = isAsked
  }, [isAsked])
  const keep = (): void => {
    setAsked(false)
    setWord('')
  }
  if (!isAsked) {
    return (
      <button ref={button} type="button" class="button danger" disabled={isBusy} onClick={() => setAsked(true)}>
        Remove…
      </button>
    )
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    if (word.trim() === WORD) onRemove()
  }
  return (
    <form class="remove" onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && keep()}>
      <label for="word">
        This removes the webhook, its secret, and what was to be sent there. Write <b>{WORD}</b> if that is meant.
      </label>
      <div class="buttons">
        <input
          id="word"
          ref={field}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={word}
          onInput={(event) => setWord(event.currentTarget.value)}
        />
        <button type="submit" class="button danger" disabled={isBusy || word.trim() !== WORD}>
          Remove
        </button>
        <button type="button" class="button" onClick={keep}>
          Keep
        </button>
      </div>
    </form>
  )
}
