import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { copyText } from '../dashboard/clipboard.ts'

/** A text in which what stands between backticks is code. */
export function Prose({ text }: { readonly text: string }) {
  return <>{text.split('`').map((piece, index) => (index % 2 === 1 ? <code key={index}>{piece}</code> : piece))}</>
}

/** How long a button says that it has copied. */
const COPIED_MS = 2_000

/** Copies a text, and says so. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [said, setSaid] = useState('Copy')
  const say = (word: string): void => {
    setSaid(word)
    setTimeout(() => setSaid('Copy'), COPIED_MS)
  }
  const copy = (): void => {
    void copyText(text).then((done) => say(done ? 'Copied' : 'Not copied'))
  }
  return (
    <button type="button" class="button small" onClick={copy}>
      <span aria-live="polite">{said}</span> <span class="unseen">{label}</span>
    </button>
  )
}

/** Something to copy: what it is, and itself below. */
export function Copyable(props: {
  readonly title: string
  readonly label: string
  readonly text: string
  readonly children?: ComponentChildren
}) {
  return (
    <div class="copyable">
      <div class="copyable-top">
        <h2>{props.title}</h2>
        <CopyButton text={props.text} label={props.label} />
      </div>
      {/* It scrolls, so it can be reached by keyboard. */}
      <pre tabIndex={0} aria-label={props.label}>
        {props.text}
      </pre>
      {props.children}
    </div>
  )
}
