import type { DeviceSettings } from '../../src/contract/device.ts'
import type { Browser } from './browser.ts'
import { CheckList } from './check-list.tsx'
import { checksOf } from './checks.ts'
import { curlFor } from './curl.ts'
import type { Device } from './device.ts'
import type { Address } from './registrar.ts'
import { Copyable, Prose } from './parts.tsx'
import type { Problem } from './problem.ts'
import type { ReceivedList } from './received.ts'
import { ReceivedView } from './received-view.tsx'
import type { TestPushes } from './test-push.ts'
import { TestPushView } from './test-push-view.tsx'

export interface PageProps {
  readonly settings: DeviceSettings
  readonly browser: Browser
  readonly device: Device
  readonly received: ReceivedList
  readonly testPushes: TestPushes
}

/** This browser: whether pushes reach it, and if not, why. */
export function Page(props: PageProps) {
  const { settings, browser, device } = props
  const state = device.state.value
  return (
    <div class="device">
      <div class="device-main">
        <StageView {...props} />
      </div>
      <CheckList checks={checksOf(settings, browser, state)} />
    </div>
  )
}

function StageView(props: PageProps) {
  const { stage } = props.device.state.value
  switch (stage.kind) {
    case 'asking':
      return <Asking settings={props.settings} register={props.device.register} />
    case 'registering':
      return (
        <div role="status">
          <h1>Registering this browser…</h1>
          <p class="lead">
            The browser subscribes at its push service, then {giver(props.settings, 'Google')} makes an address of it.
          </p>
        </div>
      )
    case 'registered':
      return <Registered {...props} address={stage.address} />
    case 'failed':
      return <Failed {...props} problem={stage.problem} />
  }
}

/** Who gives a browser its address. */
function giver({ webPushKey }: DeviceSettings, otherwise: string): string {
  return webPushKey === null ? otherwise : 'Tidings'
}

function Asking({ settings, register }: Pick<PageProps, 'settings'> & { readonly register: () => Promise<void> }) {
  return (
    <>
      <h1>This browser can receive pushes.</h1>
      <p class="lead">
        It will ask whether this page may show notifications. Say yes, and {giver(settings, 'FCM')} gives it an address.
      </p>
      <button type="button" class="button primary" onClick={() => void register()}>
        Register this browser
      </button>
    </>
  )
}

function Registered({ browser, settings, received, testPushes, address }: PageProps & { readonly address: Address }) {
  const token = settings.webPushKey === null ? 'Registration token' : 'Address'
  const name = address.kind === 'fid' ? 'Installation id' : token
  return (
    <>
      <div role="status">
        <h1>This browser is registered.</h1>
        <p class="lead">Pushes to this {name.toLowerCase()} arrive here, also while the page is closed.</p>
      </div>
      <Copyable title={name} label={name.toLowerCase()} text={address.value} />
      <TestPushView {...{ settings, testPushes, address }} />
      <Copyable title="Send one yourself" label="curl line" text={curlFor(browser.origin, address)} />
      <ReceivedView received={received} />
    </>
  )
}

function Failed({ problem, settings, device }: PageProps & { readonly problem: Problem }) {
  const { title, lead, fix, answer, again } = problem
  return (
    <>
      <div role="status">
        <h1>{title}</h1>
        {lead === '' ? null : (
          <p class="lead">
            <Prose text={lead} />
          </p>
        )}
      </div>
      {answer === null ? null : (
        <figure class="answer">
          <figcaption>{answer.from} answered</figcaption>
          <pre tabIndex={0} aria-label={`Answer of ${answer.from}`}>
            {answer.text}
          </pre>
        </figure>
      )}
      <h2>What to do</h2>
      <ol class="steps">
        {fix.map((step) => (
          <li key={step}>
            <Prose text={step} />
          </li>
        ))}
      </ol>
      {problem.check === 'keys' ? <Variables settings={settings} /> : null}
      {again ? (
        <button type="button" class="button primary" onClick={() => void device.register()}>
          Try again
        </button>
      ) : null}
    </>
  )
}

/** The lines that are missing, or wrong, ready for a file. */
function Variables({ settings: { faults } }: { readonly settings: DeviceSettings }) {
  if (faults.length === 0) return null
  const lines = faults.map(({ variable }) => `${variable}=`).join('\n')
  return <Copyable title=".env" label="lines for .env" text={lines} />
}
