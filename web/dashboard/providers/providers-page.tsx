import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Check } from '../../../src/contract/health.ts'
import { usePage } from '../page.ts'
import { Badge } from '../parts.tsx'
import type { Look } from '../inbox/words.ts'
import { lookAgain, nameOf, sorted, summaryOf, type Looked } from './checks.ts'
import { Routes } from './routes.tsx'

/** Whether what messages leave through takes them, and what else of the service must be mended. */
export function ProvidersPage(): JSX.Element {
  const { session } = usePage()
  const [looked, setLooked] = useState<Looked>({ kind: 'looking' })
  const look = (): void => {
    setLooked({ kind: 'looking' })
    void lookAgain(session.fetch).then(setLooked)
  }
  useEffect(look, [])
  useEffect(() => {
    document.title = 'Providers · Tidings'
  }, [])
  return (
    <div class="providers">
      <header>
        <h1>Providers</h1>
        <button type="button" class="button small" disabled={looked.kind === 'looking'} onClick={look}>
          Look again
        </button>
      </header>
      <p class="state" role="status">
        {saidOf(looked)}
      </p>
      {looked.kind === 'seen' && <Seen checks={looked.checks} />}
    </div>
  )
}

function saidOf(looked: Looked): string {
  switch (looked.kind) {
    case 'looking':
      return 'Looking …'
    case 'failed':
      return looked.why
    case 'seen':
      return summaryOf(looked.checks)
  }
}

function Seen({ checks }: { readonly checks: readonly Check[] }): JSX.Element {
  const { live } = usePage()
  const { alarms, ours, others } = sorted(checks)
  return (
    <>
      {alarms.length > 0 && (
        <Part title="What rules have found">
          <List checks={alarms} />
        </Part>
      )}
      <Part title="What messages leave through">
        <Captured />
        {ours.length > 0 && <List checks={ours} />}
      </Part>
      {live.includes('sms') && <Routes />}
      <Part title="The service itself">
        <List checks={others} />
      </Part>
    </>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** Channels without a provider: their messages stay here. */
function Captured(): JSX.Element | null {
  const { live } = usePage()
  if (live.length === 2) return null
  const what = live.length === 0 ? 'SMS and pushes' : live[0] === 'sms' ? 'Pushes' : 'SMS'
  return (
    <p class="captured">
      {what} leave through nothing: no provider is set up, so they are kept in <a href="/dashboard">the inbox</a>. The
      variables that set one up are in <a href="/docs/configuration.md">the configuration</a>.
    </p>
  )
}

function List({ checks }: { readonly checks: readonly Check[] }): JSX.Element {
  return (
    <ul>
      {checks.map((check) => (
        <Row key={check.check} check={check} />
      ))}
    </ul>
  )
}

const LOOKS: Readonly<Record<Check['state'], Look>> = {
  ok: { word: 'In order', shape: 'check', tone: 'ok' },
  warn: { word: 'Needs a look', shape: 'quarter', tone: 'wait' },
  fail: { word: 'Must be mended', shape: 'square', tone: 'fail' },
}

function Row({ check }: { readonly check: Check }): JSX.Element {
  return (
    <li>
      <div class="check-head">
        <h3>{nameOf(check)}</h3>
        <Badge look={LOOKS[check.state]} />
      </div>
      <p>{check.what}</p>
      {check.state !== 'ok' && <Trouble check={check} />}
    </li>
  )
}

function Trouble({ check: { why, fix, more } }: { readonly check: Check }): JSX.Element {
  return (
    <dl>
      {why !== null && (
        <>
          <dt>Why</dt>
          <dd>{why}</dd>
        </>
      )}
      {fix.length > 0 && (
        <>
          <dt>Fix</dt>
          <dd>
            <ol>
              {fix.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </dd>
        </>
      )}
      {more !== null && (
        <>
          <dt>More</dt>
          <dd>
            <a href={`/${more}`}>{more}</a>
          </dd>
        </>
      )}
    </dl>
  )
}
