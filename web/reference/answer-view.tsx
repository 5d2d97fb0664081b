import type { JSX } from 'preact'
import { Case } from '../look/phone-case.tsx'
import type { Answered, Attempt } from './attempt.ts'
import { previewOf } from './preview.ts'

/** What came back, and what a phone would show of it. */
export function AnswerView({ attempt }: { readonly attempt: Attempt }): JSX.Element {
  return (
    <div class="answer">
      <p role="status">{said(attempt)}</p>
      {attempt.kind === 'answered' && <Whole answered={attempt} />}
    </div>
  )
}

function said(attempt: Attempt): string {
  switch (attempt.kind) {
    case 'none':
      return ''
    case 'under way':
      return 'Waiting for the answer …'
    case 'failed':
      return attempt.why
    case 'answered':
      return `Answered ${attempt.status} after ${attempt.tookMs.toLocaleString('en')} ms${attempt.isOpen ? '; more may come' : ''}`
  }
}

function Whole({ answered }: { readonly answered: Answered }): JSX.Element {
  const { status, headers, body, isCut } = answered
  return (
    <>
      <p class="status" data-tone={status < 400 ? 'ok' : 'fail'}>
        <span class="badge">{status < 400 ? `${status} taken` : `${status} refused`}</span>
      </p>
      <pre class="body" tabIndex={0} role="region" aria-label="Body of the answer">
        <code>{body === '' ? '(no body)' : body}</code>
      </pre>
      {isCut && <p class="help">The rest was not read.</p>}
      <details>
        <summary>{headers.length} headers</summary>
        <pre tabIndex={0} role="region" aria-label="Headers of the answer">
          <code>{headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</code>
        </pre>
      </details>
      {status === 200 && <Preview answered={answered} />}
    </>
  )
}

/** What the recipient would have before him. */
function Preview({ answered }: { readonly answered: Answered }): JSX.Element | null {
  const seen = previewOf(answered.sent)
  if (seen === null) return null
  return (
    <section class="preview" aria-label="On the phone">
      <Case time="9:41">
        {seen.kind === 'sms' ? (
          <div class="screen">
            <div class="bubble">
              <p class="text" dir="auto">
                {seen.text}
              </p>
            </div>
          </div>
        ) : (
          <div class="screen locked">
            <div class="banner">
              <div class="banner-head">
                <span class="app" aria-hidden="true" />
                <span class="app-name">Your app</span>
                <span>now</span>
              </div>
              <p class="banner-title" dir="auto">
                {seen.title}
              </p>
              <p class="text" dir="auto">
                {seen.text}
              </p>
            </div>
          </div>
        )}
      </Case>
    </section>
  )
}
