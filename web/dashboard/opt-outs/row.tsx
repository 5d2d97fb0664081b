import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { spaced } from '../inbox/format.ts'
import { addressOfPerson } from '../messages/address.ts'
import { At } from '../parts.tsx'
import type { OptOut } from './client.ts'
import { groupOf, sourceOf } from './words.ts'

interface RowProps {
  readonly optOut: OptOut
  readonly isBusy: boolean
  readonly onRemove: (contact: string) => void
}

/** Somebody who wants no more, and the way back. */
export function Row({ optOut, isBusy, onRemove }: RowProps): JSX.Element {
  const { contact, since } = optOut
  const group = groupOf(optOut)
  return (
    <li class="opt-out">
      <Who contact={contact} />
      <span class="quiet">
        {sourceOf(optOut)}
        {group !== null && ` · ${group}`}
      </span>
      <At at={since} />
      {contact !== null && <End contact={contact} isBusy={isBusy} onEnd={() => onRemove(contact)} />}
    </li>
  )
}

function Who({ contact }: { readonly contact: string | null }): JSX.Element {
  if (contact === null) return <span>A person who was erased</span>
  return (
    <a class="mono" href={addressOfPerson(contact)}>
      <bdi>{spaced(contact)}</bdi>
    </a>
  )
}

interface EndProps {
  readonly contact: string
  readonly isBusy: boolean
  readonly onEnd: () => void
}

/** Ends an opt-out after a second press: nobody asks the person. Escape takes it back. */
function End({ contact, isBusy, onEnd }: EndProps): JSX.Element {
  const [isAsked, setAsked] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const wasAsked = useRef(false)
  useLayoutEffect(() => {
    if (isAsked !== wasAsked.current) button.current?.focus()
    wasAsked.current = isAsked
  }, [isAsked])
  const number = spaced(contact)
  if (!isAsked) {
    return (
      <button
        key="ask"
        ref={button}
        type="button"
        class="button small"
        aria-label={`End the opt-out of ${number}…`}
        onClick={() => setAsked(true)}
      >
        End…
      </button>
    )
  }
  return (
    <div class="question" role="group" aria-label={`End the opt-out of ${number}?`} onKeyDown={escapeTo(setAsked)}>
      <p>
        Messages go to <bdi class="mono">{number}</bdi> again then. Only where the person wants them.
      </p>
      <div class="buttons">
        <button key="keep" ref={button} type="button" class="button small" onClick={() => setAsked(false)}>
          Keep
        </button>
        <button type="button" class="button small danger" disabled={isBusy} onClick={onEnd}>
          End the opt-out
        </button>
      </div>
    </div>
  )
}

function escapeTo(setAsked: (isAsked: boolean) => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key === 'Escape') setAsked(false)
  }
}
