import { signal, type ReadonlySignal } from '@preact/signals'
import type { DeviceSettings } from '../../src/contract/device.ts'
import type { Browser } from './browser.ts'
import { explain, type Step } from './explain.ts'
import type { Address, Registrar } from './registrar.ts'
import { foreseen, notAllowed, type Problem } from './problem.ts'

export type Stage =
  /** Everything is ready for a person's yes. */
  | { readonly kind: 'asking' }
  | { readonly kind: 'registering' }
  | { readonly kind: 'registered'; readonly address: Address }
  | { readonly kind: 'failed'; readonly problem: Problem }

export interface State {
  readonly stage: Stage
  /** Null: the browser knows no such thing. */
  readonly permission: NotificationPermission | null
  readonly workerRuns: boolean
}

export interface Device {
  readonly state: ReadonlySignal<State>
  /** Asks for permission where that is still open, for which it must be called in a click. Never rejects. */
  register(): Promise<void>
}

/** The world around the page, as far as a registration touches it. */
export interface World {
  permission(): NotificationPermission | null
  askPermission(): Promise<NotificationPermission>
  /** Calls back whenever a person changes it. */
  onPermission(changed: () => void): void
  startWorker(): Promise<ServiceWorkerRegistration>
  /** Loads what Firebase or Web Push needs. */
  registrar(): Promise<Registrar>
  /** Rejects with a TimeoutError when the work takes longer. */
  inTime<Result>(work: Promise<Result>): Promise<Result>
}

/** Registers by itself where permission stands already, else waits for `register()`. */
export function createDevice(settings: DeviceSettings, browser: Browser, world: World): Device {
  const state = signal<State>({ stage: { kind: 'asking' }, permission: world.permission(), workerRuns: false })
  const change = (more: Partial<State>): void => void (state.value = { ...state.value, ...more })
  const fail = (problem: Problem): void =>
    change({ stage: { kind: 'failed', problem }, permission: world.permission() })
  let step: Step = 'code'

  async function register(): Promise<void> {
    if (state.value.stage.kind === 'registering') return
    change({ stage: { kind: 'registering' } })
    try {
      // First of all: a browser forgets a click within seconds.
      const permission = world.permission() === 'default' ? await world.askPermission() : world.permission()
      if (permission !== 'granted') return fail(notAllowed(permission ?? 'denied', browser.kind))
      change({ permission })
      change({ stage: { kind: 'registered', address: await addressOf() } })
    } catch (error) {
      fail(explain(error, step, browser))
    }
  }

  async function addressOf(): Promise<Address> {
    step = 'code'
    const registrar = await world.registrar()
    step = 'worker'
    const worker = await world.startWorker()
    change({ workerRuns: true })
    step = settings.webPushKey === null ? 'firebase' : 'web-push'
    return world.inTime(registrar.register(worker))
  }

  function look(): void {
    const problem = foreseen(settings, browser)
    const permission = world.permission()
    change({ permission })
    if (problem !== null) fail(problem)
    else if (permission === 'granted') void register()
    else if (permission === 'denied') fail(notAllowed('denied', browser.kind))
    else change({ stage: { kind: 'asking' } })
  }

  look()
  world.onPermission(() => {
    if (world.permission() !== state.value.permission) look()
  })
  return { state, register }
}
