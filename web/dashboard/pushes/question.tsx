import { useLayoutEffect, useRef } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { Command } from '../parts.tsx'

interface QuestionProps {
  readonly question: string
  /** What the button that does it says. */
  readonly name: string
  readonly isDanger?: boolean
  readonly isReady: boolean
  /** The same for the terminal. */
  readonly line: string
  readonly onYes: () => void
  readonly onKeep: () => void
  /** What is to be known or chosen before. */
  readonly children?: ComponentChildren
}

/** Asks once more, in place. The button that calls it off stands where the first press was, and has the focus; so does Escape. */
export function Question(props: QuestionProps): JSX.Element {
  const { question, name, isDanger = false, isReady, line, onYes, onKeep, children } = props
  const keep = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => keep.current?.focus(), [])
  return (
    <div
      class="question"
      role="group"
      aria-label={question}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onKeep()
      }}
    >
      <div class="buttons">
        <button ref={keep} type="button" class="button" onClick={onKeep}>
          Not now
        </button>
        <span>{question}</span>
        <button type="button" class={isDanger ? 'button danger' : 'button primary'} disabled={!isReady} onClick={onYes}>
          {name}
        </button>
      </div>
      {children}
      <Command title={`${name}, as curl`} text={line} />
    </div>
  )
}
