import type { ComponentChildren, JSX } from 'preact'
import { usePage } from '../page.ts'
import { Command } from '../parts.tsx'
import { firstLine } from './curl.ts'
import { minuteOf } from './format.ts'
import { LiveState } from './live-state.tsx'
import { Case } from '../../look/phone-case.tsx'

/** Before the first message: how to send it. It appears by itself. */
export function EmptyInbox(): JSX.Element {
  const { origin, live } = usePage()
  return (
    <Start said="Waiting for the first message">
      <p class="lead">The inbox is empty. What your app sends appears here, and goes nowhere else.</p>
      <Command title="Send your first SMS, from a terminal" text={firstLine(origin, 'sms')} />
      <Command title="Or a push" text={firstLine(origin, 'push')} />
      {live.length > 0 && (
        <p class="hint">
          {live.length === 2 ? 'SMS and push have' : live[0] === 'sms' ? 'SMS has' : 'Push has'} a provider: what goes
          out through it is not kept here.
        </p>
      )}
    </Start>
  )
}

/** Nothing is known, and the service does not answer. */
export function AwayInbox(): JSX.Element {
  const { inbox, origin } = usePage()
  return (
    <Start said="No connection">
      <div class="away" role="alert">
        <p class="lead">Tidings does not answer.</p>
        <p>
          This page asks <span class="mono">{origin}</span> again every few seconds, and goes on by itself. If it stays
          like this, see what the terminal says in which Tidings runs.
        </p>
        <button type="button" class="button" onClick={() => inbox.refresh()}>
          Ask now
        </button>
      </div>
    </Start>
  )
}

function Start({ said, children }: { readonly said: string; readonly children: ComponentChildren }): JSX.Element {
  const { now } = usePage()
  return (
    <div class="inbox empty">
      <section class="start" aria-labelledby="inbox-title">
        <div class="people-head">
          <h1 id="inbox-title">Inbox</h1>
          <LiveState />
        </div>
        {children}
      </section>
      <section class="stage" aria-label="Phone">
        <Case time={minuteOf(now().toISOString())}>
          <div class="screen waiting">
            <p>{said}</p>
          </div>
        </Case>
      </section>
    </div>
  )
}
