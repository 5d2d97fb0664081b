import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Session } from './session.ts'
import './sign-in.css'

/** Instead of the page, until somebody has signed in. */
export function SignIn({ session }: { readonly session: Session }): JSX.Element {
  const [key, setKey] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const told = problem ?? session.problem.value

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setProblem(await session.signIn(key))
    setBusy(false)
  }

  return (
    <main class="sign-in" id="content">
      <h1>Tidings</h1>
      <p>This service sends real messages, so it asks who you are.</p>
      <form onSubmit={(event) => void submit(event)}>
        <label for="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          autocomplete="current-password"
          spellcheck={false}
          required
          placeholder="tidings_live_…"
          aria-describedby={told === null ? 'key-help' : 'key-problem key-help'}
          aria-invalid={told === null ? undefined : true}
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        {told !== null && (
          <p class="problem" id="key-problem" role="alert">
            {told}
          </p>
        )}
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      <p class="help" id="key-help">
        A key is shown once, when it is made. On the machine that runs the service, <code>npm run keys -- create</code>{' '}
        makes another. Half an hour without a click signs you out.
      </p>
    </main>
  )
}
