import { useMemo } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { usePage } from '../page.ts'
import { CopyButton } from '../parts.tsx'
import type { Right } from '../shown.tsx'
import { createWebhooksClient, type WebhooksClient } from './client.ts'

export function useWebhooksClient(): WebhooksClient {
  const { session } = usePage()
  return useMemo(() => createWebhooksClient(session.fetch), [session])
}

/** What the page needs. */
export const TO_MANAGE: Right = { deed: 'manage webhooks', scope: 'webhooks:write' }

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
