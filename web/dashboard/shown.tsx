import type { ComponentChildren, JSX } from 'preact'
import type { Loading } from './loaded.ts'

/** What the key of whoever signed in must allow for a page. */
export interface Right {
  /** `manage webhooks` */
  readonly deed: string
  /** `webhooks:write` */
  readonly scope: string
}

/** What the pages of messages need. */
export const TO_READ: Right = { deed: 'read messages', scope: 'messages:read' }

/** What was asked for, or that it is asked for, or why it is not there. */
export function Shown<T>(props: {
  readonly loading: Loading<T>
  readonly right: Right
  readonly children: (value: T) => ComponentChildren
}): JSX.Element {
  const { loading, right, children } = props
  const { state, again } = loading
  if (state.kind === 'there') return <>{children(state.value)}</>
  if (state.kind === 'loading') {
    return (
      <p class="quiet" role="status">
        Loading …
      </p>
    )
  }
  return (
    <div class="unavailable" role="alert">
      <p class="lead">{titleOf(state.status, right)}</p>
      <p>{state.why}</p>
      {state.status === 403 ? (
        <p>
          What a key may do stands in <a href="/docs/keys.md">its scopes</a>; this page needs <code>{right.scope}</code>
          .
        </p>
      ) : (
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  )
}

function titleOf(status: number | null, { deed }: Right): string {
  if (status === 403) return `You may not ${deed}.`
  return status === 404 ? 'This is not there, or not any more.' : 'This could not be read.'
}
