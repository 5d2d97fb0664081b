import { useMemo, useState } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { whyOf } from '../call.ts'
import { whenOf } from '../inbox/format.ts'
import type { Loading } from '../loaded.ts'
import { usePage } from '../page.ts'
import { CopyButton } from '../parts.tsx'
import { createWebhooksClient, type WebhooksClient } from './client.ts'

export function useWebhooksClient(): WebhooksClient {
  const { session } = usePage()
  return useMemo(() => createWebhooksClient(session.fetch), [session])
}

/** What was asked for, or that it is asked for, or why it is not there. */
export function Shown<T>(props: {
  readonly loading: Loading<T>
  readonly children: (value: T) => ComponentChildren
}): JSX.Element {
  const { state, again } = props.loading
  if (state.kind === 'there') return <>{props.children(state.value)}</>
  if (state.kind === 'loading') {
    return (
      <p class="quiet" role="status">
        Loading …
      </p>
    )
  }
  return (
    <div class="unavailable" role="alert">
      <p class="lead">{titleOf(state.status)}</p>
      <p>{state.why}</p>
      {state.status === 403 ? (
        <p>
          What a key may do stands in <a href="/docs/keys.md">its scopes</a>; this page needs{' '}
          <code>webhooks:write</code>.
        </p>
      ) : (
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  )
}

function titleOf(status: number | null): string {
  if (status === 403) return 'You may not manage webhooks.'
  return status === 404 ? 'This is not there, or not any more.' : 'This could not be read.'
}

/** One thing after another that a person does here. */
export interface Act {
  /** What is being done; null: nothing. */
  readonly busy: string | null
  /** What to say of the last one. */
  readonly said: string | null
  readonly refusal: string | null
  /** `work` resolves with what to say of it; null: nothing. */
  readonly run: (name: string, work: () => Promise<string | null>) => void
}

export function useAct(): Act {
  const [busy, setBusy] = useState<string | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const run = (name: string, work: () => Promise<string | null>): void => {
    setBusy(name)
    setSaid(null)
    setRefusal(null)
    work()
      .then(setSaid)
      .catch((error: unknown) => setRefusal(whyOf(error)))
      .finally(() => setBusy(null))
  }
  return { busy, said, refusal, run }
}

/** What came of it. */
export function Outcome({ act: { said, refusal } }: { readonly act: Act }): JSX.Element {
  return (
    <>
      <p class="outcome" role="status">
        {said}
      </p>
      {refusal !== null && (
        <p class="problem" role="alert">
          {refusal}
        </p>
      )}
    </>
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

/** What a webhook's calls are signed with, this once. */
export function Secret({
  secret,
  children,
}: {
  readonly secret: string
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <section class="secret" aria-labelledby="secret-title">
      <h2 id="secret-title">Keep this secret now: it is never shown again</h2>
      <p>
        Your receiver checks with it that a call is ours; <a href="/docs/webhooks.md">how</a> stands in the
        documentation.
      </p>
      <p class="secret-line">
        <code>{secret}</code>
        <CopyButton text={secret} label="Copy the secret" className="button small">
          Copy
        </CopyButton>
      </p>
      {children}
    </section>
  )
}
