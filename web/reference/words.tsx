import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useReference } from './page.ts'

/** A sentence of the document: what stands between backquotes is code. */
export function Words({ text }: { readonly text: string }): JSX.Element {
  return <>{text.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={index}>{part}</code>))}</>
}

/** For this long a button says that it has done what it was pressed for. */
const SAID_MS = 1_600

/** A button that copies a text, and says so. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const { copy } = useReference()
  const [said, setSaid] = useState<string | null>(null)
  useEffect(() => {
    if (said === null) return undefined
    const timer = setTimeout(() => setSaid(null), SAID_MS)
    return () => clearTimeout(timer)
  }, [said])
  const press = (): void => void copy(text).then((done) => setSaid(done ? 'Copied' : 'Not copied'))
  return (
    <button type="button" class="button small" aria-label={said ?? label} onClick={press}>
      {said ?? 'Copy'}
    </button>
  )
}
