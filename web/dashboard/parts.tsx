import { useEffect, useState } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { usePage } from './page.ts'
import { whenOf } from './inbox/format.ts'
import type { Look, Shape } from './inbox/words.ts'

/** For this long a button says that it has done what it was pressed for. */
const SAID_MS = 1_600

/** A button that copies a text, and says so. */
export function CopyButton(props: {
  readonly text: string
  readonly label: string
  readonly className?: string
  readonly children: ComponentChildren
}): JSX.Element {
  const { text, label, className = 'button', children } = props
  const [said, copy] = useCopy(text)
  return (
    <button type="button" class={className} aria-label={said ?? label} data-said={said !== null} onClick={copy}>
      {said ?? children}
    </button>
  )
}

/** What to say after copying, or null, and the function that copies. */
export function useCopy(text: string): readonly [string | null, () => void] {
  const page = usePage()
  const [said, setSaid] = useState<string | null>(null)
  useEffect(() => {
    if (said === null) return undefined
    const timer = setTimeout(() => setSaid(null), SAID_MS)
    return () => clearTimeout(timer)
  }, [said])
  const copy = (): void => void page.copy(text).then((done) => setSaid(done ? 'Copied' : 'Not copied'))
  return [said, copy]
}

/** A line for the terminal below its title, with a button. It wraps for the eye only. */
export function Command({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  return (
    <section class="command">
      <h3>{title}</h3>
      <CopyButton text={text} label={`Copy: ${title}`} className="button small">
        Copy
      </CopyButton>
      <pre>
        <code>{text}</code>
      </pre>
    </section>
  )
}

/** One line of a list of details. */
export function Detail({
  name,
  children,
}: {
  readonly name: string
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** Shape, word and colour of a status. */
export function Badge({ look, word }: { readonly look: Look; readonly word?: string }): JSX.Element {
  return (
    <span class="badge" data-tone={look.tone}>
      <ShapeOf shape={look.shape} />
      {word ?? look.word}
    </span>
  )
}

const SHAPES: Readonly<Record<Shape, JSX.Element>> = {
  frame: <rect x="1.75" y="1.75" width="8.5" height="8.5" rx="1" class="line" />,
  clock: <path d="M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM6 3.4V6l1.8 1.2" class="line" />,
  quarter: (
    <>
      <circle cx="6" cy="6" r="4.5" class="line" />
      <path d="M6 6V1.5A4.5 4.5 0 0 1 10.5 6Z" class="full" />
    </>
  ),
  half: (
    <>
      <circle cx="6" cy="6" r="4.5" class="line" />
      <path d="M6 1.5a4.5 4.5 0 0 1 0 9Z" class="full" />
    </>
  ),
  check: <path d="m1.8 6.6 2.7 2.7 5.7-6.6" class="line strong" />,
  target: (
    <>
      <circle cx="6" cy="6" r="4.5" class="line" />
      <circle cx="6" cy="6" r="2" class="full" />
    </>
  ),
  dashed: <circle cx="6" cy="6" r="4.5" class="line" stroke-dasharray="2.4 1.6" />,
  square: <rect x="2" y="2" width="8" height="8" rx="1" class="full" />,
  dash: <path d="M2 6h8" class="line strong" />,
}

function ShapeOf({ shape }: { readonly shape: Shape }): JSX.Element {
  return (
    <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  )
}

/** A moment: the time alone today, the day otherwise; all of it, in UTC, for who points at it. */
export function At({ at }: { readonly at: string }): JSX.Element {
  const { now } = usePage()
  return (
    <time dateTime={at} title={at}>
      {whenOf(at, now())}
    </time>
  )
}
