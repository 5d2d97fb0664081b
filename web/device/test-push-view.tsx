import type { ComponentChildren } from 'preact'
import type { DeviceSettings } from '../../src/contract/device.ts'
import type { Address } from './registrar.ts'
import type { TestPush, TestPushes } from './test-push.ts'

interface TestPushProps {
  readonly settings: DeviceSettings
  readonly testPushes: TestPushes
  readonly address: Address
}

/** The button, and what became of the push. */
export function TestPushView({ settings, testPushes, address }: TestPushProps) {
  const state = testPushes.state.value
  return (
    <div class="test-push">
      <button
        type="button"
        class="button primary"
        aria-disabled={state.kind === 'sending'}
        onClick={() => void (state.kind === 'sending' ? null : testPushes.send(address))}
      >
        Send me a test push
      </button>
      <div role="status" class="test-push-outcome">
        <Outcome state={state} settings={settings} />
      </div>
    </div>
  )
}

function Outcome({ state, settings }: { readonly state: TestPush; readonly settings: DeviceSettings }) {
  switch (state.kind) {
    case 'none':
      return settings.captured ? (
        <p class="quiet">Push has no provider yet: it will be captured, not sent.{howToSend(settings)}</p>
      ) : (
        <Mismatch {...settings} />
      )
    case 'sending':
      return <Line kind="wait" shape="◔" word="Being sent" text={`Waiting for ${takerOf(settings)}’s word.`} />
    case 'refused':
      return (
        <Line kind="fail" shape="■" word="Refused" text={state.message}>
          {state.docs === null ? null : <a href={state.docs}>What to do</a>}
        </Line>
      )
    case 'answered':
      return <Answered {...state} settings={settings} />
  }
}

/** Tokens of one project are refused when they are sent through another. */
function Mismatch({ firebase, pushProject }: DeviceSettings) {
  if (firebase === null || pushProject === null || firebase.projectId === pushProject) return null
  return (
    <p class="quiet">
      Pushes go out through project <code>{pushProject}</code>, but this browser is registered with{' '}
      <code>{firebase.projectId}</code>: FCM will refuse them.
    </p>
  )
}

type Known = Extract<TestPush, { kind: 'answered' }> & { readonly settings: DeviceSettings }

function Answered({ id, status, reason, arrivedMs, settings }: Known) {
  const link = <a href={`/notifications/${id}`}>Notification {id}</a>
  if (arrivedMs !== null) {
    const text = `It arrived ${(arrivedMs / 1000).toFixed(1)} s after your click.`
    return (
      <Line kind="info" shape="◉" word="On the device" text={text}>
        {link}
      </Line>
    )
  }
  if (status === 'captured') {
    return (
      <Line
        kind="mute"
        shape="▢"
        word="Captured, not sent"
        text="Push has no provider yet, so nothing left this machine."
      >
        <a href="/dashboard">See it in the inbox</a>
      </Line>
    )
  }
  return <Line {...standing(status, reason, settings)}>{link}</Line>
}

/** What is told of a push that this browser does not have yet. */
function standing(status: string, reason: string | null, settings: DeviceSettings): Omit<LineProps, 'children'> {
  const taker = capital(takerOf(settings))
  switch (status) {
    case 'sent':
    case 'delivered':
      return { kind: 'wait', shape: '◑', word: 'With the provider', text: `${taker} took it. It is not here yet.` }
    case 'queued':
    case 'sending':
      return {
        ...{ kind: 'wait', shape: '◔', word: 'Waiting to go out' },
        text: `${taker} has not taken it yet${because(reason)}.`,
      }
    default: {
      const text = `${status}${because(reason)}. ${hint(reason, settings)}`
      return { kind: 'fail', shape: '■', word: 'Not delivered', text }
    }
  }
}

function because(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`
}

const HINTS: Readonly<Record<string, string>> = {
  sender_mismatch: 'FCM_SERVICE_ACCOUNT and FIREBASE_PROJECT_ID must be of the same project.',
  unregistered: 'FCM no longer knows this address. Reload the page to register anew.',
  invalid_token: 'FCM does not take this for an address of its own.',
  permission_denied: 'The service account may not send with this project.',
}

/** Without Firebase. */
const WEB_PUSH_HINTS: Readonly<Record<string, string>> = {
  sender_mismatch: 'It was registered with another VAPID key. Reload the page to register anew.',
  unregistered: 'The push service no longer knows this browser. Reload the page to register anew.',
  vapid_refused: 'The push service does not take our signature: see the log.',
  private_address: 'Its push service is at an address that is not public: see WEBHOOKS_ALLOW_PRIVATE.',
}

function hint(reason: string | null, { webPushKey }: DeviceSettings): string {
  return (webPushKey === null ? HINTS : WEB_PUSH_HINTS)[reason ?? ''] ?? ''
}

/** Who takes a push for this browser. */
function takerOf({ webPushKey }: DeviceSettings): string {
  return webPushKey === null ? 'FCM' : 'the browser’s push service'
}

function howToSend({ webPushKey }: DeviceSettings): string {
  return webPushKey === null ? '' : ' To have it sent, set WEBPUSH_VAPID_SUBJECT to mailto: and your address.'
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

interface LineProps {
  readonly kind: string
  readonly shape: string
  readonly word: string
  readonly text: string
  readonly children?: ComponentChildren
}

function Line(props: LineProps) {
  return (
    <p>
      <span class={`state ${props.kind}`}>
        <span aria-hidden="true">{props.shape}</span> {props.word}
      </span>{' '}
      {props.text} {props.children}
    </p>
  )
}
