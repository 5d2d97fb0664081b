import type { JSX } from 'preact'
import { At, Badge } from '../parts.tsx'
import type { WebhookAttempt } from './client.ts'
import { attemptLook, tookOf } from './words.ts'

/** One try, and how its answer began: a stranger's text, never anything else. */
export function AttemptView({ attempt }: { readonly attempt: WebhookAttempt }): JSX.Element {
  const { answer } = attempt
  return (
    <div class="attempt">
      <p>
        <Badge look={attemptLook(attempt)} /> after {tookOf(attempt)} · <At at={attempt.started_at} />
      </p>
      {answer !== null && answer !== '' && (
        <pre tabIndex={0} aria-label="How the answer began">
          {answer}
        </pre>
      )}
    </div>
  )
}
